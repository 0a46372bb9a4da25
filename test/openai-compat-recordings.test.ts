import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { readRecordings } from '../adapters/simulated-google/recordings.ts'
import { createLateness, readToCommitPoint } from '../core/call/commit-point.ts'
import { createFrameSource } from '../core/call/frame-source.ts'
import { openEventStream } from '../core/call/upstream-stream.ts'
import type { GenerateContentResponse } from '../core/canonical.ts'
import { createRedactor } from '../core/log/redactor.ts'
import { toAnswer } from './contract/codec.ts'
import { merged, streamed, streamedResponse, whole, wholeResponse } from './openai-codec.ts'
import { foldStream } from './openai-fold.ts'
import { foldResponse } from './responses-fold.ts'

const ALL = { include: { signatures: true, codeOutputs: true, searchSources: true } }

async function chunksOf(bytes: Uint8Array, size: number): Promise<GenerateContentResponse[]> {
  const lateness = createLateness(60_000)
  const stream = openEventStream(toAnswer(bytes, size))
  const reading = await readToCommitPoint(stream, lateness, createRedactor(), () => {}, true)
  lateness.cancel()
  assert.ok(reading.ok, 'the recording is an answer')
  const source = createFrameSource(reading.value, createRedactor())
  const chunks: GenerateContentResponse[] = []
  for (let frames = await source.next(); frames; frames = await source.next())
    for (const frame of frames) {
      const chunk = source.chunkOf(frame)
      if (chunk) chunks.push(chunk)
    }
  return chunks
}

describe('a recorded stream', () => {
  for (const [name, bytes] of streams()) {
    test(`folds to the whole answer, however it is cut: ${name}`, async () => {
      for (const size of [bytes.length, 1, 7, 64]) {
        const chunks = await chunksOf(bytes, size)
        const { completion, error, done } = foldStream(streamed(chunks))
        assert.equal(error, undefined)
        assert.ok(done)
        assert.deepEqual(completion, whole(merged(chunks)))
      }
    })

    test(`folds to the whole response, however it is cut: ${name}`, async () => {
      for (const size of [bytes.length, 1, 7, 64]) {
        const chunks = await chunksOf(bytes, size)
        for (const asked of [{}, ALL]) {
          const { response, error } = foldResponse(streamedResponse(chunks, asked))
          assert.equal(error, undefined)
          assert.deepEqual(response, wholeResponse(merged(chunks), asked))
        }
      }
    })
  }
})

const folder = process.env.GEMINATE_GOOGLE_DATA
describe('a recorded whole answer', {
  skip: folder ? false : "needs Google's recordings: set GEMINATE_GOOGLE_DATA to their folder",
}, () => {
  const replies = (folder ? readRecordings(folder) : []).filter(
    ({ kind, status }) => kind === 'whole' && status === 200,
  )
  test('is there', () => assert.ok(replies.length > 5))
  for (const { name, body } of replies) {
    test(`is the same as a stream of one chunk: ${name}`, () => {
      const reply = JSON.parse(body.toString()) as GenerateContentResponse
      const { completion } = foldStream(streamed([reply]))
      assert.deepEqual(completion, whole(reply))
      const [choice] = (completion as { choices: { finish_reason: string }[] }).choices
      assert.match(choice?.finish_reason ?? '', /^(stop|length|tool_calls|content_filter)$/)
      const { response } = foldResponse(streamedResponse([reply], ALL))
      assert.deepEqual(response, wholeResponse(reply, ALL))
      assert.match(String(response?.status), /^(completed|incomplete)$/)
    })
  }
})

/** Recorded streams of Google's that are answers, and those of our own making. */
function streams(): Map<string, Uint8Array> {
  const place = new URL('./fixtures/gemini/', import.meta.url)
  const own = readdirSync(place).filter((name) => name.endsWith('.sse'))
  const all = new Map(own.map((name) => [name, new Uint8Array(readFileSync(new URL(name, place)))]))
  for (const { name, kind, status, body } of googles())
    if (kind === 'stream' && status === 200) all.set(name, new Uint8Array(body))
  return all
}

function googles() {
  const data = process.env.GEMINATE_GOOGLE_DATA
  return data ? readRecordings(data) : []
}
