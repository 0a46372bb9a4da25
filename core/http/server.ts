import { GatewayError, isGatewayError, toGatewayError } from '../errors.ts'
import type { Log } from '../log/log.ts'
import type { Protocol, ProtocolRequest } from '../plugin.ts'
import type { Generation } from '../plugins/generation.ts'
import { isAtSocket } from '../plugins/socket-routes.ts'
import { type AcceptedSocket, isUpgrade, type Peer } from '../runtime.ts'
import type { AddressList } from './address-list.ts'
import { type Addressed, withoutBasePath } from './base-path.ts'
import { clientAddress } from './client-address.ts'
import type { Clients } from './clients.ts'
import { toPreflight, withCommonHeaders } from './common-headers.ts'
import { bearerOf, credentialsOf } from './credential.ts'
import { type Exchange, openExchange } from './exchange.ts'
import { renderError } from './render-error.ts'
import { toSafeHandler } from './safe-socket.ts'
import { withTidyPath } from './tidy-path.ts'

export interface ServerOptions {
  readonly clients: Clients
  readonly log: Log
  /** What every path begins with; '' for nothing. */
  readonly basePath: string
  /** Whose word on where a client is counts. */
  readonly isTrusted: AddressList
  /** The plugins as they are now, with every route there is. */
  plugins(): Generation
  /** The client that a WebSocket names by a credential of another kind than a client's token. */
  socketClient(request: Request, url: URL): string | undefined
  /** The client that an address was given to, where it is as good as a token: uploads go on at such. */
  addressee(url: URL): string | undefined
}

/** Who may use a route. */
export type Access = 'open' | 'client' | 'admin'

/** What the runtime asks about each request. Neither rejects. */
export interface HttpServer {
  /** From a request to its response: who speaks, who may, and the route. */
  fetch(request: Request, peer: Peer): Promise<Response>
  /** From a request to be a WebSocket to who answers it, or the refusal. */
  upgrade(request: Request, peer: Peer): Promise<AcceptedSocket | Response>
}

/** The gateway's door. */
export function createServer(options: ServerOptions): HttpServer {
  const { log, basePath } = options

  return {
    fetch(sent, peer) {
      if (sent.method === 'OPTIONS') return Promise.resolve(toPreflight(sent, newId()))
      return answer(sent, peer, async (exchange) =>
        withCommonHeaders(await exchange.plugins.fetch(exchange.request), exchange),
      )
    },
    upgrade: (sent, peer) => answer(sent, peer, openSocket),
  }

  async function answer<T>(
    sent: Request,
    peer: Peer,
    run: (exchange: Exchange) => Promise<T>,
  ): Promise<T | Response> {
    const whole = withAddress(sent)
    const below = basePath === '' ? whole : withoutBasePath(whole, basePath)
    const inner = below && withTidyPath(below)
    const arrived = toExchange(inner ?? whole, peer)
    arrived.plugins.hold()
    try {
      if (!inner) throw new GatewayError('not_found', `Nothing is served outside ${basePath}`)
      const exchange = await admit(arrived)
      openExchange(exchange)
      return await run(exchange)
    } catch (thrown) {
      const error = toGatewayError(thrown)
      if (error.kind === 'internal') {
        const message = isGatewayError(thrown) ? thrown.message : 'A request failed outside its route'
        log.error({ err: error.cause, id: arrived.id }, message)
      }
      return withCommonHeaders(renderError(error, arrived), arrived)
    } finally {
      arrived.plugins.release()
    }
  }

  async function openSocket({ request, url, client, id, plugins }: Exchange): Promise<AcceptedSocket> {
    const place = plugins.sockets.find(({ path }) => isAtSocket(url.pathname, path))
    if (!place) throw new GatewayError('not_found', `No WebSocket is served at ${url.pathname}`)
    const { plugin } = place
    const handler = toSafeHandler(await place.accept(request, { name: client }), log.child({ id, plugin }))
    plugins.hold()
    return {
      ...handler,
      close(socket, code, reason) {
        handler.close?.(socket, code, reason)
        plugins.release()
      },
      lost: plugins.release,
    }
  }

  function toExchange({ request, url }: Addressed, peer: Peer): Exchange {
    const { method, headers } = request
    const id = newId()
    const plugins = options.plugins()
    const protocol = plugins.protocols.find((each) => claimsSafely(each, { id, method, url, headers }))
    const address = clientAddress(peer.address, headers, options.isTrusted)
    const startedAt = performance.now()
    return { id, request, url, protocol, plugins, client: '', address, at: Date.now(), startedAt }
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
    const { method } = exchange.request
    if (method === 'TRACE' || method === 'CONNECT')
      throw new GatewayError('method_not_allowed', `${method} is not served`)
    const access = accessOf(method, exchange.url.pathname)
    if (access === 'open') return exchange
    if (access === 'admin') return isAdmin(exchange) ? exchange : admitAdminLate(exchange)
    const client = exchange.plugins.hooks.authorizes ? undefined : knownClient(exchange)
    return client === undefined ? admitLate(exchange) : { ...exchange, client }
  }

  /** For a plugin that may name the client, and for a token that may have been made just now. */
  async function admitLate(exchange: Exchange): Promise<Exchange> {
    const { hooks } = exchange.plugins
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
    const credentials = credentialsOf(request.headers, url)
    for (const credential of credentials) {
      const holder = options.clients.identify(credential)
      if (holder?.kind === 'client') return holder.name
    }
    if (isUpgrade(request)) return options.socketClient(request, url)
    return credentials.length === 0 ? options.addressee(url) : undefined
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
function withAddress(sent: Request): Addressed {
  const stated = URL.parse(sent.url)
  if (stated) return { request: sent, url: stated }
  const path = /^(?:https?:\/\/[^/]*)?(\/.*)?$/i.exec(sent.url)?.[1] ?? '/'
  const url = new URL(`http://localhost${path}`)
  return { request: new Request(url, sent), url }
}

const OPEN = new Set(['/', '/healthz', '/health', '/readyz'])

/** The list of keys lies outside of `/admin`, since some tools look for it there. */
const ADMIN = ['/admin', '/v1/keys/list']

/** Routes are closed unless they are named here. */
function accessOf(method: string, path: string): Access {
  if (OPEN.has(path) && (method === 'GET' || method === 'HEAD')) return 'open'
  // A route is also served with a slash behind it.
  return ADMIN.some((place) => `${path}/`.startsWith(`${place}/`)) ? 'admin' : 'client'
}

/** Begins with the time, so that the log's index grows at its end: ids in no order cost a call thrice the writing. */
function newId(): string {
  const time = Date.now().toString(16).padStart(12, '0')
  const uuid = crypto.randomUUID()
  return `req_${time}${uuid.slice(14, 18)}${uuid.slice(19, 23)}${uuid.slice(24)}`
}
