import type { ManagedKey } from '../keyring/managed-key.ts'
import type { KeyView } from '../pool/key-view.ts'
import type { PoolSnapshot } from '../pool/pool-snapshot.ts'

/** One key as the admin's API shows it: what the pool knows, and what the operator says. */
export interface KeyItem extends KeyView {
  readonly masked: string
  readonly legacy: boolean
  readonly origin: ManagedKey['origin']
  readonly upstream: ManagedKey['upstream']
  readonly writtenIn: string | undefined
  readonly note: string | undefined
  readonly proxy: string | undefined
  readonly createdAt: number | undefined
}

/** Undefined for a key that is just leaving the pool. */
export function toKeyItem(key: ManagedKey, snapshot: PoolSnapshot): KeyItem | undefined {
  const view = snapshot.view(key.id)
  const { masked, isLegacy: legacy, origin, upstream, writtenIn, note, proxy, createdAt } = key
  return view && { ...view, masked, legacy, origin, upstream, writtenIn, note, proxy, createdAt }
}
