import { PLUGIN_API, type PluginDefinition } from '../plugin.ts'
import type { Rooms } from '../rooms.ts'

/** The definition of a plugin that ships, or that a file exports. Throws a TypeError that says what is wrong with it. */
export async function findDefinition(
  { plugins, importPlugin }: Pick<Rooms, 'plugins' | 'importPlugin'>,
  source: string,
): Promise<PluginDefinition> {
  const shipped = plugins.find(({ name }) => name === source)
  if (shipped) return shipped
  const found = await importPlugin(source)
  if (!isDefinition(found))
    throw new TypeError('its default export is not a plugin; make one with definePlugin')
  if (found.api !== PLUGIN_API) {
    throw new TypeError(
      `it was written for version ${found.api} of the plugin contract, this gateway has ${PLUGIN_API}`,
    )
  }
  return found
}

function isDefinition(value: unknown): value is PluginDefinition {
  if (typeof value !== 'object' || value === null) return false
  const { name, api, setup } = value as Record<string, unknown>
  return typeof name === 'string' && typeof api === 'number' && typeof setup === 'function'
}
