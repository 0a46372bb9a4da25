import { Buffer } from 'node:buffer'
import { hash } from 'node:crypto'
import type { Content, GenerateContentRequest } from '../canonical.ts'

/** How far from either end of a body its fields are looked for, in bytes. */
const LOOK = 64 * 1024
/** Of a longer stretch this much of its head and of its end tells it from others. */
const TELLING = 2_048

/**
 * What names a conversation in the bytes of a native request: its system instruction, its first message, and
 * of the turns that follow as much as makes up `least` bytes. So turns that are appended change nothing,
 * wherever the fields stand. Undefined where it is shorter than that, and where it is no such request. The
 * bytes are not parsed, and never walked further than `least`.
 */
export function beginningOfBytes(bytes: Uint8Array, least: number): string | undefined {
  if (bytes.length < least) return undefined
  const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const contents = findField(body, CONTENTS, 0)
  if (contents === undefined) return undefined
  const system = systemOf(body, contents, least)
  const turns = turnsOf(body.subarray(contents), least, least - system.length)
  return turns && digest([system, turns])
}

/** The same for a request in canonical form, counted in characters of its texts. */
export function beginningOfRequest(
  { systemInstruction, contents = [] }: GenerateContentRequest,
  least: number,
): string | undefined {
  const system = textOf(systemInstruction).slice(0, least)
  const first = textOf(contents[0]).slice(0, least)
  const wanted = Math.max(least - system.length, first.length)
  let turns = first
  for (let turn = 1; turns.length < wanted && turn < contents.length; turn++) turns += textOf(contents[turn])
  if (turns.length < wanted) return undefined
  return digest([system, turns.slice(0, wanted)].map((text) => Buffer.from(text)))
}

/** A text that begins a field's name, and the whole name. Inside a JSON string its quotes would be escaped. */
interface Field {
  readonly stem: string
  readonly name: RegExp
}

const CONTENTS: Field = { stem: '"contents"', name: /^"contents"\s*:\s*\[/ }
const SYSTEM: Field = { stem: '"system', name: /^"system(Instruction|_instruction)"\s*:/ }
/** Tools may have parameters of the same names; nobody has many. */
const HITS = 16

function findField(body: Buffer, { stem, name }: Field, from: number): number | undefined {
  const window = body.subarray(from, from + LOOK)
  let at = window.indexOf(stem)
  for (let hit = 0; at >= 0 && hit < HITS; hit++) {
    if (name.test(window.toString('latin1', at, at + 40))) return from + at
    at = window.indexOf(stem, at + 1)
  }
  return undefined
}

/** From the system instruction on, as far as no turn can stand there. */
function systemOf(body: Buffer, contents: number, least: number): Buffer {
  const late = body.length - LOOK
  const at = findField(body, SYSTEM, 0) ?? (late > 0 ? findField(body, SYSTEM, late) : undefined)
  if (at === undefined) return body.subarray(0, 0)
  const end = at < contents ? Math.min(at + least, contents) : at + least
  return body.subarray(at, end)
}

/** The first turn up to `most` bytes, and at least `least` bytes of all turns; undefined where they are fewer. */
function turnsOf(field: Buffer, most: number, least: number): Buffer | undefined {
  const window = field.subarray(0, most)
  const { firstEnd = most, end = window.length } = walkArray(window)
  const length = Math.max(firstEnd, least)
  return length <= end ? window.subarray(0, length) : undefined
}

/** Where the first element of the array ends, and the array itself; undefined for what ends outside the window. */
function walkArray(window: Buffer): { firstEnd?: number; end?: number } {
  let depth = 0
  let firstEnd: number | undefined
  for (let at = window.indexOf('['); at < window.length; at++) {
    const byte = window[at]
    if (byte === QUOTE) at = stringEnd(window, at)
    else if (byte === OPEN_LIST || byte === OPEN_MAP) depth++
    else if (byte === CLOSE_LIST || byte === CLOSE_MAP) {
      depth--
      if (depth === 1) firstEnd ??= at + 1
      if (depth === 0) return { firstEnd: firstEnd ?? at, end: at }
    }
  }
  return { firstEnd }
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c]
const [OPEN_LIST, CLOSE_LIST, OPEN_MAP, CLOSE_MAP] = [0x5b, 0x5d, 0x7b, 0x7d]

/** The place of the quote that ends the string begun at `start`; the window's end where it goes on. */
function stringEnd(window: Buffer, start: number): number {
  for (let at = start + 1; at < window.length; at++) {
    if (window[at] === BACKSLASH) at++
    else if (window[at] === QUOTE) return at
  }
  return window.length
}

function textOf(content: Content | undefined): string {
  return content?.parts?.map(({ text = '' }) => text).join('') ?? ''
}

function digest(stretches: readonly Buffer[]): string {
  const telling = stretches.flatMap((stretch) =>
    stretch.length <= 2 * TELLING
      ? [stretch, SEPARATOR]
      : [stretch.subarray(0, TELLING), stretch.subarray(-TELLING), SEPARATOR],
  )
  return hash('sha256', Buffer.concat(telling), 'base64url')
}

const SEPARATOR = Buffer.from([0])
