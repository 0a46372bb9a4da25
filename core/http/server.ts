import type { Elysia } from 'elysia'
import { GatewayError, toGatewayError } from '../errors.ts'
import type { Log } from '../log/log.ts'
import type { Protocol, ProtocolRequest } from '../plugin.ts'
import type { HookChain } from '../plugins/hooks.ts'
import type { Clients } from './clients.ts'
import { toPreflight, withCommonHeaders } from './common-headers.ts'
import { bearerOf, credentialsOf } from './credential.ts'
import { type Exchange, openExchange } from './exchange.ts'
import { renderError } from './render-error.ts'

export interface ServerOptions {
  /** Every route there is. */
  readonly app: Elysia
  readonly clients: Clients
  readonly log: Log
  /** In the order in which they are asked. */
  protocols(): readonly Protocol[]
  hooks(): HookChain
}

/** Who may use a route. */
export type Access = 'open' | 'client' | 'admin'

/** From an HTTP request to its response: who speaks, who may, and the route. Never rejects. */
export function createServer(options: ServerOptions): (request: Request) => Promise<Response> {
  const { app, log } = options
  const { fetch } = app

  return async function serve(request) {
    if (request.method === 'OPTIONS') return toPreflight(request, newId())
    const arrived = toExchange(request)
    if (!arrived)
      return withCommonHeaders(new Response('The Host header is no host', { status: 400 }), newId())
    try {
      const exchange = await admit(arrived)
      openExchange(exchange)
      return withCommonHeaders(await fetch(request), exchange.id)
    } catch (thrown) {
      const error = toGatewayError(thrown)
      if (error.kind === 'internal')
        log.error({ err: error.cause, id: arrived.id }, 'A request failed outside its route')
      return withCommonHeaders(renderError(error, arrived), arrived.id)
    }
  }

  /** Undefined where the request's own address cannot be read. */
  function toExchange(request: Request): Exchange | undefined {
    const url = URL.parse(request.url)
    if (!url) return undefined
    const { method, headers } = request
    const protocol = options.protocols().find((each) => claimsSafely(each, { method, url, headers }))
    return { id: newId(), request, url, protocol, client: '', at: Date.now(), startedAt: performance.now() }
  }

  function claimsSafely(protocol: Protocol, request: ProtocolRequest): boolean {
    try {
      return protocol.claims(request)
    } catch (err) {
      log.error(
        { err, protocol: protocol.name },
        'A protocol failed at the question whether a request is its own',
      )
      return false
    }
  }

  /** Lets a request in, and names its client; closed is what nothing here opens. */
  function admit(exchange: Exchange): Exchange | Promise<Exchange> {
    const access = accessOf(exchange.request.method, exchange.url.pathname)
    if (access === 'open') return exchange
    if (access === 'admin') return admitAdmin(exchange)
    const hooks = options.hooks()
    return hooks.authorizes ? admitByPlugin(exchange, hooks) : { ...exchange, client: nameClient(exchange) }
  }

  async function admitByPlugin(exchange: Exchange, hooks: HookChain): Promise<Exchange> {
    const named = await hooks.authorize(exchange.request)
    return { ...exchange, client: named?.name ?? nameClient(exchange) }
  }

  function admitAdmin(exchange: Exchange): Exchange {
    const identity = options.clients.identify(bearerOf(exchange.request.headers) ?? '')
    if (identity?.kind === 'admin') return exchange
    if (identity) throw new GatewayError('forbidden', 'This needs the admin token; a client token was sent')
    throw new GatewayError('unauthenticated', 'This needs the admin token, as Authorization: Bearer')
  }

  function nameClient({ request, url }: Exchange): string {
    let admin = false
    for (const credential of credentialsOf(request.headers, url)) {
      const identity = options.clients.identify(credential)
      if (identity?.kind === 'client') return identity.name
      admin ||= identity?.kind === 'admin'
    }
    if (admin) throw new GatewayError('forbidden', 'This needs a client token; the admin token was sent')
    throw new GatewayError(
      'unauthenticated',
      'No valid client token: send one as Authorization: Bearer, x-goog-api-key, x-api-key or ?key=',
    )
  }
}

const OPEN = new Set(['/', '/healthz', '/health', '/readyz'])

/** Routes are closed unless they are named here. */
export function accessOf(method: string, path: string): Access {
  if (OPEN.has(path) && (method === 'GET' || method === 'HEAD')) return 'open'
  return path === '/admin' || path.startsWith('/admin/') ? 'admin' : 'client'
}

function newId(): string {
  return `req_${crypto.randomUUID().replaceAll('-', '')}`
}
