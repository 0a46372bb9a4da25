import type { Fault } from '../fault.ts'
import { FOREVER } from '../store.ts'

/** Tells how long a project rests for a model. One for each model: it counts failures of unknown length. */
export interface RestLengths {
  /** Until when the project rests, or FOREVER. */
  restUntil(project: string, fault: Fault, now: number): number
  succeeded(project: string): void
  /** Hands the count of one project to another. */
  move(from: string, to: string): void
  readonly isEmpty: boolean
}

const SHORTEST = 100
const LONGEST_TRUSTED = 7 * 24 * 3_600_000
const BACKOFF_AT_MOST = 3_600_000

/**
 * Google's own delay where it gave one, else a quota minute; a quota of unknown length doubles from there
 * with each failure after the last rest, up to an hour, until a call succeeds.
 */
export function createRestLengths(minuteMilliseconds: number): RestLengths {
  const backoffs = new Map<string, { failures: number; until: number }>()

  function backOff(project: string, now: number): number {
    const backoff = backoffs.get(project) ?? { failures: 0, until: 0 }
    if (backoff.until > now) return backoff.until
    const length = Math.min(minuteMilliseconds * 2 ** backoff.failures, BACKOFF_AT_MOST)
    backoffs.set(project, { failures: backoff.failures + 1, until: now + length })
    return now + length
  }

  return {
    get isEmpty() {
      return backoffs.size === 0
    },
    restUntil(project, { kind, retryAfterMilliseconds }, now) {
      if (kind === 'quota_none' || kind === 'model_closed') return FOREVER
      if (kind === 'quota_unknown') return backOff(project, now)
      const asked = retryAfterMilliseconds ?? minuteMilliseconds
      return now + Math.min(Math.max(asked, SHORTEST), LONGEST_TRUSTED)
    },
    succeeded: (project) => void backoffs.delete(project),
    move(from, to) {
      const backoff = backoffs.get(from)
      if (backoff === undefined) return
      backoffs.delete(from)
      if ((backoffs.get(to)?.failures ?? 0) < backoff.failures) backoffs.set(to, backoff)
    },
  }
}
