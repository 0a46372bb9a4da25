import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { UPSTREAMS } from '../../keys.ts'
import type { NewKey } from '../key-change.ts'
import { toPiece } from './key-piece.ts'
import type { ParseOptions, Piece } from './parse-keys.ts'

/** A key as the config and an export write it; other fields are left alone. */
const JsonKey = Type.Object({
  key: Type.String(),
  name: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  project: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  weight: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
  tags: Type.Optional(Type.Array(Type.String({ minLength: 1 }))),
  note: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  disabled: Type.Optional(Type.Boolean()),
  proxy: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  upstream: Type.Optional(Type.Union(UPSTREAMS.map((name) => Type.Literal(name)))),
})

/** The keys of a JSON list, or of an object that holds one under `keys`; undefined for what is neither. */
export function readJson(text: string, options: ParseOptions): Generator<Piece> | undefined {
  if (!/^[[{"]/.test(text)) return undefined
  const value = parse(text)
  const list = Array.isArray(value) ? value : listWithin(value)
  return list && readList(list, options)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // then it is a text like any other, which happens to begin with a bracket
  }
}

function listWithin(value: unknown): unknown[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if ('key' in value) return [value]
  const list = 'keys' in value ? value.keys : 'items' in value ? value.items : undefined
  return Array.isArray(list) ? list : undefined
}

function* readList(list: readonly unknown[], { pattern }: ParseOptions): Generator<Piece> {
  for (const [index, item] of list.entries()) {
    const place = `[${index}]`
    if (!Value.Check(JsonKey, typeof item === 'string' ? { key: item } : item)) {
      yield { place, text: shown(item), why: 'It is neither a text nor an object like those under "keys"' }
      continue
    }
    const key = typeof item === 'string' ? { secret: item.trim() } : toNewKey(item as Static<typeof JsonKey>)
    yield pieceOf(key, place, pattern)
  }
}

function pieceOf(key: NewKey, place: string, pattern: ParseOptions['pattern']): Piece {
  if (pattern?.fits(key.secret) === false)
    return { place, text: key.secret, why: 'It does not fit the pattern' }
  return toPiece(key, place)
}

function toNewKey({
  key,
  name,
  project,
  weight,
  tags,
  note,
  proxy,
  disabled,
  upstream,
}: Static<typeof JsonKey>): NewKey {
  return {
    secret: key.trim(),
    name: name || undefined,
    project: project || undefined,
    weight,
    tags,
    note: note || undefined,
    proxy: proxy || undefined,
    disabled,
    upstream,
  }
}

const LONGEST_SHOWN = 1000

function shown(item: unknown): string {
  return (JSON.stringify(item) ?? String(item)).slice(0, LONGEST_SHOWN)
}
