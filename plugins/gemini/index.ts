import { GatewayError } from '../../core/errors.ts'
import { exchangeOf } from '../../core/http/exchange.ts'
import { definePlugin, type Gateway } from '../../core/plugin.ts'
import type { SocketHandler } from '../../core/sockets.ts'
import { claims } from './claims.ts'
import { codec } from './codec.ts'
import { json } from './json.ts'
import { toLiveTarget } from './live-path.ts'
import { toModelPage } from './model-pages.ts'
import { isGeneration, toListing, toTarget } from './native-methods.ts'
import { type NativePath, parseNativePath } from './native-path.ts'
import { notServed as notServedByVertex, serveVertex } from './vertex-express.ts'

/** Google's own protocol: https://ai.google.dev/api */
export default definePlugin({
  name: 'gemini',
  api: 1,
  description:
    "Serves Google's own clients: every method of the Gemini API under /v1beta, /v1, /v1alpha, /upload, /download, /ws and /gemini, and Vertex Express's under /vertex-express.",
  setup: (_, host) => ({
    protocol: { name: 'gemini', claims, codec },
    sockets: Object.fromEntries(
      ['/ws/*', '/gemini/ws/*'].map((path) => [path, (request: Request) => talk(request, host.gateway)]),
    ),
    routes(app, gateway) {
      for (const path of PATHS) app.all(path, ({ request }) => serve(request, gateway), { parse: 'none' })
    },
  }),
})

const PATHS = [
  '/v1beta/*',
  '/v1alpha/*',
  '/gemini/*',
  '/vertex-express/*',
  '/upload/*',
  '/download/*',
  '/v1/*',
  // Others have these as well; where two plugins name the very same path, their claims decide.
  ...['models', 'files', 'batches', 'decisions'].flatMap((collection) => [
    `/v1/${collection}`,
    `/v1/${collection}/*`,
  ]),
]

async function serve(request: Request, gateway: Gateway): Promise<Response> {
  const { url } = exchangeOf(request)
  const path = parseNativePath(url)
  if (!path && url.pathname.startsWith('/vertex-express')) throw notServedByVertex(url)
  if (!path || !isServed(url, request))
    throw new GatewayError('not_found', `Nothing is served at ${url.pathname}`)
  if (path.upstream === 'vertex') return serveVertex(request, url, path, gateway)
  if (path.media === 'upload') return gateway.upload(request, toTarget(path, request))
  if (request.method === 'POST' && isGeneration(path)) return gateway.answer(request, toTarget(path, request))
  const models = await answerFromCatalogue(request, url, path, gateway)
  if (models) return models
  const listing = request.method === 'GET' ? toListing(path) : undefined
  if (listing) return gateway.list(request, toTarget(path, request), listing)
  return gateway.relay(request, toTarget(path, request))
}

/** Below `/v1`, where others are served too, a route of ours may be given what is not ours. */
function isServed(url: URL, { headers }: Request): boolean {
  return !url.pathname.startsWith('/v1/') || claims({ url, headers })
}

function talk(request: Request, gateway: Gateway): SocketHandler {
  const { pathname } = new URL(request.url)
  const target = toLiveTarget(exchangeOf(request).url)
  if (!target) throw new GatewayError('not_found', `No WebSocket is served at ${pathname}`)
  return gateway.live(request, target)
}

async function answerFromCatalogue(
  request: Request,
  url: URL,
  { path, collection, model, action, media }: NativePath,
  gateway: Gateway,
): Promise<Response | undefined> {
  if (request.method !== 'GET' || collection !== 'models' || action !== '' || media) return undefined
  if (/^\/\w+\/models$/.test(path)) return json(toModelPage(await gateway.models(), url.searchParams))
  if (model === '') return undefined
  const known = await gateway.model(request, model)
  return known && json(known)
}
