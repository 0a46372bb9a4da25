import type { Key, UpstreamName } from '../keys.ts'
import { type KeyRing, keyIdOf } from '../pool/key-ring.ts'
import type { KeySettingBatch, KeySettingRecord, KeySettingRecords } from '../store.ts'
import type { ConfiguredKey } from './configured-keys.ts'
import { inSlices } from './in-slices.ts'
import { type KeyChange, type NewKey, toAddedRecord, toChangedRecord } from './key-change.ts'
import { type ManagedKey, mergeKey, toKey } from './managed-key.ts'

/** All keys there are, from wherever, and the one way to change them. What is answered is on the disk, and in force. */
export interface Keyring {
  /** Those of the config first, then in the order in which they were added. */
  readonly keys: ReadonlyMap<string, ManagedKey>
  /** Adds the keys that are not there yet, and brings back those that were deleted; returns the new ones. */
  add(keys: readonly NewKey[]): Promise<readonly ManagedKey[]>
  /** Changes the keys of these ids; returns them as they are now. Ids that are not known are passed by. */
  change(ids: readonly string[], change: KeyChange): Promise<readonly ManagedKey[]>
  /** Removes the keys of these ids for good; returns what they were. Ids that are not known are passed by. */
  remove(ids: readonly string[]): Promise<readonly ManagedKey[]>
  /** Takes in what other processes changed. */
  refresh(): Promise<void>
  /** Tells of every change from now on: of all keys, or of those for one service. */
  watch(watcher: KeyringWatcher, upstream?: UpstreamName): void
  close(): void
}

/** Whoever keeps keys of its own, such as the pool. */
export interface KeyringWatcher {
  /** A key that is new, or what is new of one. */
  set(key: Key, disabledSince: number | undefined): void
  drop(id: string): void
  /** From now on a key goes by this proxy of its own; by those of all where it has none. Told before `set`. */
  goesBy?(id: string, proxy: string | undefined): void
}

export interface KeyringOptions {
  readonly configured: readonly ConfiguredKey[]
  readonly records: KeySettingRecords
  readonly ring: KeyRing
  /** Calls that a key may serve at one time which states no number of its own; 0 is no limit. */
  readonly maxConcurrent: number
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Told, once, of a store that cannot be read. */
  warn(message: string, fields: Record<string, unknown>): void
}

const LOOK_EVERY_MILLISECONDS = 1000

/** Reads all keys; from then on looks every second for what other processes changed. */
export async function createKeyring(options: KeyringOptions): Promise<Keyring> {
  const { ring, now } = options
  const configured = new Map(options.configured.map((key) => [key.id, key]))
  const records = new Map<string, KeySettingRecord>()
  const keys = new Map<string, ManagedKey>()
  const watchers: Watching[] = []
  let revision = 0
  let turn: Promise<unknown> = Promise.resolve()
  let isFailing = false

  for (const id of configured.keys()) apply(id)
  await readChanges()
  const timer = setInterval(look, LOOK_EVERY_MILLISECONDS)
  timer.unref?.()

  /** One after the other: a change is made of what the one before left. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = turn.then(work)
    turn = done.catch(() => {})
    return done
  }

  async function look(): Promise<void> {
    try {
      await inTurn(readChanges)
      isFailing = false
    } catch (error) {
      if (!isFailing) options.warn('The keys cannot be read again; it is tried on', { error })
      isFailing = true
    }
  }

  async function readChanges(): Promise<void> {
    if ((await options.records.revision()) === revision) return
    const changes = await options.records.since(revision)
    for (const record of changes.records) records.set(record.id, record)
    await inSlices(changes.records, async (slice) => {
      for (const { id } of slice) apply(id)
    })
    if (records.size !== changes.count) await forgetRemoved()
    revision = changes.revision
  }

  async function forgetRemoved(): Promise<void> {
    const left = new Set(await options.records.ids())
    for (const id of [...records.keys()]) {
      if (left.has(id)) continue
      records.delete(id)
      apply(id)
    }
  }

  /** Brings one key in line with what is stated and kept of it. */
  function apply(id: string): void {
    const merged = mergeKey(configured.get(id), records.get(id), options.maxConcurrent)
    const former = keys.get(id)?.upstream
    if (merged !== undefined) {
      const { key } = merged
      ring.add(key, merged.secret)
      keys.set(id, key)
      setProxy(id, merged.proxy)
      if (former !== undefined && former !== key.upstream) tellDropped(id, former, key.upstream)
      for (const { watcher, sees } of watchers)
        if (sees(key.upstream)) watcher.set(toKey(key), key.disabledSince)
    } else if (former !== undefined) {
      keys.delete(id)
      tellDropped(id, former)
    }
  }

  /** A key that is for another service now is gone for those who watch its former one alone. */
  function tellDropped(id: string, former: UpstreamName, upstream?: UpstreamName): void {
    for (const { watcher, sees } of watchers)
      if (sees(former) && (upstream === undefined || !sees(upstream))) watcher.drop(id)
  }

  /** Before the key is known to be there: it must not go out another way in between. */
  function setProxy(id: string, proxy: string | undefined): void {
    if (ring.proxies.get(id) === proxy) return
    ring.setProxy(id, proxy)
    for (const { watcher } of watchers) watcher.goesBy?.(id, proxy)
  }

  async function save(batch: KeySettingBatch): Promise<void> {
    if (batch.put.length + batch.removed.length === 0) return
    const saved = await options.records.save(batch)
    for (const record of batch.put) records.set(record.id, record)
    for (const id of batch.removed) records.delete(id)
    // Where another process was faster its changes are still to be read.
    if (saved === revision + 1) revision = saved
    for (const { id } of batch.put) apply(id)
    for (const id of batch.removed) apply(id)
  }

  async function add(all: readonly NewKey[]): Promise<readonly ManagedKey[]> {
    await readChanges()
    const added: string[] = []
    await inSlices(all, async (slice) => {
      const put = new Map<string, KeySettingRecord>()
      for (const key of slice) {
        const id = keyIdOf(key.secret)
        if (!keys.has(id) && !put.has(id)) put.set(id, toAddedRecord(id, key, configured.has(id), now()))
      }
      await save({ put: [...put.values()], removed: [] })
      added.push(...put.keys())
    })
    return found(added)
  }

  async function change(ids: readonly string[], changes: KeyChange): Promise<readonly ManagedKey[]> {
    await readChanges()
    await inSlices(found(ids), async (slice) => {
      const put = slice.map(({ id }) => toChangedRecord(id, records.get(id), changes, now()))
      await save({ put, removed: [] })
    })
    return found(ids)
  }

  async function remove(ids: readonly string[]): Promise<readonly ManagedKey[]> {
    await readChanges()
    const gone = found(ids)
    await inSlices(gone, async (slice) => {
      const inConfig = slice.filter(({ id }) => configured.has(id))
      const put = inConfig.map(({ id }) => toTombstone(id, records.get(id), now()))
      const removed = slice.filter(({ id }) => !configured.has(id)).map(({ id }) => id)
      await save({ put, removed })
    })
    return gone
  }

  function found(ids: readonly string[]): ManagedKey[] {
    return ids.map((id) => keys.get(id)).filter((key) => key !== undefined)
  }

  return {
    keys,
    add: (all) => inTurn(() => add(all)),
    change: (ids, changes) => inTurn(() => change(ids, changes)),
    remove: (ids) => inTurn(() => remove(ids)),
    refresh: () => inTurn(readChanges),
    watch(watcher, upstream) {
      const sees = (name: UpstreamName) => upstream === undefined || name === upstream
      watchers.push({ watcher, sees })
    },
    close: () => clearInterval(timer),
  }
}

/** A watcher, and the services whose keys it is told of. */
interface Watching {
  readonly watcher: KeyringWatcher
  sees(upstream: UpstreamName): boolean
}

/** A key that stays in the config, and out of the gateway. */
function toTombstone(id: string, record: KeySettingRecord | undefined, now: number): KeySettingRecord {
  return { ...toAddedRecord(id, { secret: '' }, true, record?.createdAt ?? now), isDeleted: true }
}
