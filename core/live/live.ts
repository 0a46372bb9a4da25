import { namesOf, readName } from '../call/call-names.ts'
import type { FlightOptions } from '../call/flight.ts'
import { type Flight, openFlight } from '../call/flight.ts'
import type { KeyLoopOptions } from '../call/key-loop.ts'
import type { UpstreamOptions, UpstreamRequest } from '../call/upstream.ts'
import { GatewayError } from '../errors.ts'
import type { LiveTarget } from '../gateway.ts'
import { type Exchange, exchangeOf } from '../http/exchange.ts'
import { toUpstreamHeaders } from '../http/passed-headers.ts'
import type { ModelCatalogue } from '../models/model-catalogue.ts'
import type { Ownership } from '../ownership/ownership.ts'
import { toResourceName } from '../ownership/resource-name.ts'
import type { Head } from '../plugin.ts'
import type { SocketHandler } from '../sockets.ts'
import { createConnect } from './connect.ts'
import { createDial } from './dial.ts'
import type { LiveLimits } from './live-clock.ts'
import { nameOfHandle } from './live-handles.ts'
import { createLiveSlots } from './live-slots.ts'
import { liveTokenOf } from './live-token.ts'
import { createSession, type Session } from './session.ts'
import type { Setup } from './setup-message.ts'

/** Live sessions: WebSockets that are relayed to Google with a key of the pool. */
export interface Live {
  /** Who answers a WebSocket; the request must be the one that the route was given. */
  open(request: Request, target: LiveTarget): SocketHandler
  /** Takes no more sessions and ends those that there are; settles when their clients know, within a second. */
  stop(): Promise<void>
}

export interface LiveOptions extends FlightOptions {
  readonly loop: Omit<KeyLoopOptions, 'upstream'>
  readonly upstream: Pick<UpstreamOptions, 'baseUrl' | 'headers' | 'authorize'>
  readonly ownership: Ownership
  readonly catalogue: Pick<ModelCatalogue, 'models' | 'seenBy'>
  readonly limits: FlightOptions['limits'] & LiveLimits
  /** Sessions that every project may have at once; 0 where only Google's refusals tell. */
  readonly sessionsPerProject: number
}

/** No session is open yet. */
export function createLive(options: LiveOptions): Live {
  const { loop, ownership, limits, catalogue } = options
  const { redactor, now } = loop
  const slots = createLiveSlots({ pool: loop.pool, perProject: options.sessionsPerProject, now })
  const dial = createDial(options.upstream)
  const connect = createConnect({ ...loop, pool: slots.pool }, dial)
  const sessions = new Set<Session>()
  let isStopped = false

  function explain(error: GatewayError): GatewayError {
    if (error.kind !== 'rate_limited' || !slots.isAnyFull()) return error
    return new GatewayError(
      'rate_limited',
      'No project has a free Live session now: all have as many as they may, or rest',
      { retryAfterSeconds: error.retryAfterSeconds ?? 1 },
    )
  }

  /** Not before its client is there: a handshake may still fail. */
  function begin(exchange: Exchange, target: LiveTarget): Session {
    const flight = openFlight(exchange, toHead(exchange, target), options)
    const token = liveTokenOf(exchange.url, exchange.request.headers)
    const toRequest = (_: Flight, setup: Setup) => toUpstreamRequest(flight, target, token, setup, ownership)
    const modelOf = async (flight: Flight, stated: string) =>
      (await readName(flight, namesOf(flight, { catalogue }), stated)).model
    const shared = {
      connect,
      ownership,
      limits,
      redactor,
      log: options.log,
      now,
      modelOf,
      toRequest,
      explain,
    }
    const session = createSession(flight, token, shared, () => sessions.delete(session))
    sessions.add(session)
    return session
  }

  return {
    open(request, target) {
      if (isStopped) throw new GatewayError('overloaded', 'The gateway stops', { retryAfterSeconds: 1 })
      const exchange = lasting(exchangeOf(request))
      let session: Session | undefined
      return {
        open(socket) {
          session = begin(exchange, target)
          session.handler.open?.(socket)
        },
        message: (socket, data) => session?.handler.message(socket, data),
        close: (socket, code, reason) => session?.handler.close?.(socket, code, reason),
      }
    },
    async stop() {
      isStopped = true
      const last = [...sessions]
      for (const session of last) session.leave(STOPPING)
      await Promise.race([Promise.all(last.map(({ parted }) => parted)), loop.wait(1_000, NEVER)])
    },
  }
}

const STOPPING = { code: 1012, reason: 'The gateway stops; the session can be resumed' }
const NEVER = new AbortController().signal

/** Deno takes a request's headers away once it has become a WebSocket. */
function lasting(exchange: Exchange): Exchange {
  const { headers } = exchange.request
  return { ...exchange, request: new Request(exchange.url, { headers: new Headers(headers) }) }
}

function toHead({ id, at, client, protocol, request }: Exchange, { operation }: LiveTarget): Head {
  return {
    id,
    at,
    protocol: protocol?.name ?? '',
    operation,
    model: '',
    stream: true,
    client,
    headers: request.headers,
  }
}

/** A session that goes on, or that a token was made for, belongs to one project. */
function toUpstreamRequest(
  flight: Flight,
  { path, query }: LiveTarget,
  token: string | undefined,
  { model, handle }: Setup,
  ownership: Ownership,
): UpstreamRequest {
  const named = [handle && nameOfHandle(handle), token && toResourceName(token)].filter((name) => !!name)
  flight.place = ownership.locate(flight.head.client, { body: named as readonly string[] })
  const credential = token === undefined ? '' : `${query === '' ? '?' : '&'}access_token=${token}`
  return {
    method: 'GET',
    path: path + query + credential,
    headers: toUpstreamHeaders(flight.exchange.request.headers),
    body: () => undefined,
    model: model || undefined,
    repeatable: true,
    project: flight.place?.project,
  }
}
