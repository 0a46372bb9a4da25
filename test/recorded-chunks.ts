import assert from 'node:assert/strict'
import { readRecordings } from '../adapters/simulated-google/recordings.ts'
import { createLateness, readToCommitPoint } from '../core/call/commit-point.ts'
import { createFrameSource } from '../core/call/frame-source.ts'
import { openEventStream } from '../core/call/upstream-stream.ts'
import type { GenerateContentResponse } from '../core/canonical.ts'
import { createRedactor } from '../core/log/redactor.ts'
import { toAnswer } from './contract/codec.ts'
import { recordingsIn } from './fixture.ts'

/** The chunks of a recorded stream that comes in pieces of `size` bytes. */
export async function chunksOf(bytes: Uint8Array, size: number): Promise<GenerateContentResponse[]> {
  const lateness = createLateness(60_000)
  const stream = openEventStream(toAnswer(bytes, size))
  const reading = await readToCommitPoint(stream, lateness, createRedactor(), () => {}, true)
  lateness.cancel()
  assert.ok(reading.ok, 'the recording is an answer')
  const source = createFrameSource(reading.value, createRedactor())
  const chunks: GenerateContentResponse[] = []
  for (let frames = await source.next(); frames; frames = await source.next())
    chunks.push(...frames.flatMap(source.chunksOf))
  return chunks
}

/** Recorded streams of Google's that are answers, and those of our own making. */
export function recordedStreams(): Map<string, Uint8Array> {
  const all = recordingsIn('gemini')
  for (const { name, kind, status, body } of googles())
    if (kind === 'stream' && status === 200) all.set(name, new Uint8Array(body))
  return all
}

function googles() {
  const data = process.env.GEMINATE_GOOGLE_DATA
  return data ? readRecordings(data) : []
}

/** Recorded whole answers of Google's; none without its recordings. */
export function recordedReplies(): ReadonlyMap<string, GenerateContentResponse> {
  const replies = googles().filter(({ kind, status }) => kind === 'whole' && status === 200)
  return new Map(
    replies.map(({ name, body }) => [name, JSON.parse(body.toString()) as GenerateContentResponse]),
  )
}

/** Why tests of Google's recordings are skipped; false where they are there. */
export const NO_RECORDINGS = process.env.GEMINATE_GOOGLE_DATA
  ? false
  : "needs Google's recordings: set GEMINATE_GOOGLE_DATA to their folder"
