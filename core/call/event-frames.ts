import { createFrameCutter } from './frame-cutter.ts'

/** Cuts a stream of server-sent events into events without changing a byte. */
export interface EventFrames {
  /**
   * The events that `bytes` completes: each one's exact bytes with its blank line. Frames may share memory
   * with what was pushed, so nobody may write to that any more. A blank line that ends no event is a frame
   * of its own.
   */
  push(bytes: Uint8Array): Uint8Array[]
  /** The same, uncut where it can be: a run of several events is one frame. `cutEvents` takes it apart. */
  pushRun(bytes: Uint8Array): Uint8Array[]
  /** What follows the last complete event; empty after a stream that ended well. */
  rest(): Uint8Array
}

const LF = 10
const CR = 13

/** Where the scan stands between two bytes. */
const LINE = 0
const LINE_START = 1
/** After the CR that ended a line: an LF may belong to it. */
const LINE_END_CR = 2
/** After a CR at the start of a line: the event is complete, but an LF may belong to it. */
const BLANK_CR = 3

/**
 * A cutter for one stream. Lines end with LF, CRLF or CR, also mixed, and may be of any length; where the
 * pushed pieces are cut makes no difference. Between bare CRs nothing is waited for: in CR CR LF the event
 * ends before the LF, which becomes a blank line of its own. Source: WHATWG HTML 9.2.5.
 */
export function createEventFrames(): EventFrames {
  const cutter = createFrameCutter()
  let state = LINE_START

  function cut(end: number): void {
    cutter.cut(end)
    state = LINE_START
  }

  function scan(bytes: Uint8Array, from: number): void {
    const nextLineEnd = createLineEndSearch(bytes)
    for (let index = from; index < bytes.length; index++) {
      if (state === BLANK_CR) {
        cut(bytes[index] === LF ? index + 1 : index)
        if (cutter.start > index) continue
      }
      if (state === LINE) index = nextLineEnd(index)
      const byte = bytes[index]
      if (byte === LF) {
        if (state === LINE_START) cut(index + 1)
        else state = LINE_START
      } else if (byte === CR) {
        if (state === LINE_END_CR) cut(index + 1)
        else state = state === LINE_START ? BLANK_CR : LINE_END_CR
      } else {
        state = LINE
      }
    }
  }

  return {
    push(bytes) {
      cutter.begin(bytes)
      scan(bytes, 0)
      return cutter.end()
    },
    pushRun(bytes) {
      const end = lastEventEnd(bytes, bytes.length)
      cutter.begin(bytes)
      if (end > 0) cut(end)
      scan(bytes, end)
      return cutter.end()
    },
    rest: cutter.rest,
  }
}

/** The events of a run, one after the other: whoever has seen enough need not cut the others. */
export function* cutEvents(run: Uint8Array): Generator<Uint8Array> {
  const nextLineEnd = createLineEndSearch(run)
  let start = 0
  for (let line = 0; line < run.length; ) {
    const lineEnd = nextLineEnd(line)
    const next = lineEnd + (run[lineEnd] === CR && run[lineEnd + 1] === LF ? 2 : 1)
    if (lineEnd === line) {
      yield run.subarray(start, next)
      start = next
    }
    line = next
  }
  if (start < run.length) yield run.subarray(start)
}

/**
 * Where the last event before an index ends, or 0: looks for the two usual blank lines only, which end an event
 * whatever stands before them.
 */
export function lastEventEnd(bytes: Uint8Array, before: number): number {
  for (let index = before; index > 1; ) {
    index = bytes.lastIndexOf(LF, index - 1)
    if (bytes[index - 1] === LF || (bytes[index - 1] === CR && bytes[index - 2] === LF)) return index + 1
  }
  return 0
}

/** Finds the first LF or CR at or after an index, or the end. Indexes only grow, so each byte is seen once. */
function createLineEndSearch(bytes: Uint8Array): (from: number) => number {
  let nextLf = -1
  let nextCr = -1
  return (from) => {
    if (nextLf < from) nextLf = indexOrEnd(bytes, LF, from)
    if (nextCr < from) nextCr = indexOrEnd(bytes, CR, from)
    return Math.min(nextLf, nextCr)
  }
}

function indexOrEnd(bytes: Uint8Array, byte: number, from: number): number {
  const index = bytes.indexOf(byte, from)
  return index < 0 ? bytes.length : index
}

/**
 * The data of a run's events, one after the other; those without any are left out. Reads the run as one text, where
 * its lines end as usual: cutting and decoding each event costs more than all else that is done with it.
 */
export function eventsData(run: Uint8Array): string[] {
  const text = decoder.decode(run)
  const events: string[] = []
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf('\n', start)
    const next = text[end + 1] === '\r' ? end + 3 : end + 2
    const line = text.slice(start, text[end - 1] === '\r' ? end - 1 : end)
    const data = dataOf(line)
    // One line of data and a blank one, or else the long way for all.
    if (end < 0 || text[next - 1] !== '\n' || data === undefined || data.includes('\r'))
      return Array.from(cutEvents(run), eventData).filter((each) => each !== undefined)
    events.push(data)
    start = next
  }
  return events
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** The data of one event, its lines joined by LF; undefined for an event without any, such as a comment. */
export function eventData(frame: Uint8Array): string | undefined {
  const text = decoder.decode(frame).replace(/^\uFEFF/, '')
  const only = onlyDataLine(text)
  if (only !== undefined) return only
  let data: string | undefined
  for (const line of text.split(/\r\n|\n|\r/)) {
    const value = line === 'data' ? '' : dataOf(line)
    if (value !== undefined) data = data === undefined ? value : `${data}\n${value}`
  }
  return data
}

/** The usual event is a single line; it is not worth splitting. */
function onlyDataLine(text: string): string | undefined {
  const lf = text.indexOf('\n')
  const cr = text.indexOf('\r')
  const end = cr < 0 || (lf >= 0 && lf < cr) ? lf : cr
  if (end < 0 || text.length - end > 4) return undefined
  return text.slice(end).trim() === '' ? dataOf(text.slice(0, end)) : undefined
}

function dataOf(line: string): string | undefined {
  if (!line.startsWith('data:')) return undefined
  return line.slice(line.startsWith(' ', 5) ? 6 : 5)
}
