import type { Transport } from '../core/transport.ts'
import { createWays, type Ways, type WaysOptions } from '../core/ways/ways.ts'

const unused = () => Promise.reject(new Error('Nothing here opens a connection'))

/** A transport of which only what a test states is ever used. */
export function transportOf(changes: Partial<Transport> = {}): Transport {
  return { fetch: unused, openSocket: unused, ...changes }
}

/** Ways that open no connection; the direct one alone unless the settings name proxies. */
export function waysOf(
  settings: Partial<WaysOptions['settings']> = {},
  own: Readonly<Record<string, string>> = {},
  random = () => 0.5,
): Ways {
  return createWays({
    settings: { urls: [], byTag: {}, direct: false, assignment: 'stable', ...settings },
    own: new Map(Object.entries(own)),
    direct: transportOf(),
    createProxyTransport: () => transportOf(),
    random,
  })
}
