import type { NewKey } from '../key-change.ts'
import type { KeyPattern } from './key-pattern.ts'
import { readCsv } from './read-csv.ts'
import { readFreeText } from './read-free-text.ts'
import { readJson } from './read-json.ts'

/** What to take for a key. */
export interface ParseOptions {
  /** Picks keys out of free text, and tells which stated ones are meant; undefined for the known forms. */
  readonly pattern?: KeyPattern
  /** Takes what fits no pattern as a key too, whatever its shape. */
  readonly anyShape?: boolean
}

/** What a text held. */
export interface ParsedKeys {
  /** Each secret once, as it first came. */
  readonly keys: readonly NewKey[]
  /** How often a secret came again. */
  readonly duplicates: number
  /** What may be a key, but is not taken for one; in the order of the text. */
  readonly unmatched: readonly Unmatched[]
}

/** A piece of the text that was left. */
export interface Unmatched {
  /** `line 3`, `[4].key` */
  readonly place: string
  readonly text: string
  readonly why: string
}

/** One piece of a text: a key, or what was left of it. */
export type Piece = { readonly key: NewKey } | Unmatched

/** The longest text that is read. */
export const LONGEST_TEXT = 10_000_000

/**
 * Reads pasted keys: JSON (a list of texts or of objects like the config's, or an object with `keys`), CSV with a
 * header that names a column `key`, or free text with any separators. Lets everything else run now and then. Rejects
 * with a RangeError where a pattern takes too long.
 */
export async function parseKeys(text: string, options: ParseOptions = {}): Promise<ParsedKeys> {
  const clean = text.replace(/^\uFEFF/, '').trim()
  const pieces = readJson(clean, options) ?? readCsv(clean, options) ?? readFreeText(clean, options)
  const keys = new Map<string, NewKey>()
  const unmatched: Unmatched[] = []
  let duplicates = 0
  let busySince = performance.now()

  function take(piece: Piece): void {
    if (!('key' in piece)) unmatched.push(piece)
    else if (keys.has(piece.key.secret)) duplicates++
    else keys.set(piece.key.secret, piece.key)
  }

  for (const piece of pieces) {
    if (piece !== undefined) take(piece)
    if (performance.now() - busySince < SLICE_MILLISECONDS) continue
    await breathe()
    busySince = performance.now()
  }
  return { keys: [...keys.values()], duplicates, unmatched }
}

const SLICE_MILLISECONDS = 10

function breathe(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0))
}
