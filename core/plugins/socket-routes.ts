import type { Client, SocketRoute } from '../plugin.ts'
import { SettingsError } from '../settings/settings-error.ts'
import type { SocketHandler } from '../sockets.ts'
import { handedOn } from './handed-on.ts'
import type { HookedPlugin } from './loaded-plugin.ts'
import { blamed, runHookAsync } from './run-hook.ts'

/** Who answers a WebSocket at a path. */
export interface PlacedSocket {
  /** Without a slash at the end; one that ends with `*` takes all below it. */
  readonly path: string
  readonly plugin: string
  /** As `SocketRoute`; rejects with a GatewayError that names the plugin where it fails. */
  accept(request: Request, client: Client): Promise<SocketHandler>
}

/**
 * The WebSocket routes of all plugins, those of very paths first, then those of what lies below longer ones. Throws a
 * SettingsError where two plugins have the same path.
 */
export function socketRoutesOf(plugins: readonly HookedPlugin[]): PlacedSocket[] {
  const owners = new Map<string, string>()
  const routes = plugins.flatMap((plugin) =>
    Object.entries(plugin.hooks.sockets ?? {}).map(([stated, route]) => {
      const path = withoutSlash(stated)
      refuseTwin(path, plugin.name, owners.get(path))
      owners.set(path, plugin.name)
      return placed(path, plugin, route)
    }),
  )
  return routes.sort((one, other) => rankOf(other.path) - rankOf(one.path))
}

/** Whether a WebSocket at a path of the request is for whom `place` names. */
export function isAtSocket(path: string, place: string): boolean {
  const plain = path.replaceAll(/\/{2,}/g, '/')
  return place.endsWith('*') ? plain.startsWith(place.slice(0, -1)) : withoutSlash(plain) === place
}

function withoutSlash(path: string): string {
  return path.replace(/(?<=.)\/$/, '')
}

function placed(path: string, plugin: HookedPlugin, route: SocketRoute): PlacedSocket {
  return {
    path,
    plugin: plugin.name,
    async accept(request, client) {
      const run = () => route(request, client)
      const handler = await runHookAsync(plugin, 'sockets', run, { check: handedOn.socketHandler })
      if (handler) return handler
      throw blamed(plugin, 'sockets', undefined) // nothing can go on without it
    },
  }
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
