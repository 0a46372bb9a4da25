import type { ErrorAnswer } from './error-answer.ts'
import { type Counted, quotaExceeded, type Violation } from './quota-errors.ts'

/** Limits of every project and model, or only of those named here. A zero refuses every call. */
export interface QuotaLimits {
  readonly perMinute?: number
  /** Input tokens. */
  readonly tokensPerMinute?: number
  readonly perDay?: number
  readonly model?: string
  readonly project?: string
}

/** What one call spends. */
export interface Spending {
  readonly project: string
  readonly model: string
  readonly requests: number
  readonly tokens: number
  readonly counted: 'requests' | 'embeds'
}

/**
 * A meter per project and model, as Google's: what is accepted counts, what is refused does not. A minute
 * begins with its first call; a day is one of `America/Los_Angeles`.
 */
export interface Quota {
  /** Adds limits; the same project and model again replaces them. */
  limit(limits: QuotaLimits): void
  /** Counts a call, or says why it is refused. */
  spend(spending: Spending): ErrorAnswer | undefined
  clear(): void
}

interface Meter {
  minuteEnds: number
  requests: number
  tokens: number
  day: string
  dayRequests: number
}

/** Meters in memory. */
export function createQuota(options: { readonly now: () => number; readonly minuteSeconds: number }): Quota {
  // By project, then by model; an empty name stands for every one.
  const rules = new Map<string, Map<string, QuotaLimits>>()
  const meters = new Map<string, Meter>()
  const minute = options.minuteSeconds * 1000

  const spend = (spending: Spending): ErrorAnswer | undefined => {
    const limits = rulesFor(rules, spending)
    if (limits.length === 0) return undefined
    const now = options.now()
    const meter = currentMeter(meters, `${spending.project} ${spending.model}`, now, minute)
    const violations = limits.flatMap((rule) => violationsOf(rule, meter, spending))
    if (violations.length > 0) return quotaExceeded(violations, waitOf(violations, meter, now, minute))
    meter.requests += spending.requests
    meter.tokens += spending.tokens
    meter.dayRequests += spending.requests
    return undefined
  }

  return {
    limit: (limits) => {
      const ofProject = rules.get(limits.project ?? '') ?? new Map<string, QuotaLimits>()
      rules.set(limits.project ?? '', ofProject.set(limits.model ?? '', limits))
    },
    spend,
    clear: () => {
      rules.clear()
      meters.clear()
    },
  }
}

function rulesFor(rules: ReadonlyMap<string, Map<string, QuotaLimits>>, spending: Spending): QuotaLimits[] {
  const ofProjects = [rules.get(''), rules.get(spending.project)]
  const found = ofProjects.flatMap((byModel) => [byModel?.get(''), byModel?.get(spending.model)])
  return found.filter((limits) => limits !== undefined)
}

function currentMeter(meters: Map<string, Meter>, name: string, now: number, minute: number): Meter {
  const fresh = { minuteEnds: now + minute, requests: 0, tokens: 0 }
  const day = pacificDay(now)
  const meter = meters.get(name) ?? { ...fresh, day, dayRequests: 0 }
  if (meter.minuteEnds <= now) Object.assign(meter, fresh)
  if (meter.day !== day) Object.assign(meter, { day, dayRequests: 0 })
  meters.set(name, meter)
  return meter
}

function violationsOf(rule: QuotaLimits, meter: Meter, spending: Spending): Violation[] {
  const { model, counted, requests, tokens } = spending
  const passed = (what: Counted, window: 'Minute' | 'Day', limit: number | undefined, used: number) =>
    limit !== undefined && used > limit ? [{ counted: what, window, limit, model }] : []
  return [
    ...passed(counted, 'Day', rule.perDay, meter.dayRequests + requests),
    ...passed(counted, 'Minute', rule.perMinute, meter.requests + requests),
    ...passed('tokens', 'Minute', rule.tokensPerMinute, meter.tokens + tokens),
  ]
}

/** Google names a wait of seconds even for a daily limit. */
function waitOf(violations: readonly Violation[], meter: Meter, now: number, minute: number): number {
  return violations.some(({ window }) => window === 'Minute') ? meter.minuteEnds - now : minute * 0.607162667
}

const PACIFIC = new Intl.DateTimeFormat('en-CA', { timeZone: 'America/Los_Angeles', dateStyle: 'short' })

function pacificDay(now: number): string {
  return PACIFIC.format(now)
}
