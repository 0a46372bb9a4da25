import type { Protocol } from '../plugin.ts'
import type { Generation } from '../plugins/generation.ts'

/** One HTTP request on its way through the gateway, with what the server found out about it. */
export interface Exchange {
  /** The `x-request-id` of the answer. */
  readonly id: string
  readonly request: Request
  readonly url: URL
  /** Who speaks; undefined where no protocol claims the request. */
  readonly protocol: Protocol | undefined
  /** The plugins that it began with, and ends with whatever is changed meanwhile. */
  readonly plugins: Generation
  /** The client's name; '' on open routes and for the admin. */
  readonly client: string
  /** Where the client is, as far as trusted proxies tell; '' where the runtime cannot say. */
  readonly address: string
  /** Milliseconds since 1970. */
  readonly at: number
  /** `performance.now()` at arrival. */
  readonly startedAt: number
}

/** A property, not a weak map: thousands of entries a second would keep the garbage collector busy. */
const EXCHANGE = Symbol('exchange')

interface KnownRequest extends Request {
  [EXCHANGE]?: Exchange
}

/** Keeps what the server knows of a request where the gateway finds it again. */
export function openExchange(exchange: Exchange): void {
  const request: KnownRequest = exchange.request
  request[EXCHANGE] = exchange
}

/** The exchange of a request; plugins must hand on the very request that their route was given. */
export function exchangeOf(request: KnownRequest): Exchange {
  const exchange = request[EXCHANGE]
  if (!exchange) throw new TypeError('Cannot answer a request that did not come through the server')
  return exchange
}
