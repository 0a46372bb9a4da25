import type { KeyStrategy, StrategyContext } from '../../core/keys.ts'

/** Models are named by clients; past so many, the place of the one used longest ago is forgotten. */
const MODELS_AT_MOST = 1000

/**
 * Each usable key in turn, separately for each model, since quota is spent by model. Starts anywhere, so
 * that a gateway often restarted does not wear out its first keys.
 */
export function roundRobin({ random }: Pick<StrategyContext, 'random'>): KeyStrategy {
  const places = new Map<string, number>()

  return {
    pick(usable, { model = '' }) {
      if (usable.size === 0) return undefined
      const place = places.get(model) ?? Math.floor(random() * usable.size)
      const index = place < usable.size ? place : 0
      places.delete(model)
      places.set(model, index + 1)
      const [oldest] = places.size > MODELS_AT_MOST ? places.keys() : []
      if (oldest !== undefined) places.delete(oldest)
      return usable.at(index)
    },
  }
}
