import { toModelPattern } from './models/model-pattern.ts'

/** What is known of models beside what Google lists; the first row that fits counts. */
const MODELS = [
  { pattern: 'gemini-2.5-*', cacheTokens: 2_048 },
  { pattern: 'gemini-2.0-*', cacheTokens: undefined },
  { pattern: 'gemini-1*', cacheTokens: undefined },
  { pattern: 'gemma-*', cacheTokens: undefined },
  { pattern: '*', cacheTokens: 4_096 },
].map(({ pattern, ...known }) => ({ fits: toModelPattern(pattern), ...known }))

/**
 * Tokens that a prompt must have before Google caches what it begins with; undefined for models that never do.
 * Models that are not known yet are taken for like the newest. Source: https://ai.google.dev/gemini-api/docs/caching
 */
export function cacheMinimum(model: string): number | undefined {
  return MODELS.find(({ fits }) => fits(model))?.cacheTokens
}
