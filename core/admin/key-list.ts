import { type Static, Type } from '@sinclair/typebox'
import type { ManagedKey } from '../keyring/managed-key.ts'
import { KEY_STATES } from '../keys.ts'
import type { PoolSnapshot } from '../pool/pool-snapshot.ts'
import { type FoundKey, KEY_FILTER, type KeyFilter, keysThatFit, snapshotFor } from './key-filter.ts'
import { type KeyItem, toKeyItem } from './key-item.ts'
import { pageOf, type Span } from './page-of.ts'

const SORTS = ['name', 'state', 'project', 'since', 'createdAt'] as const

/** What a list of keys may be asked for. */
export const KeyListQuery = Type.Object(
  {
    ...KEY_FILTER,
    sort: Type.Optional(Type.Union(SORTS.map((sort) => Type.Literal(sort)))),
    order: Type.Union([Type.Literal('asc'), Type.Literal('desc')], { default: 'asc' }),
    limit: Type.Integer({ minimum: 0, maximum: 1000, default: 50 }),
    offset: Type.Integer({ minimum: 0, default: 0 }),
  },
  { additionalProperties: false },
)

/** Which keys, in which order, and which part of them. */
export type KeyListQuery = Static<typeof KeyListQuery>

/** A part of a list, and how long all of it is. */
export interface KeyPage {
  readonly items: readonly KeyItem[]
  readonly total: number
}

/** A page of the keys that fit; items are made for the page alone. */
export function listKeys(keys: Iterable<ManagedKey>, snapshot: PoolSnapshot, query: KeyListQuery): KeyPage {
  const { sort, order, limit, offset, ...filter } = query
  const shown = snapshotFor(filter, snapshot)
  const found = keysThatFit(keys, shown, filter)
  const { page, total } =
    sort === undefined
      ? unsortedPage(found, { limit, offset })
      : sortedPage(found, sort, order, { limit, offset })
  return { items: page.flatMap(({ key }) => toKeyItem(key, shown) ?? []), total }
}

/** Every key that fits. */
export function findKeys(
  keys: Iterable<ManagedKey>,
  snapshot: PoolSnapshot,
  filter: KeyFilter,
): ManagedKey[] {
  return Array.from(keysThatFit(keys, snapshotFor(filter, snapshot), filter), ({ key }) => key)
}

function unsortedPage(found: Iterable<FoundKey>, { offset, limit }: Span) {
  const page: FoundKey[] = []
  let total = 0
  for (const key of found) if (total++ >= offset && page.length < limit) page.push(key)
  return { page, total }
}

function sortedPage(
  found: Iterable<FoundKey>,
  sort: (typeof SORTS)[number],
  order: KeyListQuery['order'],
  span: Span,
) {
  const toValue = VALUES[sort]
  const sign = order === 'desc' ? -1 : 1
  const rows = Array.from(found, (key) => ({ key, value: toValue(key) }))
  type Row = (typeof rows)[number]
  // What is equal stays in the order of all keys, whichever way the rest goes.
  const compare = (a: Row, b: Row) => {
    if (a.value === b.value) return a.key.place - b.key.place
    return a.value < b.value ? -sign : sign
  }
  return { total: rows.length, page: pageOf(rows, compare, span).map(({ key }) => key) }
}

/** What is compared; all of one sort are of one type. */
const VALUES: Record<(typeof SORTS)[number], (found: FoundKey) => string | number> = {
  name: ({ key }) => key.name?.toLowerCase() ?? '',
  state: ({ state }) => KEY_STATES.indexOf(state),
  project: ({ project }) => project,
  since: ({ since }) => since,
  createdAt: ({ key }) => key.createdAt ?? 0,
}
