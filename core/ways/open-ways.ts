import type { Rooms } from '../rooms.ts'
import type { Settings } from '../settings/settings.ts'
import { ownProxies } from './key-ways.ts'
import { createWays, type Ways } from './ways.ts'

/** The ways out that the settings name. */
export function openWays(rooms: Rooms, settings: Settings, random: () => number): Ways {
  return createWays({
    settings: settings.proxies,
    own: ownProxies(settings.keys),
    direct: rooms.createTransport(),
    createProxyTransport: rooms.createProxyTransport,
    random,
  })
}
