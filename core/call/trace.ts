import type { UsageMetadata } from '../canonical.ts'
import type { Key } from '../keys.ts'
import type { AttemptRecord } from '../store.ts'

/** What happened to one call so far; the log row and the answer's headers are made from it. */
export interface Trace {
  attempts: number
  readonly failures: AttemptRecord[]
  /** The key that answered, or failed last. */
  key: Key | undefined
  /** Time spent waiting for Google, in milliseconds. */
  upstreamMilliseconds: number
  /** `performance.now()` when the first content came. */
  firstTokenAt: number | undefined
  usage: UsageMetadata | undefined
}

/** A call's trace before its first attempt. */
export function createTrace(): Trace {
  return {
    attempts: 0,
    failures: [],
    key: undefined,
    upstreamMilliseconds: 0,
    firstTokenAt: undefined,
    usage: undefined,
  }
}
