import { GatewayError } from '../errors.ts'
import { later } from '../timers.ts'

/** How long hooks that may wait are waited for, in milliseconds. */
export interface HookPatience {
  readonly authorize: number
  readonly request: number
  readonly reply: number
  readonly finished: number
  readonly models: number
  /** More, for the hooks of a call whose client has left. */
  readonly afterLeaving: number
}

/** A hook that may wait. */
export type WaitingHook = Exclude<keyof HookPatience, 'afterLeaving'>

/**
 * What fetches and uploads is given as long as clients' own libraries wait for an answer; beyond that nobody is left to
 * hear it. What a hook does after that is its own affair: it is not waited for, and cannot be ended.
 */
export const USUAL_PATIENCE: HookPatience = {
  authorize: 30_000,
  request: 600_000,
  reply: 600_000,
  finished: 60_000,
  models: 30_000,
  afterLeaving: 30_000,
}

/**
 * Waits for what a hook began. Rejects with an Error where it takes too long, and with a GatewayError, which blames
 * nobody, where its client has left and it goes on all the same.
 */
export function withPatience<T>(
  work: PromiseLike<T>,
  milliseconds: number,
  afterLeaving: number,
  leaving: AbortSignal | undefined,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const limits = [later(() => settle(() => reject(tooLong(milliseconds))), milliseconds)]
    const leave = () => {
      limits.push(later(() => settle(() => reject(clientLeft())), afterLeaving))
    }
    function settle(how: () => void): void {
      for (const limit of limits) limit.cancel()
      leaving?.removeEventListener('abort', leave)
      how()
    }
    if (leaving?.aborted) leave()
    else leaving?.addEventListener('abort', leave, { once: true })
    work.then(
      (value) => settle(() => resolve(value)),
      (thrown) => settle(() => reject(thrown)),
    )
  })
}

function tooLong(milliseconds: number): Error {
  return new Error(`It was not done within ${milliseconds / 1000} seconds`)
}

function clientLeft(): GatewayError {
  return new GatewayError('client_gone', 'The client left while a plugin was at work')
}
