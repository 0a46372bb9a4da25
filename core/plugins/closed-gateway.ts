import { FetchError, type GuardedFetch } from '../guarded-fetch.ts'
import type { Gateway } from '../plugin.ts'

/** A gateway that serves nobody: a plugin may hold on to it where it is set up but not to be used. */
export const CLOSED: Gateway = {
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
}

/** The way outside of plugins that are set up but not to be used: there is none. */
export const OFFLINE: GuardedFetch = async () => {
  throw new FetchError('unreachable', 'this gateway serves nobody')
}

function refuse(): Response {
  return new Response(null, { status: 503 })
}
