import type { UsageMetadata } from '../canonical.ts'
import { isGatewayError } from '../errors.ts'
import type { FittedCall } from '../fitting/fitting.ts'
import type { Call, NativeTarget } from '../plugin.ts'
import { MOST_HOPS } from './continuation.ts'
import type { Flight } from './flight.ts'
import type { KeyLoop, Reader } from './key-loop.ts'
import { branchOf } from './trace.ts'
import { toCanonicalRequest } from './upstream-requests.ts'

/** Goes on with answers that Google breaks off because they are long. */
export interface Hops {
  readonly left: boolean
  /**
   * The same request with a token, to the same model by the same key. `spent` is what the piece before came to.
   * Undefined where Google does not go on; rejects where the client has left.
   */
  go<T>(token: string, spent: UsageMetadata | undefined, read: Reader<T>): Promise<T | undefined>
  /** Says what the last piece came to. */
  done(usage: UsageMetadata | undefined): void
}

/** The hops of one call; none was made yet. */
export function createHops(
  flight: Pick<Flight, 'trace' | 'leaving' | 'weight' | 'place'>,
  call: Call,
  fitted: Pick<FittedCall, 'request'>,
  target: NativeTarget | undefined,
  keyLoop: KeyLoop,
): Hops {
  const { trace, leaving } = flight
  let made = 0
  let last = trace

  /** Frees the key of the last piece, and learns from what it spent itself. */
  function done(usage: UsageMetadata | undefined): void {
    last.ended(usage)
    last.ended = () => {}
  }

  return {
    get left() {
      return made < MOST_HOPS
    },
    done,
    async go(token, spent, read) {
      made++
      done(spent)
      const branch = branchOf(trace)
      last = branch
      const model = trace.fallback?.model ?? call.model
      const request = { ...fitted.request, continuationToken: token }
      const { whole: _, ...plain } = call // what follows a whole answer is for the client at once
      const upstream = toCanonicalRequest({ ...plain, model, request }, target, flight, undefined)
      const key = trace.key && { keyId: trace.key.id, project: trace.key.project }
      try {
        return await keyLoop.run({ ...upstream, ...key }, branch, leaving, read)
      } catch (thrown) {
        done(undefined)
        if (leaving.aborted || !isGatewayError(thrown)) throw thrown
        return undefined // what the client has so far is an answer, cut by its length
      }
    },
  }
}
