import type { Breakers } from '../call/breaker.ts'
import type { Log } from '../log/log.ts'
import type { Redactor } from '../log/redactor.ts'
import type { Pool } from '../pool/pool.ts'
import type { Settings } from '../settings/settings.ts'
import { keyFor } from './key-ways.ts'
import { createWayChecker, type WayChecker, type WayCheckerOptions } from './way-checker.ts'
import { startWayWatch, type WayWatch, type WayWatchOptions } from './way-watch.ts'
import type { Ways } from './ways.ts'

export interface WatchedWaysOptions
  extends Pick<WayCheckerOptions, 'baseUrl' | 'path' | 'headers' | 'now' | 'authorize'>,
    Pick<WayWatchOptions, 'later'> {
  readonly settings: Pick<Settings, 'proxies'>
  readonly ways: Ways
  readonly breakers: Breakers
  readonly pool: Pick<Pool, 'usable' | 'find'>
  readonly redactor: Redactor
  readonly log: Log
}

/** Watches the ways out as the settings want it, and lets others check them. */
export function watchWays(options: WatchedWaysOptions): WayWatch & { readonly checker: WayChecker } {
  const { settings, ways, breakers, pool, redactor, log, now, authorize, later } = options
  const checker = createWayChecker({
    baseUrl: options.baseUrl,
    path: options.path,
    headers: options.headers,
    exitAddressUrl: settings.proxies.exitAddressUrl,
    breakers,
    redactor,
    now,
    keyFor: (way) => keyFor(way, ways, pool),
    authorize,
  })
  const watch = startWayWatch({
    ways,
    breakers,
    checker,
    everyMilliseconds: settings.proxies.checkSeconds * 1000,
    later,
    returned: ({ name }) => log.info({ way: name }, 'A way out works again'),
  })
  return { ...watch, checker }
}
