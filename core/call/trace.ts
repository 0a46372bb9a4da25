import type { UsageMetadata } from '../canonical.ts'
import type { Key } from '../keys.ts'
import type { Census } from '../pool/census.ts'
import type { AttemptRecord } from '../store.ts'

/** What happened to one call so far; the log row and the answer's headers are made from it. */
export interface Trace {
  attempts: number
  /** The keys there were at the first attempt. */
  census: Census | undefined
  readonly failures: AttemptRecord[]
  /** The key that answered, or failed last. */
  key: Key | undefined
  /** The name of the way that the last attempt went. */
  way: string | undefined
  /** `performance.now()` when the first content came. */
  firstTokenAt: number | undefined
  usage: UsageMetadata | undefined
  /** Frees the key of the last attempt; to be called when the call is over. */
  ended(usage: UsageMetadata | undefined): void
  /** Counts the time until `promise` settles as spent waiting for others, not as our own. */
  waiting<T>(promise: Promise<T>): Promise<T>
  /** Time spent waiting so far, what waits now included, in milliseconds. */
  waited(): number
}

/** A call's trace before its first attempt. */
export function createTrace(): Trace {
  let waited = 0
  let since: number | undefined
  return {
    attempts: 0,
    census: undefined,
    failures: [],
    key: undefined,
    way: undefined,
    firstTokenAt: undefined,
    usage: undefined,
    ended() {},
    async waiting(promise) {
      since = performance.now()
      try {
        return await promise
      } finally {
        waited += performance.now() - since
        since = undefined
      }
    },
    waited: () => waited + (since === undefined ? 0 : performance.now() - since),
  }
}
