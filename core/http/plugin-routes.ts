import type { LoadedPlugin } from '../plugins/loaded-plugin.ts'
import { SettingsError } from '../settings/settings-error.ts'
import { exchangeOf } from './exchange.ts'
import type { App } from './plugin-app.ts'
import { renderError } from './render-error.ts'
import { unknownPath } from './unknown-path.ts'

/** One route of one plugin. */
interface PluginRoute {
  readonly plugin: LoadedPlugin
  readonly app: App
}

/**
 * Puts every plugin's routes onto `root`, each behind an instance of its own, so that nothing one plugin sets
 * reaches another's routes. Where several share a path their protocols' `claims` tell them apart; throws a
 * SettingsError where they have none, and where a path is the gateway's own. A path that ends with `*` is open to
 * requests of its plugins' protocols alone.
 */
export function mountPluginRoutes(root: App, plugins: readonly LoadedPlugin[]): void {
  const own = new Set(root.routes.map(({ method, path }) => `${method} ${path}`))
  const table = new Map<string, PluginRoute[]>()
  for (const plugin of plugins) {
    const { app } = plugin
    if (!app) continue
    for (const { method, path } of app.routes) {
      const place = `${method} ${path}`
      table.set(place, [...(table.get(place) ?? []), { plugin, app }])
    }
  }
  const parameters = new Map<string, string>()
  for (const [place, routes] of table) {
    if (own.has(place)) {
      throw new SettingsError([
        `The plugin "${routes[0]!.plugin.name}" serves ${place}, which is the gateway's own; switch it off`,
      ])
    }
    refuseClash(place, routes)
    refuseOtherName(place, routes[0]!.plugin.name, parameters)
    const [method = '', path = ''] = place.split(' ', 2)
    const isOpen = path.endsWith('*')
    root.route(method, path, ({ request }) => serve(request, routes, isOpen, root), { parse: 'none' })
  }
}

function refuseClash(place: string, routes: readonly PluginRoute[]): void {
  if (routes.length < 2 || routes.every(({ plugin }) => spokenBy(plugin) !== undefined)) return
  const names = routes.map(({ plugin }) => `"${plugin.name}"`).join(' and ')
  throw new SettingsError([`The plugins ${names} both serve ${place}; switch one of them off`])
}

/**
 * A router takes one name for a parameter at one place; `/of/:id` and `/of/:name` clash. `known` has the names so
 * far, by what stands before them.
 */
function refuseOtherName(place: string, plugin: string, known: Map<string, string>): void {
  for (const { index, 1: name = '' } of place.matchAll(/:([^/?]+)/g)) {
    const before = place.slice(0, index)
    const first = known.get(before) ?? name
    known.set(before, first)
    if (first === name) continue
    throw new SettingsError([
      `The plugin "${plugin}" cannot serve ${place}: another route calls its ":${name}" ":${first}"; switch one of them off`,
    ])
  }
}

function serve(request: Request, routes: readonly PluginRoute[], isOpen: boolean, root: App) {
  const exchange = exchangeOf(request)
  const spoken = exchange.protocol?.name
  const own = routes.filter(({ plugin }) => spokenBy(plugin) === spoken)
  // What speaks a protocol that is another's is made for these very paths.
  const best = own.find(({ plugin }) => !plugin.hooks.protocol) ?? own[0]
  if (best) return best.app.fetch(request)
  if (isOpen && routes.every(({ plugin }) => plugin.hooks.protocol))
    return renderError(unknownPath(exchange.url.pathname, root.routes), exchange)
  return routes[0]!.app.fetch(request)
}

function spokenBy({ hooks }: LoadedPlugin): string | undefined {
  return hooks.protocol?.name ?? hooks.speaks
}
