import type { SocketRoute } from '../plugin.ts'
import { SettingsError } from '../settings/settings-error.ts'
import type { LoadedPlugin } from './loaded-plugin.ts'

/** Who answers a WebSocket at a path. */
export type PlacedSocket = readonly [path: string, route: SocketRoute]

/**
 * The WebSocket routes of all plugins, those of very paths first, then those of what lies below longer ones. Throws a
 * SettingsError where two plugins have the same path.
 */
export function socketRoutesOf(plugins: readonly Pick<LoadedPlugin, 'name' | 'hooks'>[]): PlacedSocket[] {
  const owners = new Map<string, string>()
  const routes = plugins.flatMap(({ name, hooks }) =>
    Object.entries(hooks.sockets ?? {}).map((placed) => {
      refuseTwin(placed[0], name, owners.get(placed[0]))
      owners.set(placed[0], name)
      return placed
    }),
  )
  return routes.sort(([one], [other]) => rankOf(other) - rankOf(one))
}

function refuseTwin(path: string, name: string, other: string | undefined): void {
  if (other === undefined) return
  throw new SettingsError([
    `The plugins "${other}" and "${name}" both answer WebSockets at ${path}; switch one of them off`,
  ])
}

function rankOf(path: string): number {
  return path.endsWith('*') ? path.length : Number.MAX_SAFE_INTEGER
}
