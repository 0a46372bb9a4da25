import { GatewayError } from '../errors.ts'
import type { ByteBudget } from './byte-budget.ts'

/** What one holder has of a budget. */
export interface ByteShare {
  /** Throws `overloaded` when the budget is spent. */
  take(count: number): void
  give(count: number): void
  /** Gives all of it back; calls after the first do nothing. */
  release(): void
}

/** A share of `budget`, empty yet. */
export function createByteShare(budget: ByteBudget): ByteShare {
  let held = 0
  return {
    take(count) {
      if (!budget.take(count)) throw overloaded()
      held += count
    },
    give(count) {
      budget.give(count)
      held -= count
    },
    release() {
      budget.give(held)
      held = 0
    },
  }
}

function overloaded(): GatewayError {
  return new GatewayError('overloaded', 'The gateway holds too many request bodies at once; try again', {
    retryAfterSeconds: 1,
  })
}
