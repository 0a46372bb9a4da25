import type { PluginDefinition } from '../plugin.ts'
import type { Rooms } from '../rooms.ts'
import type { Settings } from '../settings/settings.ts'
import { findDefinition } from './find-definition.ts'
import type { LoadedPlugin } from './loaded-plugin.ts'
import type { PluginSurroundings } from './plugin-host.ts'
import { toOptions } from './plugin-options.ts'
import { inTime, setUpPlugin } from './set-up-plugin.ts'
import { sameAmong, type WantedPlugin, wantedPlugins } from './wanted-plugins.ts'

/** The plugins that are on, set up. */
export interface PluginSet {
  readonly plugins: readonly LoadedPlugin[]
  /** Those that could not be set up. */
  readonly leftOut: readonly LeftOut[]
  /** One sentence for each plugin that could not be set up; the others run without it. */
  readonly problems: readonly string[]
}

/** A plugin that could not be set up, and why. */
export interface LeftOut {
  readonly source: string
  readonly reason: string
}

/**
 * Sets up the plugins that the settings switch on, in the order they run. One of `before` that is still wanted just
 * as it is runs on; so does one whose new form cannot be set up.
 */
export async function setUpPlugins(
  rooms: Pick<Rooms, 'plugins' | 'importPlugin'>,
  settings: Pick<Settings, 'plugins' | 'media'>,
  surroundings: PluginSurroundings,
  before: readonly LoadedPlugin[] = [],
): Promise<PluginSet> {
  const plugins: LoadedPlugin[] = []
  const leftOut: LeftOut[] = []
  const problems: string[] = []

  for (const wanted of wantedPlugins(rooms.plugins, settings.plugins)) {
    const { source } = wanted
    try {
      const definition = await inTime(findDefinition(rooms, source), 'its import')
      refuseTwin(definition, plugins)
      plugins.push(await load(wanted, definition))
    } catch (thrown) {
      const reason = thrown instanceof Error ? thrown.message : String(thrown)
      // What Bun throws where a file is no program cannot be written as `err`.
      surroundings.log.error({ err: thrown, reason, plugin: source }, 'A plugin could not be set up')
      const old = before.find(
        (plugin) => plugin.source === source && !plugins.some(({ name }) => name === plugin.name),
      )
      if (old) plugins.push(old)
      else leftOut.push({ source, reason })
      problems.push(
        old
          ? `The plugin "${source}" stays as it was: ${reason}`
          : `The plugin "${source}" is left out: ${reason}`,
      )
    }
  }
  return { plugins, leftOut, problems }

  async function load(wanted: WantedPlugin, definition: PluginDefinition): Promise<LoadedPlugin> {
    const options = toOptions(definition, wanted)
    const same = sameAmong(before, definition, options)
    return same ?? (await setUpPlugin(wanted.source, definition, options, settings, surroundings))
  }
}

/** Names stand for plugins in blame and in stores, so that two of one name would be taken for each other. */
function refuseTwin(plugin: PluginDefinition, others: readonly LoadedPlugin[]): void {
  const twin = others.find(({ name }) => name === plugin.name)
  if (!twin) return
  throw new TypeError(`there is a plugin "${plugin.name}" already, ${twin.source}; switch one of them off`)
}
