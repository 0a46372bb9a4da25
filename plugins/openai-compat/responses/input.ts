import type { Content, Part } from '../../../core/canonical.ts'
import { type Said, toContents } from '../../../core/codec/conversation.ts'
import { optional, refuse, refuseType, toRecord } from '../../../core/codec/request-values.ts'
import { signed } from '../../../core/codec/signatures.ts'
import { unsealed } from './envelope.ts'
import { type Item, typeOf } from './item.ts'
import { ITEM_READERS, type ItemReading } from './item-readers.ts'

/** The items that a body's `input` is; a text is one message of the user. */
export function itemsOf(body: Readonly<Record<string, unknown>>): readonly Item[] {
  const input = optional(body, 'input', (value, param) => {
    if (typeof value === 'string')
      return value === '' ? [] : [{ type: 'message', role: 'user', content: value }]
    if (!Array.isArray(value)) return refuseType(value, param, 'a string or an array of items')
    return value.map((item, index) => toRecord(item, `${param}[${index}]`))
  })
  return input ?? []
}

/** A conversation read from items: the system's words, and the rest as Gemini takes it. */
export interface Conversation {
  readonly system: readonly Part[]
  readonly contents: readonly Content[]
}

/**
 * Reads items in their order; kinds that say nothing to Gemini are left out, with a note. So many of them as `kept`
 * says lay in the store before the client's own.
 */
export function readItems(
  items: readonly Item[],
  reading: Omit<ItemReading, 'signatures'>,
  kept = 0,
): Conversation {
  const system: Part[] = []
  const said: Said[] = []
  const unread = new Set<string>()
  const full = { ...reading, signatures: signaturesIn(items) }
  for (const [index, item] of items.entries()) {
    const type = typeOf(item)
    const read = Object.hasOwn(ITEM_READERS, type) ? ITEM_READERS[type] : undefined
    if (!read) unread.add(type.slice(0, 40))
    const place = index < kept ? 'previous_response_id' : `input[${index - kept}]`
    if (type === '') refuse('missing_required_parameter', `${place}.type`, `'${place}' says not what it is`)
    const found = read?.(item, place, full)
    if (found?.role === 'system') system.push(...found.parts)
    else if (found) said.push(found)
    signBefore(said, item)
  }
  for (const type of HEARD_ELSEWHERE) unread.delete(type)
  if (unread.size > 0) reading.notes.push(`input: left out ${[...unread].slice(0, 10).join(', ')}`)
  return { system, contents: toContents(said) }
}

/** Tools are read with the tools; references are resolved by the store. */
const HEARD_ELSEWHERE = ['additional_tools', 'item_reference']

function signaturesIn(items: readonly Item[]): ReadonlyMap<string, string> {
  const found = items.flatMap((item) =>
    typeOf(item) === 'reasoning' ? Object.entries(unsealed(item.encrypted_content)?.calls ?? {}) : [],
  )
  return new Map(found)
}

/** An envelope may carry the signature of the text or picture that lies right before it. */
function signBefore(said: Said[], item: Item): void {
  if (typeOf(item) !== 'reasoning') return
  const signature = unsealed(item.encrypted_content)?.before
  const last = said.at(-1)
  const part = last?.role === 'model' ? last.parts.at(-1) : undefined
  if (signature === undefined || !last || !part || part.functionCall || part.thoughtSignature) return
  said[said.length - 1] = { role: 'model', parts: [...last.parts.slice(0, -1), signed(part, signature)] }
}
