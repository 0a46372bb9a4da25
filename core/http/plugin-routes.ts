import type { LoadedPlugin } from '../plugins/loaded-plugin.ts'
import { SettingsError } from '../settings/settings-error.ts'
import { exchangeOf } from './exchange.ts'
import type { App } from './plugin-app.ts'

/** One route of one plugin. */
interface PluginRoute {
  readonly plugin: LoadedPlugin
  readonly app: App
}

/**
 * Puts every plugin's routes onto `root`, each behind an instance of its own, so that nothing one plugin sets
 * reaches another's routes. Where several share a path their protocols' `claims` tell them apart; throws a
 * SettingsError where they have none, and where a path is the gateway's own.
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
  for (const [place, routes] of table) {
    if (own.has(place)) {
      throw new SettingsError([
        `The plugin "${routes[0]!.plugin.name}" serves ${place}, which is the gateway's own; switch it off`,
      ])
    }
    refuseClash(place, routes)
    const [method = '', path = ''] = place.split(' ', 2)
    root.route(method, path, ({ request }) => pick(routes, request).app.fetch(request), {
      parse: 'none',
    })
  }
}

function refuseClash(place: string, routes: readonly PluginRoute[]): void {
  if (routes.length < 2 || routes.every(({ plugin }) => plugin.hooks.protocol)) return
  const names = routes.map(({ plugin }) => `"${plugin.name}"`).join(' and ')
  throw new SettingsError([`The plugins ${names} both serve ${place}; switch one of them off`])
}

function pick(routes: readonly PluginRoute[], request: Request): PluginRoute {
  if (routes.length === 1) return routes[0]!
  const { protocol } = exchangeOf(request)
  return routes.find(({ plugin }) => plugin.hooks.protocol?.name === protocol?.name) ?? routes[0]!
}
