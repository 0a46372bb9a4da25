import type { KeyStrategy, StrategyContext } from '../keys.ts'
import { createPool } from '../pool/pool.ts'
import { createPacificDays } from '../quota/pacific-day.ts'
import { createQuotaBook } from '../quota/quota-book.ts'

const PICKS = 50_000
const ROUNDS = 20

/**
 * What taking one of so many usable keys and giving it back costs, in nanoseconds, its call counted: the best of some
 * rounds, which is the least disturbed.
 */
export function timeKeyPicks(
  createStrategy: (context: StrategyContext) => KeyStrategy,
  keys: number,
): number {
  const { now, random } = { now: Date.now, random: Math.random }
  const quotas = createQuotaBook({
    clock: { days: createPacificDays(), lateness: 0 },
    minuteMilliseconds: 60_000,
    saved: [],
    stated: () => ({}),
  })
  const pool = createPool({
    keys: Array.from({ length: keys }, (_, index) => keyOf(`k${index}`)),
    strategy: createStrategy({
      now,
      random,
      slack: (key, call) => pool.slack(key, call),
      inFlight: (key) => pool.inFlight(key),
    }),
    quotas,
    saved: { keys: [], rests: [] },
    now,
    random,
    minuteSeconds: 60,
    changed() {},
    doubted() {},
  })
  const query = { model: 'gemini-3.8-flash', tokens: 100 }
  const times = Array.from({ length: ROUNDS }, () => {
    const begun = performance.now()
    for (let pick = 0; pick < PICKS; pick++) pool.take(query, [])?.ended(undefined)
    return ((performance.now() - begun) * 1e6) / PICKS
  })
  return Math.min(...times)
}

function keyOf(id: string) {
  return { id, name: undefined, project: id, weight: 1, tags: [] }
}
