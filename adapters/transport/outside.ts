import { lookup } from 'node:dns/promises'
import { isIPv6, type LookupFunction } from 'node:net'
import type { Outside } from '../../core/outside.ts'
import { sendRequest } from './node-request.ts'

/** The straight way to hosts outside. A connection serves one request, so that none is found open under another name. */
export function createOutside(): Outside {
  return {
    async resolve(name) {
      const found = await lookup(name, { all: true })
      return found.map(({ address }) => address)
    },

    async send(url, addresses, request) {
      let failure: unknown = new Error('No address to send to')
      for (const address of addresses) {
        try {
          return await sendRequest(url.href, request, false, pinnedTo(address))
        } catch (thrown) {
          failure = thrown
          if (request.signal.aborted) break
        }
      }
      throw failure
    },
  }
}

/** Host and certificate are the URL's; only where they are is no longer asked. */
function pinnedTo(address: string): LookupFunction {
  const family = isIPv6(address) ? 6 : 4
  return (_name, options, done) =>
    options.all ? done(null, [{ address, family }]) : done(null, address, family)
}
