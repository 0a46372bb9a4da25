import { Buffer } from 'node:buffer'

/**
 * Looks through the pieces of a file for what only its own project has: the lines of a batch may name files and
 * caches. True once one was found; `at` is where a piece begins in the file.
 */
export type ReferenceSearch = (piece: Uint8Array, at: number) => boolean

/** A name, or an address of Google's, as a JSON text. */
const REFERENCE =
  /"(?:https?:[^"\s]{1,200}\/v1(?:beta|alpha)?\\?\/)?(?:files|cachedContents|fileSearchStores)\\?\/[\w-]/
/** So much of a reference may be in the piece before. */
const OVERLAP = 300

/** Only files of JSON are looked through: what other files say means nothing to Google. */
export function createReferenceSearch(): ReferenceSearch {
  let isJson = false
  let isFound = false
  let end = ''
  return (piece, at) => {
    if (at === 0) isJson = piece[0] === BRACE
    if (!isJson || isFound) return isFound
    const text = end + Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength).toString('latin1')
    isFound = REFERENCE.test(text)
    end = text.slice(-OVERLAP)
    return isFound
  }
}

const BRACE = 0x7b
