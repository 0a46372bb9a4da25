import type { Key, KeyQuery } from '../keys.ts'
import type { QuotaBook } from '../quota/quota-book.ts'
import { FOREVER } from '../store.ts'
import type { Entry } from './roster.ts'
import type { Slots } from './usable-keys.ts'

/** What a call has seen so far, and how it chooses. */
export interface Choice {
  readonly tried: readonly Key[]
  /** Projects that are not to be asked again. */
  readonly passed: ReadonlySet<string>
  readonly slots: Slots
  /** Milliseconds since 1970. */
  readonly now: number
  choose(tried: readonly Key[]): Entry | undefined
}

/** Finds keys whose project has room for a call's tokens, where token limits are known. */
export interface FittingSearch {
  /** Whether the call's size matters at all. */
  isNeeded(query: KeyQuery): boolean
  /** What `choose` prefers among those that fit; undefined where none was found that does. */
  pick(query: KeyQuery, choice: Choice): Entry | undefined
  /** When the first has room; undefined where none ever has. */
  returnsAt(query: KeyQuery, slots: Slots, now: number): number | undefined
}

/** So often the strategy is asked again before the keys are looked through. */
const ASKS = 4
/** How many keys are looked through at most. */
const LOOKS = 100_000

/** A search by the book's token limits. */
export function createFittingSearch(options: {
  readonly quotas: Pick<QuotaBook, 'countsTokens' | 'fullWindow'>
  readonly random: () => number
}): FittingSearch {
  const { quotas, random } = options

  function isNeeded({ model = '', tokens = 0 }: KeyQuery): boolean {
    return tokens > 0 && quotas.countsTokens(model)
  }

  function roomAt(entry: Entry, { model = '', tokens = 0 }: KeyQuery, now: number): number {
    return quotas.fullWindow(entry, model, tokens, now)?.at ?? 0
  }

  function* someOf(slots: Slots): Iterable<Entry> {
    const first = Math.floor(random() * slots.size)
    for (let look = 0; look < Math.min(slots.size, LOOKS); look++) yield slots.at((first + look) % slots.size)
  }

  return {
    isNeeded,
    pick(query, { tried, passed, slots, now, choose }) {
      const counts = isNeeded(query)
      const fits = (entry: Entry) =>
        !passed.has(entry.project.name) && (!counts || roomAt(entry, query, now) <= now)
      const offered = [...tried]
      for (let ask = 0; ask < ASKS; ask++) {
        const entry = choose(offered)
        if (entry === undefined || fits(entry)) return entry
        offered.push(entry.key)
      }
      let again: Entry | undefined
      for (const entry of someOf(slots)) {
        if (!fits(entry)) continue
        if (!tried.some(({ id }) => id === entry.key.id)) return entry
        again ??= entry
      }
      return again
    },
    returnsAt(query, slots, now) {
      let first = FOREVER
      for (const entry of someOf(slots)) first = Math.min(first, roomAt(entry, query, now))
      return first < FOREVER ? Math.max(first, now) : undefined
    },
  }
}
