import { type KeyPattern, KNOWN_FORMS } from './key-pattern.ts'
import { toPiece } from './key-piece.ts'
import type { ParseOptions, Piece } from './parse-keys.ts'

const BREAK = /\r\n?|\n/g
/** What may stand between keys, and around them. */
const SEPARATORS = /[\s,;"'`|<>()[\]{}]+/
const SEPARATOR_AFTER = /[\s,;]/g
const LONGEST_PART = 8000
/** Beside a key, shorter words are words. */
const SHORTEST_LEFT = 20
/** What is taken for a secret is taken out of every text from then on; common words must not be. */
const SHORTEST_KEY = 8

/**
 * The keys in a text of any shape, line by line; undefined for a line without anything, so that whoever reads may
 * stop between two lines. Of a line with keys only what may be one more is left; of a line without, all.
 */
export function* readFreeText(text: string, options: ParseOptions): Generator<Piece | undefined> {
  let number = 0
  for (const line of linesOf(text)) {
    number++
    for (const part of partsOf(line)) {
      yield undefined
      yield* readLine(part.trim(), `line ${number}`, options)
    }
  }
}

function* readLine(
  line: string,
  place: string,
  { pattern = KNOWN_FORMS, anyShape }: ParseOptions,
): Generator<Piece> {
  if (line === '') return
  const found = pattern.in(line)
  for (const secret of found) yield toPiece({ secret }, place)
  const left = found.length === 0 ? wholeOrWords(line, anyShape) : wordsBeside(line, found, pattern)
  for (const text of left) {
    if (!anyShape) yield { place, text, why: 'It does not look like a key' }
    else if (text.length < SHORTEST_KEY) yield { place, text, why: 'It is too short for a key' }
    else yield toPiece({ secret: text }, place)
  }
}

function wholeOrWords(line: string, anyShape: boolean | undefined): string[] {
  return anyShape ? wordsOf(line) : [line]
}

function wordsBeside(line: string, found: readonly string[], pattern: KeyPattern): string[] {
  const taken = new Set(found.flatMap(wordsOf))
  const left = wordsOf(line).filter((word) => word.length >= SHORTEST_LEFT && !taken.has(word))
  return left.filter((word) => pattern.in(word).length === 0)
}

function wordsOf(line: string): string[] {
  return line.split(SEPARATORS).filter((word) => word !== '')
}

function* linesOf(text: string): Generator<string> {
  let start = 0
  for (const { index, 0: end } of text.matchAll(BREAK)) {
    yield text.slice(start, index)
    start = index + end.length
  }
  yield text.slice(start)
}

/** A line may hold all keys there are; it is read in parts that end where a key does. */
function* partsOf(line: string): Generator<string> {
  let start = 0
  while (line.length - start > LONGEST_PART) {
    SEPARATOR_AFTER.lastIndex = start + LONGEST_PART
    const next = SEPARATOR_AFTER.exec(line)
    if (next === null) break
    yield line.slice(start, next.index)
    start = next.index
  }
  yield line.slice(start)
}
