import type { Key, KeyStrategy, StrategyContext, UsableKeys } from '../../core/keys.ts'
import { SMALL } from './least-among.ts'

const TRIES = 6
/** The heaviest key may be gone; so much of its weight is remembered from pick to pick. */
const FADES = 0.999

/**
 * By chance, a key of twice the weight twice as often. In a large pool a key taken by chance is kept with the
 * chance of its weight against the heaviest one met; when none of a few tries is kept, these are weighed
 * against each other, so that very unequal weights come out a little more equal than they are.
 */
export function weighted({ random }: Pick<StrategyContext, 'random'>): KeyStrategy {
  let heaviest = 0

  function pickFromMany(usable: UsableKeys): Key | undefined {
    const refused: Key[] = []
    heaviest *= FADES
    for (let turn = 0; turn < TRIES; turn++) {
      const key = usable.sample()
      heaviest = Math.max(heaviest, key.weight)
      if (random() * heaviest < key.weight) return key
      refused.push(key)
    }
    return pickByWeight(refused, random)
  }

  return {
    pick: (usable) => (usable.size <= SMALL ? pickByWeight(allOf(usable), random) : pickFromMany(usable)),
  }
}

function allOf(usable: UsableKeys): Key[] {
  return Array.from({ length: usable.size }, (_, index) => usable.at(index))
}

function pickByWeight(keys: readonly Key[], random: () => number): Key | undefined {
  const total = keys.reduce((sum, { weight }) => sum + weight, 0)
  let place = random() * total
  for (const key of keys) {
    place -= key.weight
    if (place < 0) return key
  }
  return keys.at(-1)
}
