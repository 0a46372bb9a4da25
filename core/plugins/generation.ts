import type { Log } from '../log/log.ts'
import type { Protocol } from '../plugin.ts'
import { createHookChain, type HookChain } from './hooks.ts'
import type { LoadedPlugin } from './loaded-plugin.ts'
import { type PlacedSocket, socketRoutesOf } from './socket-routes.ts'

/** All plugins as they are at one time. A request keeps to the one that it began with. */
export interface Generation {
  readonly plugins: readonly LoadedPlugin[]
  readonly hooks: HookChain
  /** In the order in which they are asked. */
  readonly protocols: readonly Protocol[]
  /** In the order in which they are asked. */
  readonly sockets: readonly PlacedSocket[]
  /** Every route there is, the gateway's own too. */
  fetch(request: Request): Response | Promise<Response>
  /** To be called by what needs these plugins for a while, and `release` once when it needs them no more. */
  hold(): void
  release(): void
  /** Settles when nothing holds them. */
  drained(): Promise<void>
}

/** Sees plugins that were set up as one; `fetch` has their routes. Throws as `socketRoutesOf` does. */
export function createGeneration(
  plugins: readonly LoadedPlugin[],
  fetch: Generation['fetch'],
  log: Log,
): Generation {
  let holders = 0
  let waiting: (() => void)[] = []

  return {
    plugins,
    fetch,
    hooks: createHookChain(plugins, log),
    protocols: plugins.flatMap(({ hooks: { protocol } }) => protocol ?? []),
    sockets: socketRoutesOf(plugins),
    hold() {
      holders++
    },
    release() {
      if (--holders > 0) return
      for (const settle of waiting) settle()
      waiting = []
    },
    drained() {
      return new Promise((resolve) => {
        if (holders === 0) resolve()
        else waiting.push(resolve)
      })
    },
  }
}
