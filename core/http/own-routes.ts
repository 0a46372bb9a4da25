import type { Elysia } from 'elysia'
import type { AdminRequest, AdminRoute } from '../admin/admin-route.ts'
import { toGatewayError } from '../errors.ts'
import type { Log } from '../log/log.ts'
import type { Pool } from '../pool/pool.ts'
import { VERSION } from '../version.ts'
import { exchangeOf } from './exchange.ts'
import { renderError } from './render-error.ts'
import { unknownPath } from './unknown-path.ts'

export interface OwnRoutesOptions {
  /** The keys of each service. */
  readonly pools: readonly Pick<Pool, 'usable' | 'returnsAt' | 'total'>[]
  readonly log: Log
  /** What only the admin token opens. */
  readonly admin: readonly AdminRoute[]
}

/** The routes that are the gateway's own: a sign of life, readiness, and the admin's. */
export function mountOwnRoutes(app: Elysia, { pools, log, admin }: OwnRoutesOptions): void {
  const alive = () => Response.json({ name: 'geminate', version: VERSION })
  const healthy = () => Response.json({ status: 'ok' })
  const bare = { parse: 'none' } as const

  app
    .get('/', alive, bare)
    .get('/healthz', healthy, bare)
    .get('/health', healthy, bare)
    .get('/readyz', () => toReadiness(pools), bare)
    .onError(({ error, code, request }) => {
      const exchange = exchangeOf(request)
      if (code === 'NOT_FOUND') return renderError(unknownPath(exchange.url.pathname, app.routes), exchange)
      const shown = toGatewayError(error)
      if (shown.kind === 'internal') log.error({ err: shown.cause, id: exchange.id }, 'A route failed')
      return renderError(shown, exchange)
    })
  for (const { method, path, answer } of admin) {
    app.route(method, path, ({ request, params }) => answer(toAdminRequest(request, params)), bare)
  }
}

/** Elysia knows no parameters where the path has none. */
function toAdminRequest(
  request: Request,
  params: Readonly<Record<string, string>> | undefined,
): AdminRequest {
  const { url, id: requestId } = exchangeOf(request)
  return { request, url, requestId, id: params?.id ?? '' }
}

/** Ready is a gateway that has a key it can use now, or that returns by itself. */
function toReadiness(pools: OwnRoutesOptions['pools']): Response {
  const query = { model: undefined }
  const usable = sum(pools.map((pool) => pool.usable(query).size))
  const isReady = usable > 0 || pools.some((pool) => pool.returnsAt(query) !== undefined)
  return Response.json(
    { status: isReady ? 'ok' : 'no usable keys', usable, keys: sum(pools.map(({ total }) => total)) },
    { status: isReady ? 200 : 503 },
  )
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0)
}
