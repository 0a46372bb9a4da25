import { AS_STATED, type ModelReading, toModelName } from '../../core/codec/model-names.ts'

/** Google's name of the model that a client asks for, plugins' suffixes behind it, as `modelOf` reads such names. */
export type ModelMapping = (stated: string, modelOf?: ModelReading) => string

/** Names of Anthropic's by family, where the config says nothing of them. The first pattern that fits holds. */
export const DEFAULT_MODELS: Readonly<Record<string, string>> = {
  'claude-*haiku*': 'gemini-3.5-flash-lite',
  'claude-*opus*': 'gemini-3.1-pro-preview',
  'claude-*fable*': 'gemini-3.1-pro-preview',
  'claude-*': 'gemini-3.8-flash',
}

/**
 * Maps by patterns in which `*` stands for anything, those of the config before the usual ones; every other name
 * passes as Google's own, and one that a plugin gave as it is. The suffixes of plugins stay behind what is mapped,
 * unless an earlier pattern fits the name with them. Refuses what cannot be a model's name.
 */
export function createModelMapping(models: Readonly<Record<string, string>>): ModelMapping {
  const rows = [...Object.entries(models), ...Object.entries(DEFAULT_MODELS)].map(
    ([pattern, model], rank) => ({ pattern: toExpression(pattern), model, rank }),
  )
  const rowOf = (name: string) => rows.find(({ pattern }) => pattern.test(name))
  return (stated, modelOf = AS_STATED) => {
    const name = stated.replace(/^anthropic\//, '')
    const read = modelOf(name)
    const whole = rowOf(name)
    if (!whole || !name.startsWith(read)) return toModelName(name)
    const base = rowOf(read)
    return base && base.rank <= whole.rank
      ? toModelName(base.model) + name.slice(read.length)
      : toModelName(whole.model)
  }
}

function toExpression(pattern: string): RegExp {
  const words = pattern.split('*').map((word) => word.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'))
  return new RegExp(`^${words.join('.*')}$`, 'i')
}
