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

  return async function serve(sent) {
    if (sent.method === 'OPTIONS') return toPreflight(sent, newId())
    const request = withReadableAddress(sent)
    const arrived = toExchange(request)
    try {
      const exchange = await admit(arrived)
      openExchange(exchange)
      return withCommonHeaders(await fetch(request), exchange.id)
    } catch (thrown) {
      const error = toGatewayError(thrown)
      if (error.kind === 'internal') {
        log.error({ err: error.cause, id: arrived.id }, 'A request failed outside its route')
      }
      return withCommonHeaders(renderError(error, arrived), arrived.id)
    }
  }

  function toExchange(request: Request): Exchange {
    const url = new URL(request.url)
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
    if (access === 'admin') return isAdmin(exchange) ? exchange : admitAdminLate(exchange)
    const client = options.hooks().authorizes ? undefined : knownClient(exchange)
    return client === undefined ? admitLate(exchange) : { ...exchange, client }
  }

  /** For a plugin that may name the client, and for a token that may have been made just now. */
  async function admitLate(exchange: Exchange): Promise<Exchange> {
    const hooks = options.hooks()
    const named = hooks.authorizes ? await hooks.authorize(exchange.request) : undefined
    const known = named?.name ?? knownClient(exchange)
    if (known !== undefined) return { ...exchange, client: known }
    await options.clients.refresh()
    return { ...exchange, client: knownClient(exchange) ?? refuseClient(exchange) }
  }

  function isAdmin({ request }: Exchange): boolean {
    return options.clients.identify(bearerOf(request.headers) ?? '')?.kind === 'admin'
  }

  async function admitAdminLate(exchange: Exchange): Promise<Exchange> {
    await options.clients.refresh()
    if (isAdmin(exchange)) return exchange
    if (options.clients.identify(bearerOf(exchange.request.headers) ?? '')) {
      throw new GatewayError('forbidden', 'This needs the admin token; a client token was sent')
    }
    throw new GatewayError('unauthenticated', 'This needs the admin token, as Authorization: Bearer')
  }

  function knownClient({ request, url }: Exchange): string | undefined {
    for (const credential of credentialsOf(request.headers, url)) {
      const holder = options.clients.identify(credential)
      if (holder?.kind === 'client') return holder.name
    }
    return undefined
  }

  function refuseClient({ request, url }: Exchange): never {
    const isAdmins = credentialsOf(request.headers, url).some((credential) =>
      options.clients.identify(credential),
    )
    if (isAdmins) throw new GatewayError('forbidden', 'This needs a client token; the admin token was sent')
    throw new GatewayError(
      'unauthenticated',
      'No valid client token: send one as Authorization: Bearer, x-goog-api-key, x-api-key or ?key=',
    )
  }
}

/** Without a host, or with one that is none (HTTP/1.0, health probes), only the path counts. */
function withReadableAddress(request: Request): Request {
  if (URL.canParse(request.url)) return request
  const path = /^(?:https?:\/\/[^/]*)?(\/.*)?$/i.exec(request.url)?.[1] ?? '/'
  return new Request(`http://localhost${path}`, request)
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
