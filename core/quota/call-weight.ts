import { Buffer } from 'node:buffer'

/** What a request's bytes weigh: text, whose tokens go with its length, and media, whose tokens do not. */
export interface CallWeight {
  readonly textBytes: number
  readonly mediaTokens: number
}

/** Bodies below this are taken as text: no picture is so small, and most calls are. */
const SMALL = 16 * 1024
/** Base64 shorter than this is weighed as text. */
const SHORTEST_MEDIA = 4 * 1024
/**
 * A picture costs 258 tokens a tile, a second of sound 32, of video about 260, a page 258: about one token for
 * so many characters of base64, and never less than a picture. https://ai.google.dev/gemini-api/docs/tokens
 */
const CHARACTERS_A_TOKEN = 700
const LEAST = 258

/** Weighs a body without parsing it: long values of `data` and of data URLs are media. */
export function weighCall(body: Uint8Array): CallWeight {
  if (body.length < SMALL) return { textBytes: body.length, mediaTokens: 0 }
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  let textBytes = body.length
  let mediaTokens = 0
  for (const [start, end] of mediaRanges(bytes)) {
    const length = end - start
    textBytes -= length
    mediaTokens += LEAST + Math.ceil(length / CHARACTERS_A_TOKEN)
  }
  // A data URL under the name `data` was taken twice.
  return { textBytes: Math.max(0, textBytes), mediaTokens }
}

const QUOTE = 0x22
/** What stands before base64: a field of Gemini's or Anthropic's, and a data URL. */
const MARKS = [/^"data"\s*:\s*"/, /^;base64,/]
const NAMES = ['"data"', ';base64,']

/** Where in a body the base64 of media stands, without its quotes; in no particular order. */
export function* mediaRanges(bytes: Buffer): Iterable<readonly [start: number, end: number]> {
  for (const [which, name] of NAMES.entries()) {
    for (let at = bytes.indexOf(name); at >= 0; ) {
      const mark = MARKS[which]!.exec(bytes.toString('latin1', at, at + 24))
      const start = at + (mark?.[0].length ?? name.length)
      const end = mark ? bytes.indexOf(QUOTE, start) : start
      if (end < 0) break
      if (end - start >= SHORTEST_MEDIA) yield [start, end]
      at = bytes.indexOf(name, end)
    }
  }
}
