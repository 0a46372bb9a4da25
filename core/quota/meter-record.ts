import type { MeterRecord } from '../store.ts'
import { isBelieved, knowsLimit, type Meter, type MeterClock } from './meter.ts'
import type { MinuteLog, Spending } from './minute-log.ts'
import { QUOTA_WINDOWS } from './quota-window.ts'

/** Entries of a minute that are kept at most: closer ones are put together. */
const KEPT_ENTRIES = 60

/** A meter as it is kept. */
export function toMeterRecord(meter: Meter, now: number): MeterRecord {
  const { project, model, dayStart, dayRequests, dayTokens, dayCachedTokens, learned } = meter
  // Without a limit of a minute nobody asks after a restart what was spent within it.
  const minute = knowsMinute(meter) ? condense(meter.entries(now)) : []
  return {
    project,
    model,
    state: { day: [dayStart, dayRequests, dayTokens, dayCachedTokens], minute, learned },
  }
}

/** Fills an empty meter with what was kept. What cannot be read counts as nothing. */
export function fromMeterRecord({ state }: MeterRecord, meter: Meter): Meter {
  const [dayStart = 0, dayRequests = 0, dayTokens = 0, dayCachedTokens = 0] = state?.day ?? []
  Object.assign(meter, { dayStart, dayRequests, dayTokens, dayCachedTokens })
  const learned = QUOTA_WINDOWS.map((window) => [window, state?.learned?.[window]] as const)
  meter.learned = Object.fromEntries(learned.filter(([, limit]) => limit !== undefined))
  meter.restore(
    (state?.minute ?? []).map(([at = 0, requests = 0, tokens = 0]) => ({ from: at, at, requests, tokens })),
  )
  return meter
}

/** Adds one meter to another, its heir: two projects turned out to be one. */
export function mergeMeters(into: Meter, from: Meter): void {
  from.heir = into
  if (from.dayStart >= into.dayStart) {
    const isSameDay = from.dayStart === into.dayStart
    into.dayRequests = from.dayRequests + (isSameDay ? into.dayRequests : 0)
    into.dayTokens = from.dayTokens + (isSameDay ? into.dayTokens : 0)
    into.dayCachedTokens = from.dayCachedTokens + (isSameDay ? into.dayCachedTokens : 0)
    into.dayStart = from.dayStart
  }
  into.restore(inOrder(into, from))
  if (into.images === undefined) into.images = from.images
  else if (from.images !== undefined) into.images.restore(inOrder(into.images, from.images))
  into.learned = { ...from.learned, ...into.learned }
}

function inOrder(one: MinuteLog, other: MinuteLog): readonly Readonly<Spending>[] {
  return [...one.entries(), ...other.entries()].toSorted((first, second) => first.at - second.at)
}

/** Whether a meter says nothing that a new one would not. */
export function isIdle(meter: Meter, { days, lateness }: MeterClock, now: number): boolean {
  const isToday = meter.dayStart === days.start(now - lateness)
  const isUsed = (isToday && meter.dayRequests > 0) || meter.requests(now) > 0
  return !isUsed && !Object.values(meter.learned).some((limit) => isBelieved(limit, now))
}

function knowsMinute(meter: Meter): boolean {
  return knowsLimit(meter, 'requests/minute') || knowsLimit(meter, 'tokens/minute')
}

function condense(entries: readonly Readonly<Spending>[]): readonly (readonly number[])[] {
  const together = Math.ceil(entries.length / KEPT_ENTRIES)
  const kept: number[][] = []
  for (let index = 0; index < entries.length; index += together) {
    const group = entries.slice(index, index + together)
    kept.push([
      group.at(-1)!.at,
      group.reduce((sum, { requests }) => sum + requests, 0),
      group.reduce((sum, { tokens }) => sum + tokens, 0),
    ])
  }
  return kept
}
