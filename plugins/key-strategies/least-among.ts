import type { Key, UsableKeys } from '../../core/keys.ts'

/** A pool of so many usable keys is small: all of it is looked at. */
export const SMALL = 8

/** Where among the usable keys one was found, and what it measures. */
export interface Found {
  readonly index: number
  readonly measure: number
}

/**
 * The usable key with the smallest measure, of all in a small pool, else of some taken by chance; of several
 * with the same measure each is as likely. Undefined where none is usable.
 */
export function leastAmong(
  usable: UsableKeys,
  looks: number,
  random: () => number,
  measure: (key: Key) => number,
): Found | undefined {
  const { size } = usable
  let best = -1
  let least = Number.POSITIVE_INFINITY
  let alike = 0
  for (let look = 0; look < (size <= SMALL ? size : looks); look++) {
    const index = size <= SMALL ? look : Math.floor(random() * size)
    const measured = measure(usable.at(index))
    if (measured > least) continue
    alike = measured < least ? 1 : alike + 1
    least = measured
    // The n-th of its like takes the place with a chance of 1 in n, so that in the end all had the same.
    if (random() * alike < 1) best = index
  }
  return best < 0 ? undefined : { index: best, measure: least }
}
