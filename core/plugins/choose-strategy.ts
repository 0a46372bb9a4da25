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
 * Throws a SettingsError where no plugin has it, or the one that has it fails.
 */
export function chooseStrategy(
  plugins: readonly Pick<LoadedPlugin, 'hooks' | 'name'>[],
  { strategy: name, affinity }: Pick<Settings['routing'], 'strategy' | 'affinity'>,
  context: StrategyContext,
): KeyStrategy {
  const provider = providerOf(plugins, name)
  if (provider) {
    const strategy = make(provider, name, context)
    return affinity ? withAffinity(strategy, context) : strategy
  }
  const known = plugins.flatMap(({ hooks }) => Object.keys(hooks.strategies ?? {}))
  const names = known.join(', ') || 'the name of one that a plugin brings'
  throw new SettingsError([
    `Setting "routing.strategy" is "${name}", but must be ${names}${didYouMean(nearestName(name, known))}`,
  ])
}

function make(
  { name: plugin, hooks }: Pick<LoadedPlugin, 'hooks' | 'name'>,
  name: string,
  context: StrategyContext,
): KeyStrategy {
  try {
    return hooks.strategies![name]!(context)
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown)
    throw new SettingsError([`The plugin "${plugin}" cannot make the key strategy "${name}": ${reason}`])
  }
}
