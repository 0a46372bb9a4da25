import { optional, toOneOf } from '../../core/codec/request-values.ts'

/** Google's `serviceTier` for OpenAI's; undefined where Google is to decide. */
export function toServiceTier(body: Readonly<Record<string, unknown>>): string | undefined {
  const tier = optional(body, 'service_tier', (value, param) =>
    toOneOf(value, param, ['auto', 'default', 'flex', 'scale', 'priority', 'fast']),
  )
  return tier && TIERS[tier]
}

const TIERS = {
  auto: undefined,
  scale: undefined,
  default: 'standard',
  flex: 'flex',
  priority: 'priority',
  fast: 'priority',
} as const
