import type { KeyStrategy, StrategyContext } from '../../core/keys.ts'
import { createRecentMap } from '../../core/recent-map.ts'
import { MODELS_AT_MOST } from './models-at-most.ts'

/**
 * Each usable key in turn, separately for each model, since quota is spent by model. Starts anywhere, so
 * that a gateway often restarted does not wear out its first keys.
 */
export function roundRobin({ random }: Pick<StrategyContext, 'random'>): KeyStrategy {
  const places = createRecentMap<number>(MODELS_AT_MOST)

  return {
    pick(usable, { model = '' }) {
      if (usable.size === 0) return undefined
      const place = places.get(model) ?? Math.floor(random() * usable.size)
      const index = place < usable.size ? place : 0
      places.set(model, index + 1)
      return usable.at(index)
    },
  }
}
