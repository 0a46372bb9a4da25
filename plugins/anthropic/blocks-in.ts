import type { Part } from '../../core/canonical.ts'
import { refuse, refuseType, required, shown, toRecord, toText } from '../../core/codec/request-values.ts'

/** One content block of a request. */
export type Block = Readonly<Record<string, unknown>>

/** Reads one kind of block, at its place in the request; it may come to nothing. */
export type BlockReader<T> = (block: Block, param: string) => readonly T[]

/** Content is a text or a list of blocks, of which `readers` name the kinds that may be there; empty texts are dropped. */
export function readBlocks<T extends object>(
  content: unknown,
  param: string,
  readers: Readonly<Record<string, BlockReader<T | Part>>>,
): (T | Part)[] {
  if (typeof content === 'string') return content === '' ? [] : [{ text: content }]
  if (!Array.isArray(content)) return refuseType(content, param, 'a string or an array of blocks')
  const parts = content.flatMap((each, index) => {
    const place = `${param}.${index}`
    const block = toRecord(each, place)
    const type = required(block, 'type', toText, `${place}.type`)
    const read = Object.hasOwn(readers, type) ? readers[type] : undefined
    return read?.(block, place) ?? refuseKind(type, place, Object.keys(readers))
  })
  return parts.filter((part) => !('text' in part) || part.text !== '')
}

function refuseKind(type: string, place: string, known: readonly string[]): never {
  const list = known.map((each) => `'${each}'`).join(', ')
  return refuse(
    'invalid_value',
    `${place}.type`,
    `'${place}.type' must be one of ${list}, not ${shown(type)}`,
  )
}

/** A block of text. */
export function readText(block: Block, param: string): Part {
  return { text: required(block, 'text', toText, `${param}.text`) }
}
