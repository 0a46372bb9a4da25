import type { Fault } from '../fault.ts'
import { FOREVER } from '../store.ts'

/** Tells how long a project rests for a model. One for each model: it counts failures of unknown length. */
export interface RestLengths {
  /** Until when the project rests, or FOREVER. */
  restUntil(project: string, fault: Fault, now: number): number
  succeeded(project: string): void
  /** Hands the count of one project to another. */
  move(from: string, to: string): void
  /** Forgets the counts that no longer matter. */
  sweep(now: number): void
  readonly isEmpty: boolean
}

/** Shorter rests would let a call walk over the same keys for ever. */
const SHORTEST = 1000
const SHORTEST_PART_OF_A_MINUTE = 60
const LONGEST_TRUSTED = 7 * 24 * 3_600_000
const BACKOFF_AT_MOST = 3_600_000
/** So long after its rest a failure no longer counts. */
const FORGOTTEN = 2 * 3_600_000

/**
 * Google's own delay where it gave one, but at least 1 s (a sixtieth of the quota minute, where that is shorter),
 * else a quota minute; what ends nobody knows when doubles from there with each failure after the last rest, up to
 * an hour, until a call succeeds or two hours pass without a failure.
 */
export function createRestLengths(minuteMilliseconds: number): RestLengths {
  const shortest = Math.min(SHORTEST, Math.ceil(minuteMilliseconds / SHORTEST_PART_OF_A_MINUTE))
  const backoffs = new Map<string, { failures: number; until: number }>()

  function backOff(project: string, now: number): number {
    const known = backoffs.get(project)
    const backoff = known === undefined || isOver(known, now) ? { failures: 0, until: 0 } : known
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
      if (kind === 'quota_unknown' || kind === 'free_tier_blocked') return backOff(project, now)
      const asked = retryAfterMilliseconds ?? minuteMilliseconds
      return now + Math.min(Math.max(asked, shortest), LONGEST_TRUSTED)
    },
    sweep(now) {
      for (const [project, backoff] of backoffs) if (isOver(backoff, now)) backoffs.delete(project)
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

function isOver({ until }: { readonly until: number }, now: number): boolean {
  return until + FORGOTTEN < now
}
