import { Buffer } from 'node:buffer'
import { mediaRanges } from '../quota/call-weight.ts'
import { toResourceName } from './resource-name.ts'
import { createToldValues } from './told-values.ts'

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
  // A name has a slash in it, and most short bodies have none.
  if (!bytes.includes(SLASH) && !bytes.includes(BACKSLASH)) return []
  const stretches = withoutMedia(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  const names = new Set<string>()
  for (const stretch of stretches.some(hidesLetters) ? [plainJson(bytes)] : stretches) {
    const isTold = createToldValues(stretch)
    for (const mark of MARKS) {
      for (let at = stretch.indexOf(mark); at >= 0; at = stretch.indexOf(mark, at + mark.length)) {
        const name = referenceAround(stretch, at, isTold)
        if (name !== undefined) names.add(name)
      }
    }
  }
  return [...names]
}

/** Looking for a word in a large picture takes long, and base64 holds none. */
function withoutMedia(body: Buffer): readonly Buffer[] {
  if (body.length < LARGE) return [body]
  const ranges = [...mediaRanges(body)].toSorted(([one], [other]) => one - other)
  let from = 0
  const stretches = ranges.map(([start, end]) => {
    const stretch = body.subarray(from, start)
    from = Math.max(from, end + 1) // behind the quote
    return stretch
  })
  return [...stretches, body.subarray(from)]
}

const LARGE = 64 * 1024

/** What a body of the Interactions API goes on from and uses, by ids that do not say of what they are. */
export interface InteractionNames {
  readonly previous: string | undefined
  /** There are agents and environments that are everybody's. */
  readonly perhaps: readonly string[]
}

/** The names that a body of the Interactions API holds as bare ids. */
export function namesInInteraction(body: unknown): InteractionNames {
  const { previous_interaction_id, previousInteractionId, agent, environment } = (body ?? {}) as Record<
    string,
    unknown
  >
  const perhaps = [toName('agents', agent), toName('environments', environment)]
  return {
    previous: toName('interactions', previous_interaction_id ?? previousInteractionId),
    perhaps: perhaps.filter((name) => name !== undefined),
  }
}

function toName(collection: string, id: unknown): string | undefined {
  return typeof id === 'string' ? toResourceName(id.includes('/') ? id : `${collection}/${id}`) : undefined
}

/** The body without escapes that could hide a name; nothing where it is no JSON, which Google will refuse. */
export function plainJson(bytes: Uint8Array): Buffer {
  try {
    return Buffer.from(JSON.stringify(JSON.parse(new TextDecoder().decode(bytes))))
  } catch {
    return Buffer.alloc(0)
  }
}

/** Whether a slash or a letter is written as an escape that no writer of plain JSON needs. */
export function hidesLetters(body: Buffer): boolean {
  if (body.includes(ESCAPED_SLASH)) return true
  return body.includes(ESCAPED_LETTER) && HIDING.some((beginning) => body.includes(beginning))
}

/** How the escapes of the letters, digits and signs begin that names consist of. */
const HIDING = [2, 3, 4, 5, 6, 7].map((digit) => `${ESCAPED_LETTER}${digit}`)

/**
 * The name that is the whole JSON text around a place, if its field may refer to a resource; `isTold` is of
 * `createToldValues` for the same body.
 */
export function referenceAround(
  body: Buffer,
  at: number,
  isTold: (at: number) => boolean,
): string | undefined {
  const start = body.lastIndexOf(QUOTE, at)
  const end = body.indexOf(QUOTE, at)
  if (start < 0 || end < 0 || end - start > LONGEST || body[start - 1] === BACKSLASH) return undefined
  const text = body.toString('latin1', start + 1, end).replaceAll(ESCAPED_SLASH, '/')
  const name = toResourceName(text)
  if (name === undefined) return undefined
  const field = fieldBefore(body, start)
  if (PROSE.test(field)) return undefined
  const isReference = name !== text || !name.startsWith('files/') || FILE_FIELDS.test(field)
  return isReference && !isTold(start) ? name : undefined
}

/** The name of the field whose value begins at a place; empty for an element of a list. */
function fieldBefore(body: Buffer, start: number): string {
  const window = body.toString('latin1', Math.max(0, start - 100), start)
  return /"([^"\\]*)"\s*:\s*$/.exec(window)?.[1] ?? ''
}

const [QUOTE, SLASH, BACKSLASH] = [0x22, 0x2f, 0x5c]
