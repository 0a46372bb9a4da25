import type { KeyStrategy, StrategyContext } from '../keys.ts'
import { withAffinity } from '../pool/affinity.ts'
import { didYouMean, nearestName } from '../settings/nearest-name.ts'
import type { Settings } from '../settings/settings.ts'
import { SettingsError } from '../settings/settings-error.ts'
import type { LoadedPlugin } from './loaded-plugin.ts'

/** The plugin that brings the strategy of this name: the last that does. */
export function providerOf<Plugin extends Pick<LoadedPlugin, 'hooks'>>(
  plugins: readonly Plugin[],
  name: string,
): Plugin | undefined {
  return plugins.findLast(({ hooks }) => Object.hasOwn(hooks.strategies ?? {}, name))
}

/**
 * Makes the key strategy that `routing.strategy` names, under the affinity that `routing.affinity` asks for.
 * Throws a SettingsError where no plugin has it.
 */
export function chooseStrategy(
  plugins: readonly Pick<LoadedPlugin, 'hooks'>[],
  { strategy: name, affinity }: Pick<Settings['routing'], 'strategy' | 'affinity'>,
  context: StrategyContext,
): KeyStrategy {
  const create = providerOf(plugins, name)?.hooks.strategies?.[name]
  if (create) return affinity ? withAffinity(create(context), context) : create(context)
  const known = plugins.flatMap(({ hooks }) => Object.keys(hooks.strategies ?? {}))
  const names = known.join(', ') || 'the name of one that a plugin brings'
  throw new SettingsError([
    `Setting "routing.strategy" is "${name}", but must be ${names}${didYouMean(nearestName(name, known))}`,
  ])
}
