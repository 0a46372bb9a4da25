import type { UpstreamName } from '../keys.ts'
import type { Store } from '../store.ts'

/** What outlives a restart of one service: what was learned of its keys, and what its projects spent. */
export type OwnRecords = Pick<Store, 'keys' | 'meters'>

/**
 * The part of the store that is one service's. A project of Google's can have keys for several services, each with
 * quotas of its own, and a key may have been taken for one of another service; so in the store the names of projects
 * and keys say which service is meant, but for the Gemini API's.
 */
export function ownRecords({ keys, meters }: OwnRecords, upstream: UpstreamName): OwnRecords {
  return {
    keys: {
      async load() {
        const all = await keys.load()
        return { keys: own(all.keys, 'id', upstream), rests: own(all.rests, 'project', upstream) }
      },
      save: (changes) =>
        keys.save({
          keys: marked(changes.keys, 'id', upstream),
          rests: marked(changes.rests, 'project', upstream),
        }),
    },
    meters: {
      load: async () => own(await meters.load(), 'project', upstream),
      save: (changes) => meters.save(marked(changes, 'project', upstream)),
    },
  }
}

const MARK = 'vertex::'

/** The records of one service, under the names that it knows. */
function own<Field extends string, T extends Readonly<Record<Field, string>>>(
  records: readonly T[],
  field: Field,
  upstream: UpstreamName,
): readonly T[] {
  if (upstream === 'gemini') return records.filter((record) => !record[field].startsWith(MARK))
  const ours = records.filter((record) => record[field].startsWith(MARK))
  return ours.map((record) => ({ ...record, [field]: record[field].slice(MARK.length) }))
}

/** Records of one service under the names that the store has for them. */
function marked<Field extends string, T extends Readonly<Record<Field, string>>>(
  records: readonly T[],
  field: Field,
  upstream: UpstreamName,
): readonly T[] {
  if (upstream === 'gemini') return records
  return records.map((record) => ({ ...record, [field]: MARK + record[field] }))
}
