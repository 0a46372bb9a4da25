import type { LoadedPlugin } from '../plugins/loaded-plugin.ts'
import { withoutSecrets } from '../settings/setting-secrets.ts'

/** One plugin as the admin sees it; times are in milliseconds. */
export function toPluginItem(plugin: LoadedPlugin) {
  const { name, source, definition, options, onFailure, record } = plugin
  const hooks = Object.entries(record.times()).map(([hook, { count, milliseconds, longest }]) => [
    hook,
    { count, milliseconds: rounded(milliseconds), longest: rounded(longest) },
  ])
  return {
    name,
    source,
    description: definition.description,
    state: record.isFailing() ? 'failing' : 'on',
    options: withoutSecrets('options', options),
    onFailure,
    hooks: Object.fromEntries(hooks),
    lastError: record.lastError(),
  }
}

function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000
}
