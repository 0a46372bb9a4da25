import { Buffer } from 'node:buffer'
import type { GenerateContentResponse, UsageMetadata } from '../canonical.ts'
import { GatewayError } from '../errors.ts'
import type { Fault } from '../fault.ts'
import type { Redactor } from '../log/redactor.ts'
import { errorIn, parseReply, toErrorFault } from './answer-faults.ts'
import type { CommittedStream } from './commit-point.ts'
import { toRefusal } from './refusal.ts'

/** A committed stream, frame by frame to its end. A failure after the commit point is charged and told once. */
export interface FrameSource {
  /** The next frames, or undefined at the end; rejects with a GatewayError where the stream broke off. */
  next(): Promise<readonly Uint8Array[] | undefined>
  /** The JSON of a frame, or undefined. */
  chunkOf(frame: Uint8Array): GenerateContentResponse | undefined
  /** After the end: the bytes that close the stream. */
  closing(): Uint8Array | undefined
  usage(): UsageMetadata | undefined
  end(): void
}

/**
 * Reads on after the commit point. Only frames that may tell an end or an error are parsed here: the others
 * pass unread.
 */
export function createFrameSource(committed: CommittedStream, redactor: Redactor): FrameSource {
  const { stream, judge } = committed
  let pending: readonly Uint8Array[] | undefined = committed.pending
  let last: Uint8Array | undefined
  let broken: GatewayError | undefined

  return {
    chunkOf,
    closing: () => stream.closing(),
    end: () => stream.end(),
    usage() {
      // Usage is cumulative and may come after the end; reading a frame twice does no harm.
      if (last) judge.add(chunkOf(last) ?? {})
      return judge.usage
    },
    async next() {
      if (pending) {
        const frames = pending
        pending = undefined
        return frames
      }
      if (broken) throw broken
      const frames = await readOn()
      if (frames) return frames.length > 0 ? inspect(frames) : frames
      const unfinished = stream.unfinished()
      if (unfinished && chunkOf(unfinished)) return inspect([unfinished])
      if (!stream.closing() || (committed.judged && !judge.finished)) throw breakOff(CUT)
      return undefined
    },
  }

  function chunkOf(frame: Uint8Array): GenerateContentResponse | undefined {
    const text = stream.textOf(frame)
    return text === undefined ? undefined : parseReply(text)
  }

  async function readOn() {
    try {
      return await stream.read()
    } catch (thrown) {
      const text = thrown instanceof Error ? thrown.message : String(thrown)
      throw breakOff({ ...CUT, status: 0, text })
    }
  }

  /** Frames up to an error, which ends the stream next, in our own words. */
  function inspect(frames: readonly Uint8Array[]): readonly Uint8Array[] {
    last = frames.at(-1)
    const bytes = joined(frames)
    if (!TELLING.some((mark) => bytes.includes(mark))) return frames
    for (const [index, frame] of frames.entries()) {
      const chunk = chunkOf(frame)
      if (!chunk) continue
      const error = errorIn(chunk)
      if (error) {
        broken = breakOff(toErrorFault(error, redactor))
        return frames.slice(0, index)
      }
      judge.add(chunk)
    }
    return frames
  }

  function breakOff(fault: Fault): GatewayError {
    committed.charge(fault)
    stream.end()
    return fault.error
      ? toRefusal(fault)
      : new GatewayError('bad_upstream', 'Google broke the answer off before its end')
  }
}

/** Without one of these a frame neither ends a generation nor tells an error. */
const TELLING = ['"finishReason"', '"error"', '"promptFeedback"', '"finish_reason"']

const CUT: Fault = { kind: 'cut_off', status: 200, reason: 'Google broke the answer off', text: '' }

/** Frames as one run of bytes; without a copy where they lie side by side, as they do when they came together. */
export function joined(frames: readonly Uint8Array[]): Buffer {
  const [first] = frames
  if (!first) return Buffer.alloc(0)
  const end = frames.at(-1)!
  const length = end.byteOffset + end.byteLength - first.byteOffset
  const total = frames.reduce((sum, frame) => sum + frame.byteLength, 0)
  const together = frames.every((frame) => frame.buffer === first.buffer) && length === total
  return together
    ? Buffer.from(first.buffer, first.byteOffset, length)
    : Buffer.concat(frames as Uint8Array[])
}
