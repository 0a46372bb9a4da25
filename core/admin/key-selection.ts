import { Type } from '@sinclair/typebox'
import { GatewayError } from '../errors.ts'
import { LONGEST_TEXT, parseKeys } from '../keyring/import/parse-keys.ts'
import type { ManagedKey } from '../keyring/managed-key.ts'
import { keyIdOf } from '../pool/key-ring.ts'
import type { AdminDesk } from './admin-route.ts'
import { KEY_FILTER, type KeyFilter } from './key-filter.ts'
import { findKeys } from './key-list.ts'
import { snapshotOf } from './snapshot-of.ts'

/** How a body says which keys it means: by exactly one of these. */
export const KEY_SELECTION = {
  ids: Type.Optional(Type.Array(Type.String())),
  keys: Type.Optional(
    Type.Union([Type.String(), Type.Array(Type.String())], {
      description: 'Whole secrets, as they are pasted.',
    }),
  ),
  filter: Type.Optional(Type.Object(KEY_FILTER, { additionalProperties: false })),
}

/** A body's selection. */
export interface KeySelection {
  readonly ids?: readonly string[]
  readonly keys?: string | readonly string[]
  readonly filter?: KeyFilter
}

/** The keys that are meant, each once, and how many that were named are not there. */
export interface SelectedKeys {
  readonly found: readonly ManagedKey[]
  readonly unknown: number
}

/** Throws `invalid_request` where a body does not say which keys, or says it in two ways. */
export async function selectKeys(selection: KeySelection, desk: AdminDesk): Promise<SelectedKeys> {
  const { ids, keys, filter } = selection
  if ([ids, keys, filter].filter((way) => way !== undefined).length !== 1) {
    throw new GatewayError('invalid_request', 'Say which keys by one of "ids", "keys" and "filter"', {
      param: 'ids',
    })
  }
  await desk.keyring.refresh()
  if (filter !== undefined) {
    return { found: findKeys(desk.keyring.keys.values(), snapshotOf(desk), filter), unknown: 0 }
  }
  const named = new Set(ids ?? (await idsOfSecrets(keys ?? '')))
  const found = [...named].map((id) => desk.keyring.keys.get(id)).filter((key) => key !== undefined)
  return { found, unknown: named.size - found.length }
}

/** The key of this id; throws `not_found`. */
export function keyOf(id: string, { keyring }: AdminDesk): ManagedKey {
  const key = keyring.keys.get(id)
  if (key === undefined) throw new GatewayError('not_found', 'There is no key of this id')
  return key
}

async function idsOfSecrets(keys: string | readonly string[]): Promise<string[]> {
  if (typeof keys !== 'string') return keys.map((key) => keyIdOf(key.trim()))
  if (keys.length > LONGEST_TEXT) {
    throw new GatewayError('too_large', `"keys" is longer than ${LONGEST_TEXT} characters`, { param: 'keys' })
  }
  const parsed = await parseKeys(keys, { anyShape: true })
  return parsed.keys.map(({ secret }) => keyIdOf(secret))
}
