import type { LoadedPlugin } from '../plugins/loaded-plugin.ts'
import { createRecentMap } from '../recent-map.ts'
import { SettingsError } from '../settings/settings-error.ts'
import { exchangeOf } from './exchange.ts'
import type { App } from './plugin-app.ts'
import { renderError } from './render-error.ts'
import { unknownPath } from './unknown-path.ts'

/** One route of one plugin. */
interface PluginRoute {
  /** `ALL` for every method. */
  readonly method: string
  readonly plugin: LoadedPlugin
  readonly app: App
}

/**
 * Puts every plugin's routes onto `root`, each behind an instance of its own, so that nothing one plugin sets
 * reaches another's routes. Where several share a path their protocols' `claims` tell them apart; throws a
 * SettingsError where they have none, and where a path is the gateway's own. A path that ends with `*` is open to
 * requests of its plugins' protocols alone. Answers as `root` does, by the shorter way where it went before.
 */
export function mountPluginRoutes(
  root: App,
  plugins: readonly LoadedPlugin[],
): (request: Request) => Response | Promise<Response> {
  const known = createRecentMap<App>(MOST_KNOWN)
  const own = root.routes.map(({ method, path }) => ({ method, path }))
  const parameters = new Map<string, string>()
  for (const [path, all] of byPath(plugins)) {
    for (const method of new Set(all.map((route) => route.method))) {
      const routes = all.filter((route) => route.method === method || route.method === EVERY)
      const place = `${method} ${path}`
      refuseOwn(place, routes[0]!, own)
      refuseClash(place, routes)
      refuseOtherName(place, routes[0]!.plugin.name, parameters)
      const isOpen = path.endsWith('*')
      root.route(method, path, ({ request }) => serve(request, routes, isOpen), { parse: 'none' })
    }
  }
  return (request) => (known.get(placeOf(request)) ?? root).fetch(request)

  function serve(request: Request, routes: readonly PluginRoute[], isOpen: boolean) {
    const best = bestOf(request, routes, isOpen)
    if (!best)
      return renderError(unknownPath(exchangeOf(request).url.pathname, root.routes), exchangeOf(request))
    const place = placeOf(request)
    if (place.length <= LONGEST_KNOWN) known.set(place, best.app)
    return best.app.fetch(request)
  }
}

const EVERY = 'ALL'

/** Most requests are for the same few places. */
const MOST_KNOWN = 256
const LONGEST_KNOWN = 256

/** All that decides which plugin's route a request is for. */
function placeOf(request: Request): string {
  const { protocol, url } = exchangeOf(request)
  return `${request.method} ${protocol?.name} ${url.pathname}`
}

function byPath(plugins: readonly LoadedPlugin[]): Map<string, PluginRoute[]> {
  const table = new Map<string, PluginRoute[]>()
  for (const plugin of plugins) {
    const { app } = plugin
    if (!app) continue
    for (const { method, path } of app.routes) {
      // A router takes the two for one.
      const plain = path.replace(/(?<=.)\/$/, '')
      table.set(plain, [...(table.get(plain) ?? []), { method, plugin, app }])
    }
  }
  return table
}

function refuseOwn(
  place: string,
  { plugin }: PluginRoute,
  own: readonly { readonly method: string; readonly path: string }[],
): void {
  const [method, path] = place.split(' ', 2)
  const isOwn = own.some((route) => route.path === path && (route.method === method || method === EVERY))
  if (!isOwn) return
  throw new SettingsError([
    `The plugin "${plugin.name}" serves ${place}, which is the gateway's own; switch it off`,
  ])
}

function refuseClash(place: string, routes: readonly PluginRoute[]): void {
  const plugins = [...new Set(routes.map(({ plugin }) => plugin))]
  if (plugins.length < 2 || plugins.every((plugin) => spokenBy(plugin) !== undefined)) return
  const names = plugins.map(({ name }) => `"${name}"`).join(' and ')
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

/** The route of whoever speaks as the request does; undefined where an open path is to nobody's protocol. */
function bestOf(request: Request, routes: readonly PluginRoute[], isOpen: boolean): PluginRoute | undefined {
  const spoken = exchangeOf(request).protocol?.name
  const own = routes.filter(({ plugin }) => spokenBy(plugin) === spoken)
  // What speaks a protocol that is another's is made for these very paths.
  const best = own.find(({ plugin }) => !plugin.hooks.protocol) ?? own[0]
  if (best) return best
  return isOpen && routes.every(({ plugin }) => plugin.hooks.protocol) ? undefined : routes[0]
}

function spokenBy({ hooks }: LoadedPlugin): string | undefined {
  return hooks.protocol?.name ?? hooks.speaks
}
