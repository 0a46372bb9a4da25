import { definePlugin, type KeyStrategy, type StrategyContext } from 'geminate/sdk'

/** A key strategy: of two keys by chance, the one that serves fewer calls at this moment. */
export default definePlugin({
  name: 'two-choices',
  api: 1,
  description: 'A key strategy: the less busy of two keys by chance.',
  setup: () => ({ strategies: { 'two-choices': twoChoices } }),
})

/** Health, rests and retries are the pool's; a strategy only prefers. It must never walk all keys. */
export function twoChoices({ inFlight }: Pick<StrategyContext, 'inFlight'>): KeyStrategy {
  return {
    pick(usable) {
      if (usable.size === 0) return undefined
      const [one, other] = [usable.sample(), usable.sample()]
      return inFlight(other) < inFlight(one) ? other : one
    },
  }
}
