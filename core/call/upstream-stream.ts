import { Buffer } from 'node:buffer'
import { createArrayFrames, elementText } from './array-frames.ts'
import { createEventFrames, cutEvents, eventData, eventsData, lastEventEnd } from './event-frames.ts'
import { ConnectionError } from './line.ts'
import { type Answer, LONGEST_ANSWER } from './upstream.ts'

/** A streamed generation as it comes, cut into frames whose bytes are Google's own, or into runs of frames. */
export interface UpstreamStream {
  readonly headers: Headers
  /** Runs of all frames that the next bytes complete, perhaps none; undefined at the end. */
  read(): Promise<readonly Uint8Array[] | undefined>
  /** The frames of a run. */
  cut(run: Uint8Array): Iterable<Uint8Array>
  /** Where in a run a frame begins that is at or before an index, close to it where that is cheap to find. */
  frameBefore(run: Uint8Array, index: number): number
  /** The JSON of a frame, or undefined for one that carries none. */
  textOf(frame: Uint8Array): string | undefined
  /** The JSON of each frame of a run that carries any. */
  textsOf(run: Uint8Array): readonly string[]
  /** After the end, once: the last frame where only its end mark is missing, completed. */
  unfinished(): Uint8Array | undefined
  /** What follows the last complete frame; all of an answer that is no stream. */
  leftover(): Uint8Array
  /** After the end: the bytes that close the stream, as Google sent them; undefined where it was cut before. */
  closing(): Uint8Array | undefined
  end(): void
  /** It comes in one piece, which ends it even where Google gives no reason for the end. */
  readonly whole?: boolean
}

/** Server-sent events (`alt=sse`). */
export function openEventStream(answer: Answer): UpstreamStream {
  const frames = createEventFrames()
  let asked = false
  return {
    ...reading(answer, frames.pushRun),
    cut: cutEvents,
    frameBefore: lastEventEnd,
    textOf: eventData,
    textsOf: eventsData,
    unfinished() {
      const rest = frames.rest()
      if (asked || rest.length === 0) return undefined
      asked = true
      return Buffer.concat([rest, rest.at(-1) === LINE_FEED ? ONE_LINE_END : TWO_LINE_ENDS])
    },
    leftover: frames.rest,
    closing: () => EMPTY,
  }
}

/** One JSON array that grows (no `alt`). */
export function openArrayStream(answer: Answer): UpstreamStream {
  const frames = createArrayFrames()
  return {
    ...reading(answer, frames.push),
    cut: (run) => [run],
    frameBefore: () => 0,
    textOf: elementText,
    textsOf: (run) => [elementText(run)],
    unfinished: () => undefined,
    leftover: () => frames.rest().bytes,
    closing() {
      const { bytes, closed } = frames.rest()
      return closed ? bytes : undefined
    },
  }
}

/** A whole answer, as a stream of one frame. */
export function openWholeStream(answer: Answer): UpstreamStream {
  let asked = false
  return {
    headers: answer.headers,
    async read() {
      if (asked) return undefined
      asked = true
      return [await answer.bytes()]
    },
    cut: (run) => [run],
    frameBefore: () => 0,
    textOf: toText,
    textsOf: (run) => [toText(run)],
    unfinished: () => undefined,
    leftover: () => EMPTY,
    closing: () => EMPTY,
    end: answer.end,
    whole: true,
  }
}

function toText(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}

function reading(answer: Answer, push: (bytes: Uint8Array) => Uint8Array[]) {
  let held = 0
  return {
    headers: answer.headers,
    end: answer.end,
    async read() {
      const bytes = await answer.read()
      if (!bytes) return undefined
      const frames = push(bytes)
      held = frames.length > 0 ? 0 : held + bytes.length
      // An event that never ends must not fill the memory.
      if (held > LONGEST_ANSWER)
        throw new ConnectionError('An event of the answer is longer than any of Google')
      return frames
    },
  }
}

const LINE_FEED = 0x0a
const ONE_LINE_END = Buffer.from('\n')
const TWO_LINE_ENDS = Buffer.from('\n\n')
const EMPTY = new Uint8Array(0)
