/** What a limit of Google's counts, and over which time. */
export const QUOTA_WINDOWS = [
  'requests/minute',
  'tokens/minute',
  'requests/day',
  'tokens/day',
  'images/minute',
] as const

export type QuotaWindow = (typeof QUOTA_WINDOWS)[number]

/** One limit as Google or the operator states it. Tokens are those of the input. */
export interface QuotaLimit {
  readonly window: QuotaWindow
  /** Undefined where Google named the window without its limit. */
  readonly limit: number | undefined
}

/** Limits by window, as far as they are known. */
export type QuotaLimits = Partial<Record<QuotaWindow, number>>
