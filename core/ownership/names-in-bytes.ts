import { Buffer } from 'node:buffer'
import { toResourceName } from './resource-name.ts'

/** How the names begin that request bodies hold, whatever the field. */
const MARKS = [
  'files/',
  'cachedContents/',
  'fileSearchStores/',
  'generatedFiles/',
  'tunedModels/',
  'corpora/',
]
/** JSON may write a slash, and any letter, as an escape; then the body is parsed and written plainly. */
const ESCAPED_SLASH = '\\/'
const ESCAPED_LETTER = '\\u00'

/** Fields in which a bare name of a file is a reference; elsewhere it may be anything, such as a path on a disk. */
const FILE_FIELDS = /^(file|uri|name)$|^(file|responses)_?(uri|name|file|id)$|^(image_)?url$/i
/** Whole texts of people and models; they speak of resources, but never refer to one. */
const PROSE = /^(text|content|display_?name|title|description)$/i

/** A name, or Google's address of one, is never longer. */
const LONGEST = 1024

/**
 * The resources that a JSON body refers to, found by looking for a few words in its bytes. In either spelling of
 * the fields, at any depth. What merely stands in a text is none.
 */
export function namesInBytes(bytes: Uint8Array): readonly string[] {
  const body = plain(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  const names = new Set<string>()
  for (const mark of MARKS) {
    for (let at = body.indexOf(mark); at >= 0; at = body.indexOf(mark, at + mark.length)) {
      const name = referenceAround(body, at)
      if (name !== undefined) names.add(name)
    }
  }
  return [...names]
}

/** The interaction that a body of the Interactions API goes on from, as a name. */
export function previousInteraction(body: unknown): string | undefined {
  const { previous_interaction_id, previousInteractionId } = (body ?? {}) as Record<string, unknown>
  const id = previous_interaction_id ?? previousInteractionId
  return typeof id === 'string' ? toResourceName(`interactions/${id}`) : undefined
}

/** The body without the escapes that could hide a name. */
function plain(body: Buffer): Buffer {
  if (!body.includes(ESCAPED_SLASH) && !hidesLetters(body)) return body
  try {
    return Buffer.from(JSON.stringify(JSON.parse(body.toString())))
  } catch {
    return body // no JSON, so Google will refuse it
  }
}

/** Other escapes stand for letters that no name has, and are common. */
function hidesLetters(body: Buffer): boolean {
  for (let at = body.indexOf(ESCAPED_LETTER); at >= 0; at = body.indexOf(ESCAPED_LETTER, at + 6)) {
    const code = Number.parseInt(body.toString('latin1', at + 4, at + 6), 16)
    if (/[\w/.:-]/.test(String.fromCharCode(code))) return true
  }
  return false
}

/** The name that is the whole JSON text around a place, if its field may refer to a resource. */
function referenceAround(body: Buffer, at: number): string | undefined {
  const start = body.lastIndexOf(QUOTE, at)
  const end = body.indexOf(QUOTE, at)
  if (start < 0 || end < 0 || end - start > LONGEST || body[start - 1] === BACKSLASH) return undefined
  const text = body.toString('latin1', start + 1, end)
  const name = toResourceName(text)
  if (name === undefined) return undefined
  const field = fieldBefore(body, start)
  if (PROSE.test(field)) return undefined
  return name !== text || !name.startsWith('files/') || FILE_FIELDS.test(field) ? name : undefined
}

/** The name of the field whose value begins at a place; empty for an element of a list. */
function fieldBefore(body: Buffer, start: number): string {
  const window = body.toString('latin1', Math.max(0, start - 100), start)
  return /"([^"\\]*)"\s*:\s*$/.exec(window)?.[1] ?? ''
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c]
