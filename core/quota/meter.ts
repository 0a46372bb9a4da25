import { FOREVER } from '../store.ts'
import { MinuteLog } from './minute-log.ts'
import type { Spender } from './model-meters.ts'
import type { PacificDays } from './pacific-day.ts'
import { QUOTA_WINDOWS, type QuotaLimits, type QuotaWindow } from './quota-window.ts'

/** A limit that Google named. */
export interface LearnedLimit {
  readonly limit: number
  /** When Google named it last; milliseconds since 1970. */
  readonly at: number
}

/** The limits that Google named, by window. */
export type LearnedLimits = Readonly<Partial<Record<QuotaWindow, LearnedLimit>>>

const NOTHING: LearnedLimits = {}

/**
 * What one project spent on one model, within the last minute and today, and what it may spend. One object, for a pick
 * in a large pool to find it in one place.
 */
export class Meter extends MinuteLog {
  readonly project: string
  readonly model: string
  /** What was spent on the day that began at `dayStart`. */
  dayStart = 0
  dayRequests = 0
  dayTokens = 0
  /** Input tokens of today that Google took from its cache. */
  dayCachedTokens = 0
  /** Whose number leads to this meter. */
  holder: Spender['project'] | undefined = undefined
  /** That number. */
  place = 0
  /** Whether it counts in its book, and has changed since it was kept last. */
  state: 'kept' | 'changed' | 'dropped' = 'kept'
  /** The limits that hold until `limitsUntil`, each the tightest that is known, Infinity where none is. */
  minuteRequestLimit = Number.POSITIVE_INFINITY
  minuteTokenLimit = Number.POSITIVE_INFINITY
  dayRequestLimit = Number.POSITIVE_INFINITY
  dayTokenLimit = Number.POSITIVE_INFINITY
  limitsUntil = Number.NEGATIVE_INFINITY
  /** Images that were made, as requests; undefined where none ever was. */
  images: MinuteLog | undefined = undefined
  readonly stated: QuotaLimits
  #learned: LearnedLimits = NOTHING
  /** The meter that goes on in its place, where two projects turned out to be one. */
  heir: Meter | undefined = undefined

  /** A meter at zero. */
  constructor(project: string, model: string, minuteMilliseconds: number, stated: QuotaLimits) {
    super(minuteMilliseconds)
    this.project = project
    this.model = model
    this.stated = stated
  }

  get learned(): LearnedLimits {
    return this.#learned
  }

  set learned(learned: LearnedLimits) {
    this.#learned = learned
    this.limitsUntil = Number.NEGATIVE_INFINITY
  }
}

/** A day of Google's, and how long what it said holds. */
export interface MeterClock {
  readonly days: PacificDays
  /** By how much Google's day was seen to end after midnight, in milliseconds. */
  lateness: number
}

/** A learned limit is believed for so long; then one call too many finds out whether it was raised. */
const BELIEVED = 24 * 3_600_000

/** Counts a call that is being sent; returns by what `correct` knows it. */
export function spend(meter: Meter, clock: MeterClock, now: number, tokens: number): number {
  turnDay(meter, clock, now)
  meter.dayRequests++
  meter.dayTokens += tokens
  return meter.add(now, tokens)
}

/** Changes what was counted for a call: Google does not count what it refused, and knows its tokens better. */
export function correct(meter: Meter, from: number, requests: number, tokens: number): void {
  meter.correct(from, requests, tokens)
  if (from < meter.dayStart) return
  meter.dayRequests = Math.max(0, meter.dayRequests + requests)
  meter.dayTokens = Math.max(0, meter.dayTokens + tokens)
}

/** Takes the limits together that hold now, where those taken last may hold no longer. */
function heedLimits(meter: Meter, now: number): void {
  if (now <= meter.limitsUntil) return
  meter.minuteRequestLimit = limitOf(meter, 'requests/minute', now) ?? Number.POSITIVE_INFINITY
  meter.minuteTokenLimit = limitOf(meter, 'tokens/minute', now) ?? Number.POSITIVE_INFINITY
  meter.dayRequestLimit = limitOf(meter, 'requests/day', now) ?? Number.POSITIVE_INFINITY
  meter.dayTokenLimit = limitOf(meter, 'tokens/day', now) ?? Number.POSITIVE_INFINITY
  const believed = Object.values(meter.learned).filter((limit) => isBelieved(limit, now))
  meter.limitsUntil = Math.min(...believed.map(({ at }) => at + BELIEVED))
}

/** The tightest of what is stated and what is learned; undefined where neither is known. */
export function limitOf(meter: Meter, window: QuotaWindow, now: number): number | undefined {
  const stated = meter.stated[window]
  const learned = meter.learned[window]
  if (learned === undefined || !isBelieved(learned, now)) return stated
  return stated === undefined ? learned.limit : Math.min(stated, learned.limit)
}

/** Whether a limit is stated, or was ever learned and not forgotten. */
export function knowsLimit({ stated, learned }: Meter, window: QuotaWindow): boolean {
  return stated[window] !== undefined || learned[window] !== undefined
}

/** Whether what Google said still counts. */
export function isBelieved({ at }: LearnedLimit, now: number): boolean {
  return now - at <= BELIEVED
}

/** What is spent of a window by now. */
export function usedOf(meter: Meter, clock: MeterClock, window: QuotaWindow, now: number): number {
  turnDay(meter, clock, now)
  switch (window) {
    case 'requests/minute':
      return meter.requests(now)
    case 'tokens/minute':
      return meter.tokens(now)
    case 'requests/day':
      return meter.dayRequests
    case 'tokens/day':
      return meter.dayTokens
    case 'images/minute':
      return meter.images?.requests(now) ?? 0
  }
}

/** When a window has room for a call of so many tokens, and which window that is. */
export interface Room {
  /** Milliseconds since 1970; not after `now` where there is room already, FOREVER where there never is. */
  readonly at: number
  readonly window: QuotaWindow
  readonly limit: number
}

/**
 * The window that keeps a call out for longest; undefined where none does. A call larger than a whole limit goes
 * out when nothing else is counted: the estimate may be wrong, and Google says so best.
 */
export function fullWindow(meter: Meter, clock: MeterClock, now: number, tokens: number): Room | undefined {
  heedLimits(meter, now)
  turnDay(meter, clock, now)
  const hasRoom =
    isWithin(meter.minuteRequestLimit, meter.requests(now), 1) &&
    isWithin(meter.minuteTokenLimit, meter.tokens(now), tokens) &&
    isWithin(meter.dayRequestLimit, meter.dayRequests, 1) &&
    isWithin(meter.dayTokenLimit, meter.dayTokens, tokens) &&
    isWithin(imageLimitOf(meter, now), meter.images?.requests(now) ?? 0, 1)
  return hasRoom ? undefined : fullForLongest(meter, clock, now, tokens)
}

/** Infinity where none is known, or no image was ever made: few models make any. */
function imageLimitOf(meter: Meter, now: number): number {
  const limit = meter.images && limitOf(meter, 'images/minute', now)
  return limit ?? Number.POSITIVE_INFINITY
}

function isWithin(limit: number, used: number, cost: number): boolean {
  return used === 0 ? limit > 0 : used + cost <= limit
}

function fullForLongest(meter: Meter, clock: MeterClock, now: number, tokens: number): Room | undefined {
  let longest: Room | undefined
  for (const window of QUOTA_WINDOWS) {
    const limit = limitOf(meter, window, now)
    if (limit === undefined) continue
    const at = roomAt(meter, clock, window, limit, now, tokens)
    if (at > now && (longest === undefined || at > longest.at)) longest = { at, window, limit }
  }
  return longest
}

function roomAt(
  meter: Meter,
  clock: MeterClock,
  window: QuotaWindow,
  limit: number,
  now: number,
  tokens: number,
): number {
  const cost = costOf(window, tokens)
  const used = usedOf(meter, clock, window, now)
  if (isWithin(limit, used, cost)) return now
  if (limit === 0) return FOREVER
  const most = Math.max(0, limit - cost)
  if (window === 'requests/minute') return meter.whenAtMost('requests', most, now)
  if (window === 'tokens/minute') return meter.whenAtMost('tokens', most, now)
  if (window === 'images/minute') return meter.images?.whenAtMost('requests', most, now) ?? now
  return clock.days.end(now - clock.lateness) + clock.lateness
}

/**
 * The part of the tightest limit that would be left after a call of so many tokens: at most 1, below 0 where it
 * does not fit. Where no limit is known: between 0 and 1, the less the more was spent within the minute.
 */
export function slackOf(meter: Meter, clock: MeterClock, now: number, tokens: number): number {
  heedLimits(meter, now)
  turnDay(meter, clock, now)
  const requests = meter.requests(now)
  const slack = Math.min(
    partLeft(meter.minuteRequestLimit, requests, 1),
    partLeft(meter.minuteTokenLimit, meter.tokens(now), tokens),
    partLeft(meter.dayRequestLimit, meter.dayRequests, 1),
    partLeft(meter.dayTokenLimit, meter.dayTokens, tokens),
    partLeft(imageLimitOf(meter, now), meter.images?.requests(now) ?? 0, 1),
  )
  return slack === Number.POSITIVE_INFINITY ? 1 / (1 + requests / GUESS) : slack
}

function partLeft(limit: number, used: number, cost: number): number {
  if (limit === Number.POSITIVE_INFINITY) return limit
  return limit === 0 ? -1 : (limit - used - cost) / limit
}

/** Where nobody knows a limit, so many requests a minute count for half of it. */
const GUESS = 10

function costOf(window: QuotaWindow, tokens: number): number {
  return window.startsWith('tokens') ? tokens : 1
}

/** Nothing is spent of a new day. */
function turnDay(meter: Meter, { days, lateness }: MeterClock, now: number): void {
  const start = days.start(now - lateness)
  if (meter.dayStart === start) return
  meter.dayStart = start
  meter.dayRequests = 0
  meter.dayTokens = 0
  meter.dayCachedTokens = 0
}
