import { type ModelTraits, type StatedTraits, toBudgets } from '../models.ts'
import type { ModelSettings } from '../settings/model-settings.ts'
import { toModelPattern } from './model-pattern.ts'

/** The setting `models` as `stateTraits` takes it. */
export function toStatedTraits(settings: ModelSettings): readonly StatedTraits[] {
  return Object.entries(settings).map(([pattern, { thinking, ...traits }]) => ({
    fits: toModelPattern(pattern),
    traits: thinking === undefined ? traits : { ...traits, thinking: toThinking(thinking) },
  }))
}

function toThinking(thinking: NonNullable<ModelSettings[string]['thinking']>): ModelTraits['thinking'] {
  if (thinking === false) return undefined
  if ('levels' in thinking) return thinking
  const { leastTokens, mostTokens } = thinking
  return { budgets: toBudgets(leastTokens, mostTokens), leastTokens: Math.max(1, leastTokens) }
}
