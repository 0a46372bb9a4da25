import type { KeyStrategy, StrategyContext } from '../keys.ts'
import { withAffinity } from '../pool/affinity.ts'
import { didYouMean, nearestName } from '../settings/nearest-name.ts'
import type { Settings } from '../settings/settings.ts'
import { SettingsError } from '../settings/settings-error.ts'
import type { LoadedPlugin } from './loaded-plugin.ts'

/**
 * Makes the key strategy that `routing.strategy` names, under the affinity that `routing.affinity` asks for.
 * Throws a SettingsError where no plugin has it.
 */
export function chooseStrategy(
  plugins: readonly LoadedPlugin[],
  { strategy: name, affinity }: Pick<Settings['routing'], 'strategy' | 'affinity'>,
  context: StrategyContext,
): KeyStrategy {
  const known = new Map(plugins.flatMap(({ hooks }) => Object.entries(hooks.strategies ?? {})))
  const create = known.get(name)
  if (create) return affinity ? withAffinity(create(context), context) : create(context)
  const names = [...known.keys()].join(', ') || 'the name of one that a plugin brings'
  throw new SettingsError([
    `Setting "routing.strategy" is "${name}", but must be ${names}${didYouMean(nearestName(name, known.keys()))}`,
  ])
}
