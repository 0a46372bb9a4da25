import type { Transport } from '../transport.ts'
import { type ProxyAddress, toProxyAddress } from './proxy-address.ts'
import { seedOf } from './rank.ts'
import { createWay, type Way } from './way.ts'

/** The ways through proxies, one for each address. */
export interface ProxyWays {
  /** In the order in which they were asked for first. */
  readonly all: readonly Way[]
  /** The way through a proxy whose address is good. */
  of(url: string): Way
}

/** No proxy yet. */
export function createProxyWays(createTransport: (proxy: ProxyAddress) => Transport): ProxyWays {
  const ways = new Map<string, Way>()
  const named = new Map<string, number>()

  function create(proxy: ProxyAddress): Way {
    const place = (named.get(proxy.name) ?? 0) + 1
    named.set(proxy.name, place)
    // Many proxies of one host and port differ in user or password alone.
    const suffix = place === 1 ? '' : ` #${place}`
    const name = proxy.name + suffix
    const masked = proxy.masked + suffix
    const transport = createTransport({ ...proxy, name })
    return createWay({ name, masked, isProxy: true, transport, seed: seedOf(proxy.url) })
  }

  return {
    get all() {
      return [...ways.values()]
    },
    of(url) {
      const proxy = toProxyAddress(url)
      const way = ways.get(proxy.url) ?? create(proxy)
      ways.set(proxy.url, way)
      return way
    },
  }
}
