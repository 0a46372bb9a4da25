import { FetchError, type GuardedFetch } from '../guarded-fetch.ts'
import type { Log } from '../log/log.ts'
import type { Gateway } from '../plugin.ts'
import type { Store } from '../store.ts'
import type { PluginSurroundings } from './plugin-host.ts'

/** For plugins that are set up but not to be used. */
export function closedSurroundings(store: Store, log: Log): PluginSurroundings {
  return { store, log, gateway: CLOSED, fetch: OFFLINE, imageBed: noImageBed, now: Date.now }
}

/** A gateway that serves nobody; a plugin may hold on to it. */
const CLOSED: Gateway = {
  answer: async () => refuse(),
  convert: async () => refuse(),
  relay: async () => refuse(),
  clientOf: () => ({ name: '' }),
  list: async () => refuse(),
  upload: async () => refuse(),
  compose: async () => refuse(),
  call: async () => {
    throw new Error('This gateway serves nobody')
  },
  refuse,
  live: () => {
    throw new Error('This gateway serves nobody')
  },
  models: async () => [],
  model: async () => undefined,
}

const OFFLINE: GuardedFetch = async () => {
  throw new FetchError('unreachable', 'this gateway serves nobody')
}

function refuse(): Response {
  return new Response(null, { status: 503 })
}

function noImageBed(): never {
  throw new Error('This gateway keeps no pictures')
}
