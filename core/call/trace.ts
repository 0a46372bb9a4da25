import type { UsageMetadata } from '../canonical.ts'
import type { Key, UpstreamName } from '../keys.ts'
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
  /** Google's service that the call went to last; undefined before its first key. */
  upstream: UpstreamName | undefined
  /** The name of the way that the last attempt went. */
  way: string | undefined
  /** `performance.now()` when the first content came. */
  firstTokenAt: number | undefined
  usage: UsageMetadata | undefined
  /** Frees the key of the last attempt; to be called when the call is over. */
  ended(usage: UsageMetadata | undefined): void
  /** The model that answered in place of the one that the client asked for, and why. */
  fallback: Fallback | undefined
  /** What of the request was changed on the way. */
  readonly notes: string[]
  /** Counts the time until `promise` settles as spent waiting for others, not as our own. */
  waiting<T>(promise: Promise<T>): Promise<T>
  /** Time spent waiting so far, what waits now included, in milliseconds. */
  waited(): number
}

/** Another model than the one that was asked for. */
export interface Fallback {
  readonly model: string
  /** `answered by gemini-b: gemini-a is spent` */
  readonly note: string
}

/** A call's trace before its first attempt. */
export function createTrace(): Trace {
  let waited = 0
  let since = 0
  let waits = 0
  return {
    attempts: 0,
    census: undefined,
    failures: [],
    key: undefined,
    upstream: undefined,
    way: undefined,
    firstTokenAt: undefined,
    usage: undefined,
    ended() {},
    fallback: undefined,
    notes: [],
    async waiting(promise) {
      // Several native calls of one call wait at once; their time is counted once.
      if (waits++ === 0) since = performance.now()
      try {
        return await promise
      } finally {
        if (--waits === 0) waited += performance.now() - since
      }
    },
    waited: () => waited + (waits === 0 ? 0 : performance.now() - since),
  }
}

/**
 * The trace of one of several native calls that make up a call: it counts its own attempts, and the whole's
 * trace tells of them all.
 */
export function branchOf(whole: Trace): Trace {
  const own = createTrace()
  return {
    ...own,
    failures: whole.failures,
    notes: whole.notes,
    waiting: whole.waiting,
    waited: whole.waited,
    get attempts() {
      return own.attempts
    },
    set attempts(attempts) {
      whole.attempts += attempts - own.attempts
      own.attempts = attempts
    },
    get census() {
      return own.census
    },
    set census(census) {
      own.census = census
      whole.census ??= census
    },
    get key() {
      return own.key
    },
    set key(key) {
      own.key = key
      whole.key = key
    },
    get upstream() {
      return own.upstream
    },
    set upstream(upstream) {
      own.upstream = upstream
      whole.upstream = upstream
    },
    get way() {
      return own.way
    },
    set way(way) {
      own.way = way
      whole.way = way
    },
    get fallback() {
      return own.fallback
    },
    set fallback(fallback) {
      own.fallback = fallback
      whole.fallback ??= fallback
    },
  }
}
