import type { KeyStrategy } from '../keys.ts'

export interface SafeStrategyOptions {
  readonly now: () => number
  warn?(message: string, fields: Record<string, unknown>): void
}

const MINUTE = 60_000

/** A strategy whose throws cost no call: it then prefers no key. They are told of once a minute. */
export function createSafeStrategy(
  strategy: KeyStrategy,
  { now, warn }: SafeStrategyOptions,
): Required<KeyStrategy> {
  let toldAt = Number.NEGATIVE_INFINITY

  function tell(error: unknown): void {
    if (now() < toldAt + MINUTE) return
    toldAt = now()
    warn?.('The key strategy failed; calls go on without it', { error })
  }

  return {
    pick(usable, call) {
      try {
        return strategy.pick(usable, call)
      } catch (error) {
        tell(error)
        return undefined
      }
    },
    settle(key, call, outcome) {
      try {
        strategy.settle?.(key, call, outcome)
      } catch (error) {
        tell(error)
      }
    },
  }
}
