import { countSentences, larger, readCount, smaller } from './counts.ts'
import { isJsonObject, type JsonObject } from './json-object.ts'
import { within } from './place.ts'
import { asJson } from './sentences.ts'
import type { Shape } from './shape.ts'
import { definedOnly } from './written.ts'

/** The keywords of lists. */
export interface Arrays {
  /** The items of a tuple, each at its place. */
  readonly prefix: readonly Shape[]
  /** All items behind those; undefined: anything. */
  readonly items?: Shape
  readonly minItems?: number
  readonly maxItems?: number
  readonly isUnique: boolean
  readonly sentences: readonly string[]
}

const KEYWORDS = [
  'items',
  'prefixItems',
  'minItems',
  'maxItems',
  'uniqueItems',
  'contains',
  'unevaluatedItems',
]

type ReadChild = (source: unknown, at: string) => Shape
type MeetChild = (a: Shape, b: Shape) => Shape

/** A tuple is `prefixItems`, or `items` as a list with `additionalItems` behind. undefined: no such keyword. */
export function readArrays(source: JsonObject, at: string, read: ReadChild): Arrays | undefined {
  if (!KEYWORDS.some((keyword) => source[keyword] !== undefined)) return undefined
  const isOld = Array.isArray(source.items)
  const [tuple, tupleName] = isOld ? [source.items, 'items'] : [source.prefixItems, 'prefixItems']
  const [behind, behindName] = isOld ? [source.additionalItems, 'additionalItems'] : [source.items, 'items']
  const prefix = Array.isArray(tuple)
    ? tuple.map((one, index) => read(one, within(at, tupleName, String(index))))
    : []
  const rest = behind ?? source.unevaluatedItems
  const arrays = {
    prefix,
    ...(rest === undefined
      ? {}
      : { items: read(rest, within(at, behind === undefined ? 'unevaluatedItems' : behindName)) }),
    ...definedOnly({ minItems: readCount(source.minItems), maxItems: readCount(source.maxItems) }),
    isUnique: source.uniqueItems === true,
    sentences: readContains(source),
  }
  return closed(arrays)
}

/** Where nothing may follow the tuple, its length is the bound. */
function closed(arrays: Arrays): Arrays {
  if (arrays.items?.core.kind !== 'never') return arrays
  const { items: _, ...rest } = arrays
  return { ...rest, maxItems: smaller(arrays.maxItems, arrays.prefix.length) }
}

function readContains({ contains, minContains, maxContains }: JsonObject): string[] {
  if (contains === undefined || !(isJsonObject(contains) || typeof contains === 'boolean')) return []
  const least = readCount(minContains) ?? 1
  const most = readCount(maxContains)
  const counts = most === undefined ? `At least ${least}` : `Between ${least} and ${most}`
  return [`${counts} of the items must match ${asJson(contains)}.`]
}

/** What both allow. */
export function meetArrays(a: Arrays, b: Arrays, meet: MeetChild): Arrays {
  const length = Math.max(a.prefix.length, b.prefix.length)
  const items = meetMaybe(a.items, b.items, meet)
  return closed({
    prefix: Array.from(
      { length },
      (_, index) => meetMaybe(a.prefix[index] ?? a.items, b.prefix[index] ?? b.items, meet) as Shape,
    ),
    ...(items === undefined ? {} : { items }),
    ...definedOnly({
      minItems: larger(a.minItems, b.minItems),
      maxItems: smaller(a.maxItems, b.maxItems),
    }),
    isUnique: a.isUnique || b.isUnique,
    sentences: [...new Set([...a.sentences, ...b.sentences])],
  })
}

function meetMaybe(a: Shape | undefined, b: Shape | undefined, meet: MeetChild): Shape | undefined {
  return a === undefined ? b : b === undefined ? a : meet(a, b)
}

/** True where no item can stand behind the tuple. */
export function isFull({ prefix, maxItems }: Arrays): boolean {
  return maxItems !== undefined && maxItems <= prefix.length
}

/** The sentences for what neither dialect has, and for bounds that are not written as keywords. */
export function arraySentences(arrays: Arrays, areBoundsWritten: boolean): string[] {
  return [
    ...(areBoundsWritten ? [] : countSentences('item', arrays.minItems, arrays.maxItems)),
    ...(arrays.isUnique ? ['No item twice.'] : []),
    ...arrays.sentences,
  ]
}
