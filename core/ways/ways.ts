import type { Key } from '../keys.ts'
import type { Settings } from '../settings/settings.ts'
import type { Transport } from '../transport.ts'
import type { ProxyAddress } from './proxy-address.ts'
import { createProxyWays } from './proxy-ways.ts'
import { rankOf, seedOf } from './rank.ts'
import { createDirectWay, createNoWay, type Way } from './way.ts'

/** The ways out to Google, and which key goes which. */
export interface Ways {
  /** Proxies in the order of the settings, then direct where it may be used. */
  readonly all: readonly Way[]
  /** The one way there is; undefined where there are several. */
  readonly only: Way | undefined
  /**
   * The way that the key prefers among those that are good: its own proxy alone where it has one; else those of its
   * tags, else the global ones, and direct after all of them where that is allowed. Undefined where none is good.
   */
  choose(key: WayFarer, isGood: (way: Way) => boolean): Way | undefined
  /** From now on the key goes through this proxy alone, whose address must be good; by those of all without one. */
  assign(keyId: string, proxy: string | undefined): void
}

/** What of a key says where it goes. */
export type WayFarer = Pick<Key, 'id' | 'tags'>

export interface WaysOptions {
  readonly settings: Pick<Settings['proxies'], 'urls' | 'byTag' | 'direct' | 'assignment'>
  /** Key id → the address of its own proxy. */
  readonly own: ReadonlyMap<string, string>
  readonly direct: Transport
  createProxyTransport(proxy: ProxyAddress): Transport
  /** From 0 up to 1. */
  readonly random: () => number
}

/** The ways that a key may go. */
interface Choice {
  readonly proxies: readonly Way[]
  /** Comes after all proxies. */
  readonly last: Way | undefined
}

/** The ways that the settings name; the direct one alone where they name no proxy at all. */
export function createWays({ settings, own, direct, random, ...options }: WaysOptions): Ways {
  const proxies = createProxyWays(options.createProxyTransport)
  const everyones = [...new Set(settings.urls.map(proxies.of))]
  const tagged = Object.entries(settings.byTag).map(([tag, urls]) => [tag, urls.map(proxies.of)] as const)
  const owned = new Map([...own].map(([keyId, url]) => [keyId, toOwn(url)]))
  const last = settings.direct || proxies.all.length === 0 ? createDirectWay(direct) : undefined
  const untagged = toChoice(everyones)
  const isRandom = settings.assignment === 'random'

  let all: readonly Way[] = []
  let only: Way | undefined
  arrange()

  function arrange(): void {
    all = [...proxies.all, ...(last ? [last] : [])]
    only = all.length === 1 && (untagged.proxies[0] ?? untagged.last) === all[0] ? all[0] : undefined
  }

  function toOwn(url: string): Choice {
    return { proxies: [proxies.of(url)], last: undefined }
  }

  /** A key for which there is nothing must not go out directly instead. */
  function toChoice(ways: readonly Way[]): Choice {
    return { proxies: ways, last: last ?? (ways.length === 0 ? createNoWay() : undefined) }
  }

  function choiceOf({ id, tags }: WayFarer): Choice {
    const mine = owned.get(id)
    if (mine) return mine
    if (tagged.length === 0) return untagged
    const ways = tagged.flatMap(([tag, ways]) => (tags.includes(tag) ? ways : []))
    return ways.length > 0 ? toChoice(ways) : untagged
  }

  return {
    get all() {
      return all
    },
    get only() {
      return only
    },
    choose(key, isGood) {
      const choice = choiceOf(key)
      const keySeed = seedOf(key.id)
      let best: Way | undefined
      let highest = -1
      for (const way of choice.proxies) {
        if (!isGood(way)) continue
        const rank = isRandom ? random() : rankOf(keySeed, way.seed)
        if (rank > highest) [best, highest] = [way, rank]
      }
      if (best) return best
      return choice.last && isGood(choice.last) ? choice.last : undefined
    },
    assign(keyId, proxy) {
      if (proxy === undefined) owned.delete(keyId)
      else owned.set(keyId, toOwn(proxy))
      arrange()
    },
  }
}
