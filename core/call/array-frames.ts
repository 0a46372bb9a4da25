import { createFrameCutter } from './frame-cutter.ts'

/** Cuts a streamed JSON array into its elements without changing a byte. */
export interface ArrayFrames {
  /**
   * The elements that `bytes` completes. A frame ends right after its element and begins with whatever came
   * before it: the opening bracket or a comma, and white space. Frames may share memory with what was pushed,
   * so nobody may write to that any more.
   */
  push(bytes: Uint8Array): Uint8Array[]
  /**
   * What follows the last complete element: of a `closed` array the closing bracket with all around it, else
   * the part that was cut off.
   */
  rest(): { readonly bytes: Uint8Array; readonly closed: boolean }
}

const QUOTE = 0x22
const COMMA = 0x2c
const BACKSLASH = 0x5c
const OPEN = 0x5b
const CLOSE = 0x5d

/** Where the scan stands between two bytes. */
const BEFORE = 0
const BETWEEN = 1
const ELEMENT = 2
const STRING = 3
/** A number, true, false or null as an element: it ends only where the next thing begins. */
const LITERAL = 4
const CLOSED = 5
/** The body is no array: nothing is ever cut from it. */
const FOREIGN = 6

/** A cutter for one stream; where the pushed pieces are cut makes no difference, and time is linear. */
export function createArrayFrames(): ArrayFrames {
  const cutter = createFrameCutter()
  let state = BEFORE
  let depth = 0
  let escaped = false

  function cut(end: number): void {
    cutter.cut(end)
    state = BETWEEN
  }

  /** Passes over the string's bytes from `index`; the index of its last byte here. */
  function passString(bytes: Uint8Array, index: number): number {
    const end = stringEnd(bytes, escaped ? index + 1 : index)
    escaped = end > bytes.length
    if (end >= bytes.length) return bytes.length
    if (depth === 0) cut(end + 1)
    else state = ELEMENT
    return end
  }

  function step(byte: number, index: number): void {
    if (byte === QUOTE) state = STRING
    else if (isOpening(byte)) {
      depth++
      state = ELEMENT
    } else if (isClosing(byte) && depth > 0) {
      depth--
      if (depth === 0) cut(index + 1)
    }
  }

  return {
    push(bytes) {
      cutter.begin(bytes)
      for (let index = 0; index < bytes.length && state < CLOSED; index++) {
        if (state === ELEMENT) index = nextMark(bytes, index)
        const byte = bytes[index]!
        if (state === STRING) {
          index = passString(bytes, index)
          continue
        }
        if (state === LITERAL && endsLiteral(byte)) cut(index)
        if (state === ELEMENT) step(byte, index)
        else if (state === BEFORE) state = afterFirst(byte)
        else if (state === BETWEEN && byte === CLOSE) state = CLOSED
        else if (state === BETWEEN && !isSeparator(byte)) {
          state = LITERAL
          step(byte, index)
        }
      }
      return cutter.end()
    },
    rest: () => ({ bytes: cutter.rest(), closed: state === CLOSED }),
  }
}

/**
 * The quote that ends a string, from an index inside it. Without one: the length of the bytes, and one more than
 * that where the last byte is a backslash whose escaped character is still to come.
 */
function stringEnd(bytes: Uint8Array, from: number): number {
  let index = from
  while (index < bytes.length && bytes[index] !== QUOTE) index += bytes[index] === BACKSLASH ? 2 : 1
  return index
}

/** The next byte that opens or closes something, from an index inside an element; or the length of the bytes. */
function nextMark(bytes: Uint8Array, from: number): number {
  let index = from
  while (index < bytes.length && MARKS[bytes[index]!] === 0) index++
  return index
}

const MARKS = new Uint8Array(256)
for (const mark of '"[]{}') MARKS[mark.charCodeAt(0)] = 1

function afterFirst(byte: number): number {
  if (byte === OPEN) return BETWEEN
  return isWhiteSpace(byte) || isByteOrderMark(byte) ? BEFORE : FOREIGN
}

function isOpening(byte: number): boolean {
  return byte === OPEN || byte === 0x7b
}

function isClosing(byte: number): boolean {
  return byte === CLOSE || byte === 0x7d
}

function isWhiteSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}

function isByteOrderMark(byte: number): boolean {
  return byte === 0xef || byte === 0xbb || byte === 0xbf
}

function isSeparator(byte: number): boolean {
  return byte === COMMA || isWhiteSpace(byte)
}

function endsLiteral(byte: number): boolean {
  return byte === CLOSE || isSeparator(byte)
}

const decoder = new TextDecoder()

/** The JSON of a frame's element, without what stands before it. */
export function elementText(frame: Uint8Array): string {
  let start = afterSpace(frame, 0)
  if (frame[start] === OPEN || frame[start] === COMMA) start = afterSpace(frame, start + 1)
  return decoder.decode(start === 0 ? frame : frame.subarray(start))
}

function afterSpace(frame: Uint8Array, start: number): number {
  let index = start
  while (index < frame.length && (isWhiteSpace(frame[index]!) || isByteOrderMark(frame[index]!))) index++
  return index
}
