import { type ConfiguredKey, configuredKeys } from '../keyring/configured-keys.ts'
import type { ReadSettings } from './read-settings.ts'

/** The keys of the settings, each with where it is written: a variable, or a place in the config file. */
export function configuredKeysOf({ settings, variables, keyIndexes, path }: ReadSettings): ConfiguredKey[] {
  const variable = variables.get('keys')
  return configuredKeys(settings.keys, {
    origin: variable === undefined ? 'config' : 'environment',
    placeOf: (index) =>
      variable === undefined ? `in ${path} under keys[${keyIndexes[index]}]` : `in ${variable}`,
  })
}
