import { createKeyring, type Keyring } from '../keyring/keyring.ts'
import { toKey } from '../keyring/managed-key.ts'
import { UPSTREAMS, type UpstreamName } from '../keys.ts'
import { createRedactor, type Redactor } from '../log/redactor.ts'
import { createKeyRing, type KeyRing } from '../pool/key-ring.ts'
import { createPool } from '../pool/pool.ts'
import type { PoolSnapshot } from '../pool/pool-snapshot.ts'
import { openQuotaBook } from '../quota/open-quota-book.ts'
import type { Rooms } from '../rooms.ts'
import { joinSnapshots } from '../service/open-services.ts'
import { ownRecords } from '../service/own-records.ts'
import type { Settings } from '../settings/settings.ts'
import type { Store } from '../store.ts'
import type { CommandLine } from './command.ts'
import { configuredKeysOf } from './key-source.ts'
import { readSettings } from './read-settings.ts'

/** The keys without a gateway. */
export interface OpenKeys {
  readonly rooms: Rooms
  readonly settings: Settings
  readonly keyring: Keyring
  readonly ring: KeyRing
  readonly redactor: Redactor
  /** All of them, as the last gateway left them. */
  readonly snapshot: PoolSnapshot
  close(): Promise<void>
}

/** Opens the store that the settings name, and what is known of its keys. */
export async function openKeys(rooms: Rooms, line: CommandLine): Promise<OpenKeys> {
  const read = await readSettings(rooms, line)
  const { settings } = read
  const store = await rooms.openStore(settings.storage.url)
  const redactor = createRedactor()
  const ring = createKeyRing(redactor)
  const keyring = await createKeyring({
    configured: configuredKeysOf(read),
    records: store.keySettings,
    ring,
    maxConcurrent: read.settings.routing.maxConcurrentPerKey,
    now: Date.now,
    warn() {},
  })
  return {
    rooms,
    settings,
    keyring,
    ring,
    redactor,
    snapshot: joinSnapshots(
      await Promise.all(UPSTREAMS.map((name) => snapshotOf(name, keyring, store, settings))),
    ),
    async close() {
      keyring.close()
      await store.close()
    },
  }
}

async function snapshotOf(
  name: UpstreamName,
  keyring: Keyring,
  store: Store,
  settings: Settings,
): Promise<PoolSnapshot> {
  const records = ownRecords(store, name)
  const keys = [...keyring.keys.values()].filter(({ upstream }) => upstream === name)
  const pool = createPool({
    keys: keys.map(toKey),
    strategy: { pick: (usable) => usable.sample() },
    quotas: await openQuotaBook(settings, records, name),
    saved: await records.keys.load(),
    now: Date.now,
    random: Math.random,
    minuteSeconds: settings.quota.minuteSeconds,
    changed() {},
    doubted() {},
  })
  for (const key of keys) {
    if (key.disabledSince !== undefined) pool.membership.set(toKey(key), key.disabledSince)
  }
  return pool.snapshot()
}
