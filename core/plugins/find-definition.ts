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
  if (found.api !== PLUGIN_API) throw new TypeError(otherVersion(found.api))
  const { onFailure = 'closed' } = found
  if (onFailure !== 'open' && onFailure !== 'closed')
    throw new TypeError(`its "onFailure" must be "open" or "closed", not ${JSON.stringify(onFailure)}`)
  return found
}

function isDefinition(value: unknown): value is PluginDefinition {
  if (typeof value !== 'object' || value === null) return false
  const { name, setup } = value as Record<string, unknown>
  return typeof name === 'string' && typeof setup === 'function'
}

function otherVersion(api: unknown): string {
  if (typeof api === 'number')
    return `it was written for version ${api} of the plugin contract, this gateway has ${PLUGIN_API}`
  const stated =
    typeof api === 'string' ? `"${api}"` : api === undefined ? 'missing' : `of type ${typeof api}`
  return `its "api" is ${stated}; write api: ${PLUGIN_API}, a number: the version of the plugin contract`
}
