import type { Key, KeyQuery, KeyStrategy, StrategyContext, UsableKeys } from '../../core/keys.ts'
import { createLeastAmong, SMALL } from './least-among.ts'

const LOOKS = 5
/** Further looks, one by one, where the call fits none of the first. */
const FURTHER = 20
/** What a running call weighs against quota: enough to choose between projects that are alike, and no more. */
const CALL_WEIGHT = 1e-9

/**
 * Of a few keys in turn, or of all in a small pool, one of the project that has the largest part of its quota
 * left for this call. Projects alike, and keys of one project, are taken by how busy they are, then by chance.
 */
export function quotaAware({ random, slack, inFlight }: StrategyContext): KeyStrategy {
  const leastAmong = createLeastAmong(LOOKS, random)
  return {
    pick(usable, call) {
      const found = leastAmong(usable, (key) => inFlight(key) * CALL_WEIGHT - slack(key, call))
      if (found === undefined) return undefined
      const best = usable.at(found.index)
      return slack(best, call) < 0 ? (anyThatFits(usable, call) ?? best) : best
    },
  }

  function anyThatFits(usable: UsableKeys, call: KeyQuery): Key | undefined {
    if (usable.size <= SMALL) return undefined
    for (let look = 0; look < FURTHER; look++) {
      const key = usable.sample()
      if (slack(key, call) >= 0) return key
    }
    return undefined
  }
}
