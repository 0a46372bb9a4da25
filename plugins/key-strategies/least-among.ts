import type { Key, UsableKeys } from '../../core/keys.ts'

/** A pool of so many usable keys is small: all of it is looked at. */
export const SMALL = 8

/** In a pool of more, two looks spread the calls well enough, and each look costs more. */
const LARGE = 1000
const LOOKS_IN_LARGE = 2

/** Where among the usable keys one was found, and what it measures. */
export interface Found {
  readonly index: number
  readonly measure: number
}

/** Looks at some keys, and says which has the smallest measure; undefined where none is usable. */
export type LeastAmong = (usable: UsableKeys, measure: (key: Key) => number) => Found | undefined

/**
 * Looks at all keys of a small pool, else at so many neighbours, from call to call a little further: what is known of
 * keys far apart lies far apart in memory, and in a large pool the way there takes longer than all else. Of several
 * with the same measure each is as likely.
 */
export function createLeastAmong(looks: number, random: () => number): LeastAmong {
  let place = -1

  return (usable, measure) => {
    const { size } = usable
    if (size <= SMALL) return leastOf(usable, 0, size, random, measure)
    const few = size > LARGE ? LOOKS_IN_LARGE : looks
    if (place < 0) place = Math.floor(random() * size)
    // By chance a step more or less: the turns of several models must not fall into step.
    place = (place + 1 + Math.floor(random() * few)) % size
    return leastOf(usable, place, few, random, measure)
  }
}

function leastOf(
  usable: UsableKeys,
  start: number,
  looks: number,
  random: () => number,
  measure: (key: Key) => number,
): Found | undefined {
  const { size } = usable
  let best = -1
  let least = Number.POSITIVE_INFINITY
  let alike = 0
  for (let look = 0; look < looks; look++) {
    const index = (start + look) % size
    const measured = measure(usable.at(index))
    if (measured > least) continue
    alike = measured < least ? 1 : alike + 1
    least = measured
    // The n-th of its like takes the place with a chance of 1 in n, so that in the end all had the same.
    if (random() * alike < 1) best = index
  }
  return best < 0 ? undefined : { index: best, measure: least }
}
