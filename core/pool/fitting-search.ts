import type { Key, KeyQuery } from '../keys.ts'
import type { QuotaBook } from '../quota/quota-book.ts'
import { FOREVER } from '../store.ts'
import type { Slots } from './usable-keys.ts'

/** What a call has seen so far, and how it chooses. */
export interface Choice {
  readonly tried: readonly Key[]
  /** Projects that are not to be asked again. */
  readonly passed: ReadonlySet<string>
  readonly slots: Slots
  choose(query: KeyQuery, tried: readonly Key[]): Key | undefined
}

/** Finds keys whose project has room for a call's tokens, where token limits are known. */
export interface FittingSearch {
  /** Whether the call's size matters at all. */
  isNeeded(query: KeyQuery): boolean
  /** What `choose` prefers among those that fit; undefined where none was found that does. */
  pick(query: KeyQuery, choice: Choice): Key | undefined
  /** When the first has room; undefined where none ever has. */
  returnsAt(query: KeyQuery, slots: Slots): number | undefined
}

/** So often the strategy is asked again before the keys are looked through. */
const ASKS = 4
/** How many keys are looked through at most. */
const LOOKS = 100_000

/** A search by the book's token limits. */
export function createFittingSearch(options: {
  readonly quotas: Pick<QuotaBook, 'countsTokens' | 'fullWindow'>
  readonly now: () => number
  readonly random: () => number
}): FittingSearch {
  const { quotas, now, random } = options

  function isNeeded({ model = '', tokens = 0 }: KeyQuery): boolean {
    return tokens > 0 && quotas.countsTokens(model)
  }

  function roomAt({ project }: Key, { model = '', tokens = 0 }: KeyQuery): number {
    return quotas.fullWindow(project, model, tokens, now())?.at ?? 0
  }

  function* someOf(slots: Slots): Iterable<Key> {
    const first = Math.floor(random() * slots.size)
    for (let look = 0; look < Math.min(slots.size, LOOKS); look++) yield slots.at((first + look) % slots.size)
  }

  return {
    isNeeded,
    pick(query, { tried, passed, slots, choose }) {
      const counts = isNeeded(query)
      const fits = (key: Key) => !passed.has(key.project) && (!counts || roomAt(key, query) <= now())
      const offered = [...tried]
      for (let ask = 0; ask < ASKS; ask++) {
        const key = choose(query, offered)
        if (key === undefined || fits(key)) return key
        offered.push(key)
      }
      let again: Key | undefined
      for (const key of someOf(slots)) {
        if (!fits(key)) continue
        if (!tried.some(({ id }) => id === key.id)) return key
        again ??= key
      }
      return again
    },
    returnsAt(query, slots) {
      let first = FOREVER
      for (const key of someOf(slots)) first = Math.min(first, roomAt(key, query))
      return first < FOREVER ? Math.max(first, now()) : undefined
    },
  }
}
