import type { GoogleError } from '../errors.ts'
import type { FaultKind } from '../fault.ts'
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

/** How long Google asks to wait, from `RetryInfo`, else from "Please retry in …" in the text. */
export function retryMilliseconds(error: GoogleError | undefined): number | undefined {
  const delays = detailsOf(error, 'RetryInfo')
    .map((detail) => durationMilliseconds(String(detail.retryDelay)))
    .filter((delay) => delay !== undefined)
  if (delays.length > 0) return Math.max(...delays)
  const told = /please retry in ((?:\d+(?:\.\d+)?(?:h|ms|m|s)\s*)+)/i.exec(error?.message ?? '')
  return told?.[1] === undefined ? undefined : durationMilliseconds(told[1])
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
