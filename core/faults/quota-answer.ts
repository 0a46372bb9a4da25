import type { GoogleError } from '../errors.ts'
import type { FaultKind } from '../fault.ts'
import type { QuotaLimit, QuotaWindow } from '../quota/quota-window.ts'
import { detailsOf, isRecord } from './google-error.ts'

type QuotaKind = Extract<FaultKind, `quota_${string}`>

/** From the shortest to the longest: where an answer names several quotas, the longest holds. */
const BY_LENGTH: readonly QuotaKind[] = ['quota_unknown', 'quota_minute', 'quota_day', 'quota_none']

/**
 * Which quota a 429 speaks of. Goes by `quotaId` and `quotaValue`; the text says only that the limit is 0,
 * or, where no `quotaId` did, how long the window is. The opening sentence is the same for all windows.
 */
export function quotaKind(error: GoogleError | undefined): QuotaKind {
  const message = error?.message ?? ''
  if (saysLimitIsZero(message)) return 'quota_none'
  const named = longest(violationsOf(error).map(kindOfViolation))
  if (named !== 'quota_unknown') return named
  const told = windowOf(message)
  if (told !== 'quota_unknown') return told
  return retryMilliseconds(error) === undefined ? 'quota_unknown' : 'quota_minute'
}

/** The quotas an answer names, in words for the operator: `id (limit)`. */
export function quotaNames(error: GoogleError | undefined): readonly string[] {
  return violationsOf(error).flatMap(({ quotaId, quotaValue }) => {
    if (typeof quotaId !== 'string') return []
    return [quotaValue === undefined ? quotaId : `${quotaId} (${String(quotaValue)})`]
  })
}

/**
 * The limits an answer names. Where a violation has no `quotaValue`, the line of the text that names its metric
 * may have one: `* Quota exceeded for metric: METRIC, limit: 20, model: …`.
 */
export function limitsOf(error: GoogleError | undefined): readonly QuotaLimit[] {
  const told = new Map<string, number>()
  for (const [, metric = '', limit] of (error?.message ?? '').matchAll(TOLD)) told.set(metric, Number(limit))
  const found = new Map<QuotaWindow, number | undefined>()
  for (const violation of violationsOf(error)) {
    const window = quotaWindowOf(violation)
    if (window === undefined) continue
    const limit = toLimit(violation.quotaValue) ?? told.get(String(violation.quotaMetric))
    found.set(window, lower(found.get(window), limit))
  }
  return Array.from(found, ([window, limit]) => ({ window, limit }))
}

const TOLD = /metric: ?([^\s,]+), ?limit: ?(\d+)(?![\d.])/gi

function toLimit(value: unknown): number | undefined {
  const limit = typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN
  return Number.isFinite(limit) && limit > 0 ? limit : undefined
}

function lower(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other)
}

/** Undefined for what is counted otherwise, such as tokens waiting in batches. */
function quotaWindowOf({ quotaId, quotaMetric }: Record<string, unknown>): QuotaWindow | undefined {
  const name = `${String(quotaId)} ${String(quotaMetric)}`
  if (/enqueued|concurrent|sessions/i.test(name)) return undefined
  const isDay = windowOf(String(quotaId)) === 'quota_day' || windowOf(String(quotaMetric)) === 'quota_day'
  if (!isDay && windowOf(name) === 'quota_unknown') return undefined
  if (/token/i.test(name)) return isDay ? 'tokens/day' : 'tokens/minute'
  if (/images?[_ ]?per|image_requests/i.test(name)) return isDay ? undefined : 'images/minute'
  return isDay ? 'requests/day' : 'requests/minute'
}

/**
 * How long Google asks to wait: the longer of `RetryInfo` and of "Please retry in …" in the text, since one of
 * them is often cut to whole seconds.
 */
export function retryMilliseconds(error: GoogleError | undefined): number | undefined {
  const told = /please retry in ((?:\d+(?:\.\d+)?(?:h|ms|m|s)\s*)+)/i.exec(error?.message ?? '')
  const texts = detailsOf(error, 'RetryInfo').map(({ retryDelay }) => String(retryDelay))
  const delays = [...texts, told?.[1] ?? ''].map(durationMilliseconds).filter((delay) => delay !== undefined)
  return delays.length > 0 ? Math.max(...delays) : undefined
}

const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 }

function durationMilliseconds(text: string): number | undefined {
  if (!/^\s*(?:\d+(?:\.\d+)?(?:h|ms|m|s)\s*)+$/.test(text)) return undefined
  let sum = 0
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g)) {
    sum += Number(amount) * (UNITS[unit ?? ''] ?? 0)
  }
  return Math.ceil(sum)
}

function violationsOf(error: GoogleError | undefined): readonly Record<string, unknown>[] {
  return detailsOf(error, 'QuotaFailure').flatMap(({ violations }) =>
    Array.isArray(violations) ? violations.filter(isRecord) : [],
  )
}

function kindOfViolation({ quotaId, quotaValue, quotaMetric }: Record<string, unknown>): QuotaKind {
  if (quotaValue === 0 || (typeof quotaValue === 'string' && /^0+$/.test(quotaValue))) return 'quota_none'
  const byId = windowOf(String(quotaId))
  return byId === 'quota_unknown' ? windowOf(String(quotaMetric)) : byId
}

function windowOf(text: string): QuotaKind {
  if (/per[ _]?day|daily/i.test(text)) return 'quota_day'
  return /per[ _]?minute/i.test(text) ? 'quota_minute' : 'quota_unknown'
}

/** `limit: 0`, but neither `limit: 05` nor `limit: 0.5`. */
function saysLimitIsZero(message: string): boolean {
  return /\blimit: ?0(?!\w|[.,]\d)/i.test(message)
}

function longest(kinds: readonly QuotaKind[]): QuotaKind {
  return BY_LENGTH[Math.max(0, ...kinds.map((kind) => BY_LENGTH.indexOf(kind)))] ?? 'quota_unknown'
}
