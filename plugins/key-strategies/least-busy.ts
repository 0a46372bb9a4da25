import type { KeyStrategy, StrategyContext } from '../../core/keys.ts'
import { createLeastAmong } from './least-among.ts'

/** Two would do to keep keys about equally busy; four also find an idle one where most are not. */
const LOOKS = 4

/** Of a few keys in turn, or of all in a small pool, the one that serves the fewest calls at this moment. */
export function leastBusy({ random, inFlight }: Pick<StrategyContext, 'random' | 'inFlight'>): KeyStrategy {
  const leastAmong = createLeastAmong(LOOKS, random)
  return {
    pick(usable) {
      const found = leastAmong(usable, inFlight)
      return found && usable.at(found.index)
    },
  }
}
