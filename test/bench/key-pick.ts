import { key, PRO, setUpPool } from '../virtual-pool.ts'
import { medianOf } from './median.ts'

const PICKS = 200_000
const ROUNDS = 7

/** The median cost of a pick among so many usable keys, in nanoseconds. */
export function costOfPick(keys: number): number {
  const { pool } = setUpPool(Array.from({ length: keys }, (_, index) => key(`k${index}`)))
  return medianOf(Array.from({ length: ROUNDS }, () => timePicks(pool)))
}

function timePicks(pool: ReturnType<typeof setUpPool>['pool']): number {
  const begun = performance.now()
  for (let pick = 0; pick < PICKS; pick++) pool.pick(PRO, [])
  return ((performance.now() - begun) * 1e6) / PICKS
}
