import type { Gateway } from '../plugin.ts'

/** A gateway that serves nobody: a plugin may hold on to it where it is set up but not to be used. */
export const CLOSED: Gateway = {
  answer: async () => refuse(),
  convert: async () => refuse(),
  relay: async () => refuse(),
  clientOf: () => ({ name: '' }),
  list: async () => refuse(),
  upload: async () => refuse(),
  refuse,
  models: async () => [],
}

function refuse(): Response {
  return new Response(null, { status: 503 })
}
