import type { GuardedFetch } from '../guarded-fetch.ts'
import type { ImageBed } from '../image-bed.ts'
import type { Log } from '../log/log.ts'
import type { Gateway, Host, HostSettings } from '../plugin.ts'
import type { Store } from '../store.ts'

/** What the gateway lends to its plugins. */
export interface PluginSurroundings {
  readonly store: Pick<Store, 'documents'>
  readonly log: Log
  readonly gateway: Gateway
  readonly fetch: GuardedFetch
  /** As `Host.imageBed`. */
  imageBed(name: string): ImageBed
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** What a timer can count to, in milliseconds; above it would run all the time. */
const LONGEST = 2 ** 31 - 1

/** A host for one plugin, and what ends all that it scheduled. */
export function createHost(
  name: string,
  { media }: HostSettings,
  { store, log, gateway, fetch, imageBed }: PluginSurroundings,
): { readonly host: Host; readonly stop: () => void } {
  let isStopped = false
  const timers = new Set<ReturnType<typeof setInterval>>()
  const own = log.child({ plugin: name })
  const scope = `plugin:${name}`
  const host: Host = {
    gateway,
    fetch,
    imageBed,
    settings: { media },
    store: {
      get: (document) => store.documents.get(scope, document),
      put: (document, value) => store.documents.put(scope, document, value),
      delete: (document) => store.documents.delete(scope, document),
      names: () => store.documents.names(scope),
    },
    log: (message, fields = {}) => own.info(fields, message),
    schedule(everySeconds, task) {
      // A set-up may be done later than anybody waits.
      if (isStopped) return
      const run = async () => task()
      const report = (err: unknown) => own.error({ err }, 'A scheduled task failed')
      timers.add(setInterval(() => run().catch(report), Math.min(everySeconds * 1000, LONGEST)))
    },
  }
  return {
    host,
    stop() {
      isStopped = true
      for (const timer of timers) clearInterval(timer)
    },
  }
}
