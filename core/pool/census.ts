import { FOREVER } from '../store.ts'
import type { ModelRests } from './model-rests.ts'
import type { Roster } from './roster.ts'

/** How many keys there were for a call, and why the others were out. */
export interface Census {
  readonly total: number
  readonly usable: number
  /** Keys by why they were out: a state, `in doubt`, or `busy`. */
  readonly out: Readonly<Record<string, number>>
}

/** Counts the keys of a large pool at most once a second for each model: its reasons may be so old. */
export interface Censuses {
  of(model: string, rests: ModelRests | undefined, usable: number): Census
}

const GOOD_FOR = 1000
/** Smaller pools are counted as often as the number of usable keys changes. */
const LARGE = 250
const MODELS_AT_MOST = 100

/** Censuses of a roster. */
export function createCensuses(roster: Roster, now: () => number): Censuses {
  const kept = new Map<string, Census & { readonly until: number }>()

  function count(rests: ModelRests | undefined, time: number): Census['out'] {
    const out: Record<string, number> = {}
    const add = (why: string, keys: number) => {
      if (keys > 0) out[why] = (out[why] ?? 0) + keys
    }
    const isAnyOut = roster.ready.length < roster.entries.size
    for (const { state, doubt, isFull, position } of isAnyOut ? roster.entries.values() : []) {
      if (position >= 0) continue
      add(state === 'active' ? (doubt ? 'in doubt' : isFull ? 'busy' : 'resting') : state, 1)
    }
    for (const { project, state, until } of rests?.rests.values() ?? []) {
      if (until > time) add(until === FOREVER ? 'closed' : state, roster.readyCountOf(project))
    }
    return out
  }

  return {
    of(model, rests, usable) {
      const total = roster.entries.size
      if (usable === total) return { total, usable, out: {} }
      const time = now()
      let known = kept.get(model)
      const isStale = known?.usable !== usable && total < LARGE
      if (known === undefined || isStale || known.until <= time || known.until > time + GOOD_FOR) {
        known = { total, usable, until: time + GOOD_FOR, out: count(rests, time) }
        if (kept.size >= MODELS_AT_MOST) kept.clear()
        kept.set(model, known)
      }
      return { total, usable, out: known.out }
    },
  }
}
