import { type ErrorAnswer, googleError } from './error-answer.ts'

/** What a limit counts. `embeds` are requests of the embedding methods. */
export type Counted = 'requests' | 'tokens' | 'embeds'

/** One limit that was passed. */
export interface Violation {
  readonly counted: Counted
  readonly window: 'Minute' | 'Day'
  readonly limit: number
  readonly model: string
  readonly tier?: 'free' | 'paid'
}

const OPENING =
  'You exceeded your current quota, please check your plan and billing details. For more information on ' +
  'this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits. To monitor your current usage, ' +
  'head to: https://ai.dev/rate-limit. '

/** The full 429: every violation in the message and in `QuotaFailure`, and when to try again. */
export function quotaExceeded(
  violations: readonly Violation[],
  retryMilliseconds: number,
  retryDelay: string | null = retryDelayOf(retryMilliseconds),
): ErrorAnswer {
  const lines = violations.map(
    (violation) =>
      `\n* Quota exceeded for metric: ${metricOf(violation)}, limit: ${violation.limit}, model: ${violation.model}`,
  )
  const details: Record<string, unknown>[] = [HELP, quotaFailure(violations)]
  if (retryDelay !== null) details.push({ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay })
  const message = `${OPENING}${lines.join('')}\nPlease retry in ${wordsOf(retryMilliseconds)}.`
  return googleError('RESOURCE_EXHAUSTED', message, details)
}

const HELP = {
  '@type': 'type.googleapis.com/google.rpc.Help',
  links: [
    {
      description: 'Learn more about Gemini API quotas',
      url: 'https://ai.google.dev/gemini-api/docs/rate-limits',
    },
  ],
}

function quotaFailure(violations: readonly Violation[]): Record<string, unknown> {
  return {
    '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
    violations: violations.map((violation) => ({
      quotaMetric: metricOf(violation),
      quotaId: quotaIdOf(violation),
      quotaDimensions: { location: 'global', model: violation.model },
      // A zero is not written, as everywhere in Google's JSON.
      ...(violation.limit === 0 ? {} : { quotaValue: String(violation.limit) }),
    })),
  }
}

function quotaIdOf({ counted, window, tier }: Violation): string {
  const suffix = tier === 'paid' ? '' : '-FreeTier'
  if (counted === 'embeds') return `EmbedContentRequestsPer${window}PerUserPerProjectPerModel${suffix}`
  if (counted === 'requests') return `GenerateRequestsPer${window}PerProjectPerModel${suffix}`
  if (tier === 'paid') return `GenerateContentPaidTierInputTokensPerModelPer${window}`
  return `GenerateContentInputTokensPerModelPer${window}-FreeTier`
}

function metricOf({ counted, window, tier }: Violation): string {
  const service = 'generativelanguage.googleapis.com'
  const level = tier === 'paid' ? 'paid' : 'free'
  if (counted === 'embeds') return `${service}/embed_content_${level}_tier_requests`
  if (counted === 'tokens') return `${service}/generate_content_${level}_tier_input_token_count`
  if (tier !== 'paid') return `${service}/generate_content_free_tier_requests`
  return `${service}/generate_requests_per_model${window === 'Day' ? '_per_day' : ''}`
}

function retryDelayOf(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.ceil(milliseconds)}ms` : `${Math.floor(milliseconds / 1000)}s`
}

function wordsOf(milliseconds: number): string {
  if (milliseconds < 1000) return `${milliseconds.toFixed(3).replace(/\.?0+$/, '')}ms`
  return `${(milliseconds / 1000).toFixed(9).replace(/\.?0+$/, '')}s`
}
