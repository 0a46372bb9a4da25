import type { Elysia } from 'elysia'
import type { ProxyRoute } from '../admin/proxy-routes.ts'
import { GatewayError, toGatewayError } from '../errors.ts'
import type { Log } from '../log/log.ts'
import type { KeyRing } from '../pool/key-ring.ts'
import type { KeyView } from '../pool/key-view.ts'
import type { Pool } from '../pool/pool.ts'
import { VERSION } from '../version.ts'
import { exchangeOf } from './exchange.ts'
import { renderError } from './render-error.ts'

export interface OwnRoutesOptions {
  readonly pool: Pool
  readonly keyRing: KeyRing
  readonly log: Log
  /** What only the admin token opens. */
  readonly admin: readonly ProxyRoute[]
}

/** The routes that are the gateway's own: a sign of life, readiness, and what the admin sees of the keys. */
export function mountOwnRoutes(app: Elysia, { pool, keyRing, log, admin }: OwnRoutesOptions): void {
  const alive = () => Response.json({ name: 'geminate', version: VERSION })
  const healthy = () => Response.json({ status: 'ok' })
  const bare = { parse: 'none' } as const

  app
    .get('/', alive, bare)
    .get('/healthz', healthy, bare)
    .get('/health', healthy, bare)
    .get('/readyz', () => toReadiness(pool), bare)
    .get(
      '/admin/api/keys',
      ({ request }) => toKeyPage(pool, keyRing, exchangeOf(request).url.searchParams),
      bare,
    )
    .onError(({ error, code, request }) => {
      const exchange = exchangeOf(request)
      if (code === 'NOT_FOUND') return renderError(toNotFound(exchange.url.pathname), exchange)
      const shown = toGatewayError(error)
      if (shown.kind === 'internal') log.error({ err: shown.cause, id: exchange.id }, 'A route failed')
      return renderError(shown, exchange)
    })
  for (const { method, path, answer } of admin) app.route(method, path, answer, bare)
}

/** Ready is a gateway that has a key it can use now, or that returns by itself. */
function toReadiness(pool: Pool): Response {
  const query = { model: undefined }
  const usable = pool.usable(query).size
  const isReady = usable > 0 || pool.returnsAt(query) !== undefined
  return Response.json(
    { status: isReady ? 'ok' : 'no usable keys', usable, keys: pool.total },
    { status: isReady ? 200 : 503 },
  )
}

function toKeyPage(pool: Pool, keyRing: KeyRing, query: URLSearchParams): Response {
  const limit = toCount(query, 'limit', 50, 1_000)
  const offset = toCount(query, 'offset', 0, Number.MAX_SAFE_INTEGER)
  const state = query.get('state')
  const keys = pool.list().filter((key) => state === null || key.state === state)
  const items = keys.slice(offset, offset + limit).map((key) => toItem(key, keyRing))
  return Response.json({ items, total: keys.length }, { headers: { 'cache-control': 'no-store' } })
}

function toItem(key: KeyView, keyRing: KeyRing) {
  return { ...key, masked: keyRing.masked(key) }
}

function toCount(query: URLSearchParams, name: string, fallback: number, most: number): number {
  const text = query.get(name)
  const count = text === null ? fallback : Number(text)
  if (Number.isInteger(count) && count >= 0) return Math.min(count, most)
  throw new GatewayError('invalid_request', `"${name}" must be a whole number, not "${text}"`, {
    param: name,
  })
}

function toNotFound(path: string): GatewayError {
  return new GatewayError(
    'not_found',
    `Nothing is served at ${path}; the Gemini API is under /v1beta, /v1 and /gemini`,
  )
}
