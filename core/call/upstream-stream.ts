import { Buffer } from 'node:buffer'
import { createArrayFrames, elementText } from './array-frames.ts'
import { createEventFrames, eventData } from './event-frames.ts'
import { type Answer, LONGEST_ANSWER } from './upstream.ts'

/** A streamed generation as it comes, cut into frames whose bytes are Google's own. */
export interface UpstreamStream {
  readonly headers: Headers
  /** The complete frames of the next bytes, perhaps none; undefined at the end. */
  read(): Promise<readonly Uint8Array[] | undefined>
  /** The JSON of a frame, or undefined for one that carries none. */
  textOf(frame: Uint8Array): string | undefined
  /** After the end, once: the last frame where only its end mark is missing, completed. */
  unfinished(): Uint8Array | undefined
  /** After the end: the bytes that close the stream, as Google sent them; undefined where it was cut before. */
  closing(): Uint8Array | undefined
  end(): void
}

/** Server-sent events (`alt=sse`). */
export function openEventStream(answer: Answer): UpstreamStream {
  const frames = createEventFrames()
  const push = withinBounds(frames.push)
  let asked = false
  return {
    headers: answer.headers,
    end: answer.end,
    textOf: eventData,
    async read() {
      const bytes = await answer.read()
      return bytes && push(bytes)
    },
    unfinished() {
      const rest = frames.rest()
      if (asked || rest.length === 0) return undefined
      asked = true
      const lineEnd = new TextEncoder().encode(rest.at(-1) === LINE_FEED ? '\n' : '\n\n')
      return Buffer.concat([rest, lineEnd])
    },
    closing: () => EMPTY,
  }
}

/** One JSON array that grows (no `alt`). */
export function openArrayStream(answer: Answer): UpstreamStream {
  const frames = createArrayFrames()
  const push = withinBounds(frames.push)
  return {
    headers: answer.headers,
    end: answer.end,
    textOf: elementText,
    async read() {
      const bytes = await answer.read()
      return bytes && push(bytes)
    },
    unfinished() {
      const { bytes, closed } = frames.rest()
      return closed || bytes.length === 0 ? undefined : bytes
    },
    closing() {
      const { bytes, closed } = frames.rest()
      return closed ? bytes : undefined
    },
  }
}

/** An event that never ends must not fill the memory. */
function withinBounds(push: (bytes: Uint8Array) => Uint8Array[]): (bytes: Uint8Array) => Uint8Array[] {
  let held = 0
  return (bytes) => {
    const frames = push(bytes)
    held = frames.length > 0 ? 0 : held + bytes.length
    if (held > LONGEST_ANSWER) throw new Error('The event is longer than any of Google')
    return frames
  }
}

const LINE_FEED = 0x0a
const EMPTY = new Uint8Array(0)
