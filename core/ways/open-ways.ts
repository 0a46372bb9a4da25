import type { Rooms } from '../rooms.ts'
import type { Settings } from '../settings/settings.ts'
import { createWays, type Ways } from './ways.ts'

/** The ways out that the settings name, and those of keys with a proxy of their own. */
export function openWays(
  rooms: Rooms,
  settings: Settings,
  own: ReadonlyMap<string, string>,
  random: () => number,
): Ways {
  return createWays({
    settings: settings.proxies,
    own,
    direct: rooms.createTransport(),
    createProxyTransport: rooms.createProxyTransport,
    random,
  })
}
