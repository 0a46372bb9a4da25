import { Elysia } from 'elysia'
import { GatewayError, isGatewayError } from '../errors.ts'
import type { Log } from '../log/log.ts'
import type { Gateway } from '../plugin.ts'
import type { LoadedPlugin } from '../plugins/loaded-plugin.ts'
import { exchangeOf } from './exchange.ts'
import { renderError } from './render-error.ts'
import { unknownPath } from './unknown-path.ts'

/** One route of one plugin. */
interface PluginRoute {
  readonly plugin: LoadedPlugin
  readonly app: Elysia
}

/** An Elysia instance as this gateway uses it: hosts of any length, nothing of Elysia's own shown to clients. */
export function createApp(): Elysia {
  return new Elysia({ handler: { standardHostname: false } })
}

/**
 * Puts every plugin's routes onto `root`, each behind an instance of its own, so that nothing one plugin sets
 * reaches another's routes. Where several share a path their protocols' `claims` tell them apart; throws where
 * they have none. A path that ends with `*` is open to requests of its plugins' protocols alone.
 */
export function mountPluginRoutes(
  root: Elysia,
  plugins: readonly LoadedPlugin[],
  gateway: Gateway,
  log: Log,
): void {
  const table = new Map<string, PluginRoute[]>()
  for (const plugin of plugins) {
    if (!plugin.hooks.routes) continue
    const app = createPluginApp(plugin, log)
    for (const { method, path } of routesOf(plugin, app, gateway, log)) {
      const place = `${method} ${path}`
      table.set(place, [...(table.get(place) ?? []), { plugin, app }])
    }
  }
  for (const [place, routes] of table) {
    refuseClash(place, routes)
    const [method = '', path = ''] = place.split(' ', 2)
    const isOpen = path.endsWith('*')
    root.route(method, path, ({ request }) => serve(request, routes, isOpen, root), { parse: 'none' })
  }
}

/** A plugin that fails here is left without routes; the gateway runs on. */
function routesOf(plugin: LoadedPlugin, app: Elysia, gateway: Gateway, log: Log): Elysia['routes'] {
  try {
    plugin.hooks.routes?.(app, gateway)
    return app.routes
  } catch (err) {
    log.error({ err, plugin: plugin.name }, 'A plugin could not register its routes')
    return []
  }
}

function createPluginApp(plugin: LoadedPlugin, log: Log): Elysia {
  const app = createApp()
  app.onError(({ error, code, request }) => {
    const exchange = exchangeOf(request)
    if (code === 'NOT_FOUND')
      return renderError(new GatewayError('not_found', `No route at ${exchange.url.pathname}`), exchange)
    if (isGatewayError(error)) {
      if (error.kind === 'internal') log.error({ err: error.cause ?? error, id: exchange.id }, error.message)
      return renderError(error, exchange)
    }
    if (code === 'VALIDATION' || code === 'PARSE') {
      return renderError(
        new GatewayError('invalid_request', 'The request is not what this route takes'),
        exchange,
      )
    }
    log.error({ err: error, id: exchange.id, plugin: plugin.name }, 'A plugin failed in a route')
    return renderError(
      new GatewayError('internal', `The plugin "${plugin.name}" failed in a route; the log has the cause`),
      exchange,
    )
  })
  return app
}

function refuseClash(place: string, routes: readonly PluginRoute[]): void {
  if (routes.length < 2 || routes.every(({ plugin }) => spokenBy(plugin) !== undefined)) return
  const names = routes.map(({ plugin }) => `"${plugin.name}"`).join(' and ')
  throw new Error(`The plugins ${names} both serve ${place}; switch one of them off`)
}

function serve(request: Request, routes: readonly PluginRoute[], isOpen: boolean, root: Elysia) {
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
