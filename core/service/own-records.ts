import type { UpstreamName } from '../keys.ts'
import type { KeyRecords, MeterRecords, Store } from '../store.ts'

/** What outlives a restart of one service: what was learned of its keys, and what its projects spent. */
export type OwnRecords = Pick<Store, 'keys' | 'meters'>

/**
 * The part of the store that is one service's. A project of Google's can have keys for several services, each with
 * quotas of its own, and a key may have been taken for one of another service; so in the store the names of projects
 * and keys say which service is meant, but for the Gemini API's.
 */
export function ownRecords(store: OwnRecords, upstream: UpstreamName): OwnRecords {
  return upstream === 'gemini'
    ? { keys: ownKeys(store.keys, WITHOUT_MARK), meters: ownMeters(store.meters, WITHOUT_MARK) }
    : { keys: ownKeys(store.keys, WITH_MARK), meters: ownMeters(store.meters, WITH_MARK) }
}

/** How the store names what is of one service. */
interface Naming {
  isOwn(stored: string): boolean
  toStored(name: string): string
  fromStored(stored: string): string
}

const MARK = 'vertex::'

const WITH_MARK: Naming = {
  isOwn: (stored) => stored.startsWith(MARK),
  toStored: (name) => MARK + name,
  fromStored: (stored) => stored.slice(MARK.length),
}

const WITHOUT_MARK: Naming = {
  isOwn: (stored) => !stored.startsWith(MARK),
  toStored: (name) => name,
  fromStored: (stored) => stored,
}

function ownKeys(records: KeyRecords, naming: Naming): KeyRecords {
  return {
    async load() {
      const { keys, rests } = await records.load()
      return { keys: own(keys, 'id', naming), rests: own(rests, 'project', naming) }
    },
    save: ({ keys, rests }) =>
      records.save({ keys: stored(keys, 'id', naming), rests: stored(rests, 'project', naming) }),
  }
}

function ownMeters(records: MeterRecords, naming: Naming): MeterRecords {
  return {
    load: async () => own(await records.load(), 'project', naming),
    save: (meters) => records.save(stored(meters, 'project', naming)),
  }
}

function own<Field extends string, T extends Readonly<Record<Field, string>>>(
  records: readonly T[],
  field: Field,
  { isOwn, fromStored }: Naming,
): T[] {
  const mine = records.filter((record) => isOwn(record[field]))
  return mine.map((record) => ({ ...record, [field]: fromStored(record[field]) }))
}

function stored<Field extends string, T extends Readonly<Record<Field, string>>>(
  records: readonly T[],
  field: Field,
  { toStored }: Naming,
): T[] {
  return records.map((record) => ({ ...record, [field]: toStored(record[field]) }))
}
