import { Value } from '@sinclair/typebox/value'
import type { PluginDefinition } from '../plugin.ts'
import { checkSettings, toSentence } from '../settings/check-settings.ts'
import type { WantedPlugin } from './wanted-plugins.ts'

/** The options that a plugin gets, defaults filled. Throws a TypeError that names the first that is wrong. */
export function toOptions({ options: schema }: PluginDefinition, { source, options }: WantedPlugin): unknown {
  if (!schema) return options
  const filled = Value.Default(schema, structuredClone(options))
  const [problem] = checkSettings(schema, filled, `plugins.${source}`)
  if (problem) throw new TypeError(toSentence(problem, 'in the config'))
  return filled
}
