import { createRecentMap } from '../recent-map.ts'
import type { ModelLimits } from './model-limits.ts'

/** What models turned out not to take; forgotten after an hour, since Google changes its mind. */
export interface LearnedLimits {
  of(model: string): ModelLimits
  learn(model: string, limits: ModelLimits): void
}

const MOST_MODELS = 500
const MILLISECONDS_KEPT = 3_600_000
const NONE: ModelLimits = {}

/** Nothing learned yet; `now` is in milliseconds since any moment. */
export function createLearnedLimits(now: () => number): LearnedLimits {
  const learned = createRecentMap<{ readonly limits: ModelLimits; readonly until: number }>(MOST_MODELS)
  return {
    of(model) {
      const entry = learned.get(model)
      return entry && entry.until > now() ? entry.limits : NONE
    },
    learn: (model, limits) => learned.set(model, { limits, until: now() + MILLISECONDS_KEPT }),
  }
}
