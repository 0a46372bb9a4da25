import type { Breakers } from '../call/breaker.ts'
import type { Key } from '../keys.ts'
import type { Pool } from '../pool/pool.ts'
import { createNoWay, type Way } from './way.ts'
import type { Ways } from './ways.ts'

/** The way of a key for what is no call: one that is closed where there is one. */
export function preferredWay(ways: Ways, breakers: Pick<Breakers, 'isClosed'>, key: Key): Way {
  const closed = ways.choose(key, ({ scope }) => breakers.isClosed(scope))
  return closed ?? ways.choose(key, () => true) ?? createNoWay()
}

/** So many keys are looked at for one that goes a given way. */
const LOOKS = 50

/**
 * A key that goes this way anyway: the one that failed it last, else one by chance that prefers it. No key is shown to
 * Google by a way that is not its own; undefined where none was found.
 */
export function keyFor(way: Way, ways: Ways, pool: Pick<Pool, 'usable' | 'find'>): Key | undefined {
  const last = pool.find(way.health.lastKeyId ?? '')
  if (last) return last
  const usable = pool.usable({ model: undefined })
  for (let look = 0; look < Math.min(LOOKS, usable.size); look++) {
    const key = usable.size <= LOOKS ? usable.at(look) : usable.sample()
    if (ways.choose(key, () => true) === way) return key
  }
  return undefined
}
