import type { KeyStrategy } from '../keys.ts'
import { createPool } from '../pool/pool.ts'

const PICKS = 200_000
const ROUNDS = 5

/** What one pick among so many usable keys costs, in nanoseconds: the best of a few rounds, which is the least disturbed. */
export function timeKeyPicks(strategy: KeyStrategy, keys: number): number {
  const pool = createPool({
    keys: Array.from({ length: keys }, (_, index) => keyOf(`k${index}`)),
    strategy,
    saved: { keys: [], rests: [] },
    now: Date.now,
    random: Math.random,
    minuteSeconds: 60,
    changed() {},
    doubted() {},
  })
  const query = { model: 'gemini-3.8-flash' }
  const times = Array.from({ length: ROUNDS }, () => {
    const begun = performance.now()
    for (let pick = 0; pick < PICKS; pick++) pool.pick(query, [])
    return ((performance.now() - begun) * 1e6) / PICKS
  })
  return Math.min(...times)
}

function keyOf(id: string) {
  return { id, name: undefined, project: id, weight: 1, tags: [] }
}
