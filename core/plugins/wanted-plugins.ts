import { isDeepStrictEqual } from 'node:util'
import type { PluginDefinition } from '../plugin.ts'
import type { Settings } from '../settings/settings.ts'
import type { LoadedPlugin } from './loaded-plugin.ts'

/** A plugin that the settings switch on. */
export interface WantedPlugin {
  /** The name of one that ships, or the path of somebody else's. */
  readonly source: string
  readonly options: Readonly<Record<string, unknown>>
}

/** The plugins that are on, in the order they run: the shipped ones that the config does not name, then those it names. */
export function wantedPlugins(
  shipped: readonly PluginDefinition[],
  configured: Settings['plugins'],
): WantedPlugin[] {
  const unnamed = shipped
    .filter(({ name }) => !(name in configured))
    .map(({ name }) => ({ source: name, options: {} }))
  const named = Object.entries(configured)
    .filter(([, value]) => value !== false)
    .map(([source, value]) => ({ source, options: typeof value === 'object' ? value : {} }))
  return [...unnamed, ...named]
}

/** The one among `before` that is this very plugin with these very options, so that it may simply run on. */
export function sameAmong(
  before: readonly LoadedPlugin[],
  definition: PluginDefinition,
  options: unknown,
): LoadedPlugin | undefined {
  return before.find(
    (plugin) => plugin.definition === definition && isDeepStrictEqual(plugin.options, options),
  )
}
