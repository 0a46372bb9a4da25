import { type Static, Type } from '@sinclair/typebox'
import type { ManagedKey } from '../keyring/managed-key.ts'
import { KEY_STATES, UPSTREAMS } from '../keys.ts'
import type { KeyGlance, PoolSnapshot } from '../pool/pool-snapshot.ts'

const Text = (description: string) => Type.Optional(Type.String({ minLength: 1, description }))
const Flag = (description: string) => Type.Optional(Type.Boolean({ description }))

/** What may be asked of a key; absent fields leave none out. */
export const KEY_FILTER = {
  state: Type.Optional(Type.Union(KEY_STATES.map((state) => Type.Literal(state)))),
  tag: Text('A tag that the key has.'),
  project: Text('The project whose quota it spends.'),
  model: Text('Makes `state` and `usable` speak of this model alone.'),
  usable: Flag('Whether it may be used now.'),
  text: Text('A part of its name, its masked form, its id or its note, in capitals or not.'),
  legacy: Flag('Whether it is of the form `AIza…`.'),
  upstream: Type.Optional(Type.Union(UPSTREAMS.map((name) => Type.Literal(name)))),
  origin: Type.Optional(
    Type.Union((['config', 'environment', 'admin'] as const).map((origin) => Type.Literal(origin))),
  ),
}

/** A filter by itself. */
export const KeyFilterSchema = Type.Object(KEY_FILTER, { additionalProperties: false })

/** Which keys. */
export type KeyFilter = Static<typeof KeyFilterSchema>

/** A key that fits, with what the pool says of it at a glance. */
export interface FoundKey extends KeyGlance {
  readonly key: ManagedKey
  /** Its place among all keys. */
  readonly place: number
}

/** The pool as a filter means it: of one model where it names one. */
export function snapshotFor(filter: KeyFilter, snapshot: PoolSnapshot): PoolSnapshot {
  return filter.model === undefined ? snapshot : snapshot.of(filter.model)
}

/** The keys that fit, in their order. Builds nothing for the others; `snapshot` as `snapshotFor` gives it. */
export function* keysThatFit(
  keys: Iterable<ManagedKey>,
  snapshot: PoolSnapshot,
  filter: KeyFilter,
): Generator<FoundKey> {
  const text = filter.text?.toLowerCase()
  let place = 0
  for (const key of keys) {
    place++
    if (!fitsByItself(key, filter, text)) continue
    const glance = snapshot.glance(key.id)
    if (glance === undefined || !fitsNow(glance, filter)) continue
    yield { key, place, project: glance.project, state: glance.state, since: glance.since }
  }
}

function fitsByItself(
  key: ManagedKey,
  { tag, legacy, origin, upstream }: KeyFilter,
  text: string | undefined,
): boolean {
  if (upstream !== undefined && key.upstream !== upstream) return false
  if (origin !== undefined && key.origin !== origin) return false
  if (legacy !== undefined && key.isLegacy !== legacy) return false
  if (tag !== undefined && !key.tags.includes(tag)) return false
  return text === undefined || isIn(key, text)
}

function fitsNow(glance: KeyGlance, { state, project, usable }: KeyFilter): boolean {
  if (state !== undefined && glance.state !== state) return false
  if (project !== undefined && glance.project !== project) return false
  return usable === undefined || (glance.state === 'active') === usable
}

function isIn({ name = '', masked, id, note = '' }: ManagedKey, text: string): boolean {
  return `${name}\n${masked}\n${id}\n${note}`.toLowerCase().includes(text)
}
