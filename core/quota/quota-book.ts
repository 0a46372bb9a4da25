import type { MeterRecord } from '../store.ts'
import {
  correct,
  createMeter,
  fullWindow,
  type Meter,
  type MeterClock,
  type Room,
  slackOf,
  spend,
} from './meter.ts'
import { fromMeterRecord, isIdle, mergeMeters, toMeterRecord } from './meter-record.ts'
import type { Spending } from './minute-log.ts'
import type { QuotaLimit, QuotaLimits } from './quota-window.ts'

/** One call as it was counted. */
export interface Spent {
  readonly meter: Meter
  readonly spending: Spending
  /** The tokens counted for it so far. */
  tokens: number
}

/** One meter, for whoever shows them. */
export interface MeterEntry {
  readonly project: string
  readonly model: string
  readonly meter: Meter
}

/**
 * What each project spent on each model, and the limits that are known. Holds something only for pairs that were
 * used, and for a thousand models at most, since clients choose the names. A call without a model (`''`) is not
 * counted.
 */
export interface QuotaBook {
  readonly clock: MeterClock
  /** Counts a call that is being sent. */
  spend(project: string, model: string, tokens: number, now: number): Spent | undefined
  /** Google knows how many tokens it really was. */
  measured(spent: Spent, tokens: number, cachedTokens: number): void
  /** Google refused the call, and so did not count it. */
  refused(spent: Spent): void
  /** Takes in limits that Google named. */
  learn(project: string, model: string, limits: readonly QuotaLimit[], now: number): void
  /** Forgets what was learned of a project, for one model or for all; what was spent stays. */
  forget(project: string, model: string | undefined): void
  /** The window that keeps a call out for longest; undefined where it has room. */
  fullWindow(project: string, model: string, tokens: number, now: number): Room | undefined
  slack(project: string, model: string, tokens: number, now: number): number
  /** Whether some project's token limit is known for the model: only then does a call's size matter. */
  countsTokens(model: string): boolean
  /** Hands what one project spent to another. */
  move(from: string, to: string): void
  entries(): Iterable<MeterEntry>
  /** The models that were used, those used first before others. */
  models(): readonly string[]
  /** What changed since the last time it was asked, to be kept. */
  takeChanges(now: number): readonly MeterRecord[]
}

export interface QuotaBookOptions {
  readonly clock: MeterClock
  readonly minuteMilliseconds: number
  readonly saved: readonly MeterRecord[]
  /** The operator's limits for a project and model. */
  stated(project: string, model: string): QuotaLimits
}

interface ModelPage {
  readonly meters: Map<string, Meter>
  countsTokens: boolean
}

const MODELS_AT_MOST = 1000
const SWEEP_EVERY = 3_600_000

/** A book with what was saved. */
export function createQuotaBook({ clock, minuteMilliseconds, saved, stated }: QuotaBookOptions): QuotaBook {
  const pages = new Map<string, ModelPage>()
  const changed = new Map<Meter, readonly [project: string, model: string]>()
  const removed: MeterRecord[] = []
  let sweptAt = 0

  for (const record of saved) {
    const { project, model } = record
    const meter = fromMeterRecord(record, createMeter(minuteMilliseconds, stated(project, model)))
    add(project, model, meter)
  }

  function pageOf(model: string): ModelPage {
    const known = pages.get(model)
    if (known !== undefined) return known
    if (pages.size >= MODELS_AT_MOST) dropModel()
    const page: ModelPage = { meters: new Map(), countsTokens: false }
    pages.set(model, page)
    return page
  }

  /** The oldest of which nothing was learned, else the oldest. */
  function dropModel(): void {
    const [first] = pages
    const unlearned = [...pages].find(([, { meters }]) =>
      [...meters.values()].every(({ learned }) => Object.keys(learned).length === 0),
    )
    const [model, page] = unlearned ?? first ?? []
    if (model === undefined || page === undefined) return
    for (const [project, meter] of page.meters) drop(project, model, meter)
    pages.delete(model)
  }

  function add(project: string, model: string, meter: Meter): void {
    const page = pageOf(model)
    page.meters.set(project, meter)
    page.countsTokens ||= hasTokenLimit(meter)
  }

  function drop(project: string, model: string, meter: Meter): void {
    pages.get(model)?.meters.delete(project)
    changed.delete(meter)
    removed.push(toMeterRecord(project, model, undefined, 0))
  }

  function meterOf(project: string, model: string): Meter {
    const known = find(project, model)
    if (known !== undefined) return known
    const meter = createMeter(minuteMilliseconds, stated(project, model))
    add(project, model, meter)
    return meter
  }

  function find(project: string, model: string): Meter | undefined {
    return pages.get(model)?.meters.get(project)
  }

  /** A meter that counts nothing and knows nothing is made again when it is needed. */
  function sweep(now: number): void {
    if (now - sweptAt < SWEEP_EVERY) return
    sweptAt = now
    for (const { project, model, meter } of entries()) {
      if (isIdle(meter, clock, now)) drop(project, model, meter)
    }
  }

  function* entries(): Iterable<MeterEntry> {
    for (const [model, { meters }] of pages) {
      for (const [project, meter] of meters) yield { project, model, meter }
    }
  }

  return {
    clock,
    spend(project, model, tokens, now) {
      if (model === '') return undefined
      const meter = meterOf(project, model)
      changed.set(meter, [project, model])
      return { meter, spending: spend(meter, clock, now, tokens), tokens }
    },
    measured(spent, tokens, cachedTokens) {
      correct(spent.meter, spent.spending, 0, tokens - spent.tokens)
      spent.tokens = tokens
      spent.meter.dayCachedTokens += cachedTokens
    },
    refused(spent) {
      correct(spent.meter, spent.spending, -1, -spent.tokens)
      spent.tokens = 0
    },
    learn(project, model, limits, now) {
      const meter = meterOf(project, model)
      for (const { window, limit } of limits) {
        if (limit !== undefined && limit > 0) meter.learned[window] = { limit, at: now }
      }
      const page = pageOf(model)
      page.countsTokens ||= hasTokenLimit(meter)
      changed.set(meter, [project, model])
    },
    forget(project, model) {
      for (const entry of entries()) {
        if (entry.project !== project || (model !== undefined && entry.model !== model)) continue
        for (const window of Object.keys(entry.meter.learned)) {
          delete entry.meter.learned[window as keyof Meter['learned']]
        }
        changed.set(entry.meter, [project, entry.model])
      }
    },
    fullWindow(project, model, tokens, now) {
      const meter = find(project, model)
      return meter && fullWindow(meter, clock, now, tokens)
    },
    slack(project, model, tokens, now) {
      const meter = find(project, model)
      return meter === undefined ? 1 : slackOf(meter, clock, now, tokens)
    },
    countsTokens: (model) => pages.get(model)?.countsTokens ?? false,
    move(from, to) {
      for (const [model, { meters }] of pages) {
        const meter = meters.get(from)
        if (meter === undefined) continue
        drop(from, model, meter)
        const other = meters.get(to)
        const merged = other ?? createMeter(minuteMilliseconds, stated(to, model))
        mergeMeters(merged, meter)
        add(to, model, merged)
        changed.set(merged, [to, model])
      }
    },
    entries,
    models: () => [...pages.keys()],
    takeChanges(now) {
      sweep(now)
      const records = removed.splice(0)
      for (const [meter, [project, model]] of changed) {
        records.push(toMeterRecord(project, model, meter, now))
      }
      changed.clear()
      return records
    },
  }
}

function hasTokenLimit({ learned, stated }: Meter): boolean {
  return [learned, stated].some((limits) => 'tokens/minute' in limits || 'tokens/day' in limits)
}
