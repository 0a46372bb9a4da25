import type { Fault } from '../fault.ts'
import type { MeterClock } from '../quota/meter.ts'
import { FOREVER } from '../store.ts'
import { createSpentDays, type SpentDays } from './spent-days.ts'

/** Tells how long a project rests for a model. One for each model: it counts failures of unknown length. */
export interface RestLengths {
  readonly days: SpentDays
  /** Until when the project rests after the failure of a call begun at `begun`, or FOREVER. */
  restUntil(project: string, fault: Fault, begun: number, now: number): number
  /** A call begun at `begun` succeeded. */
  succeeded(project: string, begun: number, now: number): void
  /** Hands the count of one project to another. */
  move(from: string, to: string): void
  /** Forgets everything of a project. */
  forget(project: string): void
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
 * For a day see `SpentDays`. Else Google's own delay where it gave one, but at least 1 s (a sixtieth of the quota minute, where that is shorter),
 * else a quota minute; what ends nobody knows when doubles from there with each failure after the last rest, up to
 * an hour, until a call succeeds or two hours pass without a failure.
 */
export function createRestLengths(minuteMilliseconds: number, clock: MeterClock): RestLengths {
  const days = createSpentDays(clock)
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
    days,
    get isEmpty() {
      return backoffs.size === 0 && days.isEmpty
    },
    restUntil(project, { kind, retryAfterMilliseconds }, begun, now) {
      if (kind === 'quota_none' || kind === 'model_closed') return FOREVER
      if (kind === 'quota_unknown' || kind === 'free_tier_blocked') return backOff(project, now)
      const asked = retryAfterMilliseconds ?? minuteMilliseconds
      const delay = Math.min(Math.max(asked, shortest), LONGEST_TRUSTED)
      return kind === 'quota_day' ? days.restUntil(project, delay, begun, now) : now + delay
    },
    sweep(now) {
      for (const [project, backoff] of backoffs) if (isOver(backoff, now)) backoffs.delete(project)
      days.sweep(now)
    },
    succeeded(project, begun, now) {
      backoffs.delete(project)
      days.succeeded(project, begun, now)
    },
    forget(project) {
      backoffs.delete(project)
      days.forget(project)
    },
    move(from, to) {
      days.move(from, to)
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
