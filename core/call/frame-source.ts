import { Buffer } from 'node:buffer'
import type { GenerateContentResponse, UsageMetadata } from '../canonical.ts'
import { GatewayError } from '../errors.ts'
import type { Fault } from '../fault.ts'
import type { Redactor } from '../log/redactor.ts'
import { errorIn, parseReply, toErrorFault } from './answer-faults.ts'
import type { CommittedStream } from './commit-point.ts'
import { isReason, listOf } from './judge.ts'
import { toRefusal } from './refusal.ts'

/** A committed stream to its end. A failure after the commit point is charged and told once. */
export interface FrameSource {
  /** The next runs of whole frames, or undefined at the end; rejects with a GatewayError where the stream broke off. */
  next(): Promise<readonly Uint8Array[] | undefined>
  /** What the frames of a run say. From one on that holds something else than JSON there is nothing, and `next` rejects. */
  chunksOf(run: Uint8Array): readonly GenerateContentResponse[]
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
  let unread: Uint8Array | undefined
  let broken: GatewayError | undefined
  let garbled: GatewayError | undefined

  return {
    chunksOf(run) {
      const chunks: GenerateContentResponse[] = []
      if (garbled) return chunks
      for (const text of stream.textsOf(run)) {
        const chunk = parseReply(text)
        if (chunk) chunks.push(stream.whole ? withEnd(chunk) : chunk)
        else if (text.trim() !== END_MARK) {
          garbled = breakOff(UNREADABLE)
          break
        }
      }
      return chunks
    },
    closing: () => stream.closing(),
    end: () => stream.end(),
    usage() {
      // Usage is cumulative and may come after the end, in a frame that tells nothing else.
      if (unread) for (const frame of framesFrom(unread, unread.length - 1)) judge.add(parsed(frame) ?? {})
      return judge.usage
    },
    async next() {
      if (garbled) throw garbled
      if (pending) {
        const frames = pending
        pending = undefined
        return frames
      }
      if (broken) throw broken
      const frames = await readOn()
      if (frames) return frames.length > 0 ? inspect(frames) : frames
      const unfinished = stream.unfinished()
      if (unfinished && parsed(unfinished)) return inspect([unfinished])
      const isOpen = committed.judged && !judge.finished && !stream.whole
      if (!stream.closing() || isOpen) throw breakOff(CUT)
      return undefined
    },
  }

  function parsed(frame: Uint8Array): GenerateContentResponse | undefined {
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

  /** Runs up to an error, which ends the stream next, in our own words. */
  function inspect(runs: readonly Uint8Array[]): readonly Uint8Array[] {
    const passed: Uint8Array[] = []
    for (const run of runs) {
      const end = endOf(run)
      if (end > 0) passed.push(run.subarray(0, end))
      if (end < run.length) break
    }
    return passed
  }

  /** The length of a run, or of what stands before an error in it. */
  function endOf(run: Uint8Array): number {
    const first = firstTelling(run)
    unread = first === undefined ? run : undefined
    if (first === undefined) return run.length
    for (const frame of framesFrom(run, first)) {
      const chunk = parsed(frame)
      if (!chunk) continue
      const error = errorIn(chunk)
      if (error) {
        broken = breakOff(toErrorFault(error, redactor))
        return frame.byteOffset - run.byteOffset
      }
      judge.add(chunk)
    }
    return run.length
  }

  function framesFrom(run: Uint8Array, index: number): Iterable<Uint8Array> {
    return stream.cut(run.subarray(stream.frameBefore(run, index)))
  }

  function breakOff(fault: Fault): GatewayError {
    committed.charge(fault)
    stream.end()
    return fault.error
      ? toRefusal(fault)
      : new GatewayError('bad_upstream', fault === UNREADABLE ? fault.reason : BROKEN_OFF)
  }
}

/** A whole answer ends without a reason too; a stream does not. */
function withEnd(whole: GenerateContentResponse): GenerateContentResponse {
  if (!whole.candidates) return whole
  const candidates = listOf(whole.candidates).map((candidate) =>
    isReason(candidate.finishReason) ? candidate : { ...candidate, finishReason: 'STOP' },
  )
  return { ...whole, candidates }
}

/** Without one of these a frame neither ends a generation nor tells an error. */
const TELLING = ['"finishReason"', '"error"', '"promptFeedback"', '"finish_reason"'].map((mark) =>
  Buffer.from(mark),
)

const CUT: Fault = { kind: 'cut_off', status: 200, reason: 'Google broke the answer off', text: '' }

const UNREADABLE: Fault = {
  kind: 'unreadable',
  status: 200,
  reason: 'Google sent an event that is not JSON',
  text: '',
}

const BROKEN_OFF = 'Google broke the answer off before its end'

/** Ends the streams of other APIs; a server before Google's may add it. */
const END_MARK = '[DONE]'

/** Where a run first tells something of its end or of an error; undefined where it does not. */
function firstTelling(run: Uint8Array): number | undefined {
  const bytes = Buffer.from(run.buffer, run.byteOffset, run.byteLength)
  const places = TELLING.map((mark) => bytes.indexOf(mark)).filter((place) => place >= 0)
  return places.length > 0 ? Math.min(...places) : undefined
}

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
