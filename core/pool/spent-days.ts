import type { MeterClock } from '../quota/meter.ts'

/**
 * Which projects have spent their day for a model. Google names a delay of seconds even for a day, so one real
 * call is let through after it; only where that is refused too does the project rest until midnight in California,
 * and there again one call finds out whether the day has begun for Google as well.
 */
export interface SpentDays {
  /**
   * Google refused a call, begun at `begun`, for the day, and asks to wait so long: until when the project rests.
   * Calls that had begun before the last rest ended say nothing new.
   */
  restUntil(project: string, delay: number, begun: number, now: number): number
  /** The day is spent by our own count; returns the midnight that ends it. */
  countedOut(project: string, now: number): number
  /** A project rested until then before a restart. */
  restore(project: string, until: number): void
  /** Whether the next call of the project is the one that finds out. */
  isOnTrial(project: string, now: number): boolean
  /** A call begun at `begun` succeeded. */
  succeeded(project: string, begun: number, now: number): void
  move(from: string, to: string): void
  /** Forgets everything of a project. */
  forget(project: string): void
  /** Forgets what was over long ago. */
  sweep(now: number): void
  readonly isEmpty: boolean
}

interface SpentDay {
  /** When one call may find out. */
  until: number
  /** The midnight it waits for, or is late for; undefined while it was only told to wait a moment. */
  midnight: number | undefined
  /** Google has refused it after that midnight too. */
  isLate: boolean
}

/** So long after midnight a refusal may still mean that Google's day has not begun. */
const GRACE = 2 * 3_600_000
const LATE_DELAY = 5 * 60_000
const DAY = 24 * 3_600_000

/** For one model. Corrects `clock.lateness` by the first success after a spent day. */
export function createSpentDays(clock: MeterClock): SpentDays {
  const spent = new Map<string, SpentDay>()

  function midnightAfter(now: number): number {
    return clock.days.end(now - clock.lateness) + clock.lateness
  }

  function waitForMidnight(project: string, now: number): number {
    const until = midnightAfter(now)
    spent.set(project, { until, midnight: until - clock.lateness, isLate: false })
    return until
  }

  /** What was said of one day says nothing of the next, but that one call is to find out when it begins. */
  function find(project: string, now: number): SpentDay | undefined {
    const day = spent.get(project)
    if (day === undefined || !isOver(day, now)) return day
    spent.delete(project)
    return undefined
  }

  function isOver({ until, midnight }: SpentDay, now: number): boolean {
    return now >= (midnight === undefined ? midnightAfter(until) : midnight + DAY)
  }

  return {
    get isEmpty() {
      return spent.size === 0
    },
    restUntil(project, delay, begun, now) {
      const day = find(project, now)
      if (day !== undefined && begun < day.until) return day.until
      if (day?.midnight !== undefined && now - day.midnight < GRACE) {
        day.until = now + Math.min(Math.max(delay, 1000), LATE_DELAY)
        day.isLate = true
        return day.until
      }
      if (day !== undefined) return waitForMidnight(project, now)
      const until = Math.min(now + delay, midnightAfter(now))
      spent.set(project, { until, midnight: undefined, isLate: false })
      return until
    },
    countedOut: waitForMidnight,
    restore(project, until) {
      // What ends soon after a midnight waited for it; anything else was only told to wait a moment.
      const midnight = clock.days.start(until)
      spent.set(project, { until, midnight: until - midnight < GRACE ? midnight : undefined, isLate: false })
    },
    isOnTrial: (project, now) => find(project, now) !== undefined,
    succeeded(project, begun, now) {
      const day = find(project, now)
      if (day === undefined || begun < day.until) return
      spent.delete(project)
      if (day.midnight === undefined) return
      if (day.isLate) clock.lateness = Math.min(now - day.midnight, GRACE)
      // It may have been possible sooner: the next day is asked for earlier.
      else clock.lateness = clock.lateness < 1000 ? 0 : clock.lateness / 2
    },
    move(from, to) {
      const day = spent.get(from)
      if (day === undefined) return
      spent.delete(from)
      if ((spent.get(to)?.until ?? 0) < day.until) spent.set(to, day)
    },
    forget: (project) => void spent.delete(project),
    sweep(now) {
      for (const project of [...spent.keys()]) find(project, now)
    },
  }
}
