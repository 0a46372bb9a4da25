import type { MeterRecord } from '../store.ts'
import type { Measured } from './measured.ts'
import {
  correct,
  fullWindow,
  knowsLimit,
  Meter,
  type MeterClock,
  type Room,
  slackOf,
  spend,
} from './meter.ts'
import { fromMeterRecord, isIdle, mergeMeters, toMeterRecord } from './meter-record.ts'
import { MinuteLog } from './minute-log.ts'
import { createModelMeters, type ModelMeters, type Spender } from './model-meters.ts'
import type { QuotaLimit, QuotaLimits } from './quota-window.ts'

/** One call as it was counted. */
export interface Spent {
  readonly meter: Meter
  /** When the meter's entry that holds it began; milliseconds since 1970. */
  readonly from: number
  /** The tokens counted for it so far. */
  tokens: number
}

/**
 * What each project spent on each model, and the limits that are known. Holds something only for pairs that were
 * used, and for a thousand models at most, since clients choose the names. A call without a model (`''`) is not
 * counted.
 */
export interface QuotaBook {
  readonly clock: MeterClock
  /** Counts a call that is being sent. */
  spend(spender: Spender, model: string, tokens: number, now: number): Spent | undefined
  /** Google knows what it really was; images count from `now` on. */
  measured(spent: Spent, measured: Measured, now: number): void
  /** Google refused the call, and so did not count it. */
  refused(spent: Spent): void
  /** Takes in limits that Google named. */
  learn(project: string, model: string, limits: readonly QuotaLimit[], now: number): void
  /** Forgets what was learned of a project, for one model or for all; what was spent stays. */
  forget(project: string, model: string | undefined): void
  /** The window that keeps a call out for longest; undefined where it has room. */
  fullWindow(spender: Spender, model: string, tokens: number, now: number): Room | undefined
  /** See `StrategyContext`. */
  slack(spender: Spender, model: string, tokens: number, now: number): number
  /** Whether some project's token limit is known for the model: only then does a call's size matter. */
  countsTokens(model: string): boolean
  /** Hands what one project spent to another. */
  move(from: string, to: string): void
  meters(): Iterable<Meter>
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
  readonly meters: ModelMeters
  countsTokens: boolean
}

const MODELS_AT_MOST = 1000
const SWEEP_EVERY = 3_600_000

/** A book with what was saved. */
export function createQuotaBook({ clock, minuteMilliseconds, saved, stated }: QuotaBookOptions): QuotaBook {
  const pages = new Map<string, ModelPage>()
  const changed: Meter[] = []
  const removed: MeterRecord[] = []
  let sweptAt = 0

  for (const record of saved) {
    add(fromMeterRecord(record, create(record.project, record.model)))
  }

  function pageOf(model: string): ModelPage {
    const known = pages.get(model)
    if (known !== undefined) return known
    if (pages.size >= MODELS_AT_MOST) dropModel()
    const page: ModelPage = { meters: createModelMeters(), countsTokens: false }
    pages.set(model, page)
    return page
  }

  /** The oldest of which nothing was learned, else the oldest. */
  function dropModel(): void {
    const [first] = pages
    const unlearned = [...pages].find(([, { meters }]) =>
      [...meters.byName.values()].every(({ learned }) => Object.keys(learned).length === 0),
    )
    const [model, page] = unlearned ?? first ?? []
    if (model === undefined || page === undefined) return
    for (const meter of page.meters.byName.values()) drop(meter)
    pages.delete(model)
  }

  function create(project: string, model: string): Meter {
    return new Meter(project, model, minuteMilliseconds, stated(project, model))
  }

  function add(meter: Meter): void {
    const page = pageOf(meter.model)
    page.meters.add(meter)
    page.countsTokens ||= hasTokenLimit(meter)
  }

  function drop(meter: Meter): void {
    const { project, model } = meter
    pages.get(model)?.meters.drop(meter)
    meter.state = 'dropped'
    removed.push({ project, model, state: undefined })
  }

  function note(meter: Meter): void {
    if (meter.state !== 'kept') return
    meter.state = 'changed'
    changed.push(meter)
  }

  function meterOf(project: string, model: string): Meter {
    const known = find(project, model)
    if (known !== undefined) return known
    const meter = create(project, model)
    add(meter)
    return meter
  }

  function find(project: string, model: string): Meter | undefined {
    return pages.get(model)?.meters.byName.get(project)
  }

  /** Corrects a call where it counts now: its project may have turned out to be another meanwhile. */
  function adjust(spent: Spent, requests: number, tokens: number): Meter {
    let { meter } = spent
    while (meter.heir !== undefined) meter = meter.heir
    correct(meter, spent.from, requests, tokens)
    note(meter)
    return meter
  }

  /** A meter that counts nothing and knows nothing is made again when it is needed. */
  function sweep(now: number): void {
    if (now - sweptAt < SWEEP_EVERY) return
    sweptAt = now
    for (const meter of meters()) if (isIdle(meter, clock, now)) drop(meter)
  }

  function* meters(): Iterable<Meter> {
    for (const page of pages.values()) yield* page.meters.byName.values()
  }

  return {
    clock,
    spend(spender, model, tokens, now) {
      if (model === '') return undefined
      const meter = pages.get(model)?.meters.find(spender) ?? meterOf(spender.project.name, model)
      note(meter)
      return { meter, from: spend(meter, clock, now, tokens), tokens }
    },
    measured(spent, { tokens, cachedTokens, images }, now) {
      const meter = adjust(spent, 0, tokens - spent.tokens)
      spent.tokens = tokens
      if (spent.from >= meter.dayStart) meter.dayCachedTokens += cachedTokens
      for (let image = 0; image < images; image++) {
        meter.images ??= new MinuteLog(minuteMilliseconds)
        meter.images.add(now, 0)
      }
    },
    refused(spent) {
      adjust(spent, -1, -spent.tokens)
      spent.tokens = 0
    },
    learn(project, model, limits, now) {
      const meter = meterOf(project, model)
      const named = limits.filter(({ limit = 0 }) => limit > 0)
      meter.learned = {
        ...meter.learned,
        ...Object.fromEntries(named.map(({ window, limit }) => [window, { limit, at: now }])),
      }
      const page = pageOf(model)
      page.countsTokens ||= hasTokenLimit(meter)
      note(meter)
    },
    forget(project, only) {
      for (const model of only === undefined ? pages.keys() : [only]) {
        const meter = find(project, model)
        if (meter === undefined) continue
        meter.learned = {}
        note(meter)
      }
    },
    fullWindow(spender, model, tokens, now) {
      const meter = pages.get(model)?.meters.find(spender)
      return meter && fullWindow(meter, clock, now, tokens)
    },
    slack(spender, model, tokens, now) {
      const meter = pages.get(model)?.meters.find(spender)
      return meter === undefined ? 1 : slackOf(meter, clock, now, tokens)
    },
    countsTokens: (model) => pages.get(model)?.countsTokens ?? false,
    move(from, to) {
      for (const [model, { meters }] of pages) {
        const meter = meters.byName.get(from)
        if (meter === undefined) continue
        drop(meter)
        const heir = meters.byName.get(to) ?? create(to, model)
        mergeMeters(heir, meter)
        add(heir)
        note(heir)
      }
    },
    meters,
    models: () => [...pages.keys()],
    takeChanges(now) {
      sweep(now)
      const records = removed.splice(0)
      for (const meter of changed.splice(0)) {
        if (meter.state !== 'changed') continue
        meter.state = 'kept'
        records.push(toMeterRecord(meter, now))
      }
      return records
    },
  }
}

function hasTokenLimit(meter: Meter): boolean {
  return knowsLimit(meter, 'tokens/minute') || knowsLimit(meter, 'tokens/day')
}
