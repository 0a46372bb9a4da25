import { toModelName } from '../../core/codec/model-names.ts'

/** Google's name of the model that a client asks for. */
export type ModelMapping = (stated: string) => string

/** Names of Anthropic's by family, where the config says nothing of them. The first pattern that fits holds. */
export const DEFAULT_MODELS: Readonly<Record<string, string>> = {
  'claude-*haiku*': 'gemini-3.5-flash-lite',
  'claude-*opus*': 'gemini-3.1-pro-preview',
  'claude-*fable*': 'gemini-3.1-pro-preview',
  'claude-*': 'gemini-3.8-flash',
}

/**
 * Maps by patterns in which `*` stands for anything, those of the config before the usual ones; every other name
 * passes as Google's own. Refuses what cannot be a model's name.
 */
export function createModelMapping(models: Readonly<Record<string, string>>): ModelMapping {
  const rows = [...Object.entries(models), ...Object.entries(DEFAULT_MODELS)].map(
    ([pattern, model]) => [toExpression(pattern), model] as const,
  )
  return (stated) => {
    const name = stated.replace(/^anthropic\//, '')
    return toModelName(rows.find(([pattern]) => pattern.test(name))?.[1] ?? name)
  }
}

function toExpression(pattern: string): RegExp {
  const words = pattern.split('*').map((word) => word.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'))
  return new RegExp(`^${words.join('.*')}$`, 'i')
}
