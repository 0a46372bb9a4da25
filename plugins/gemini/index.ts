import { GatewayError } from '../../core/errors.ts'
import { exchangeOf } from '../../core/http/exchange.ts'
import { definePlugin, type Gateway, type NativeTarget } from '../../core/plugin.ts'
import { COLLECTIONS, claims } from './claims.ts'
import { codec } from './codec.ts'
import { toModelPage } from './model-pages.ts'
import { type NativePath, parseNativePath } from './native-path.ts'

/** Google's own protocol: https://ai.google.dev/api */
export default definePlugin({
  name: 'gemini',
  api: 1,
  description: "Serves Google's own clients: the methods of the Gemini API under /v1beta, /v1 and /gemini.",
  setup: () => ({
    protocol: { name: 'gemini', claims, codec },
    routes(app, gateway) {
      for (const path of PATHS) app.all(path, ({ request }) => serve(request, gateway), { parse: 'none' })
    },
  }),
})

const PATHS = [
  '/v1beta/*',
  '/v1alpha/*',
  '/gemini/*',
  ...COLLECTIONS.flatMap((collection) => [`/v1/${collection}`, `/v1/${collection}/*`]),
]

/** Methods with one short answer, read whole so that a broken connection can move to another key. */
const SHORT = new Set(['countTokens', 'embedContent', 'batchEmbedContents'])

async function serve(request: Request, gateway: Gateway): Promise<Response> {
  const { url } = exchangeOf(request)
  const path = parseNativePath(url)
  if (!path) throw new GatewayError('not_found', `Nothing of Google's is served at ${url.pathname}`)
  if (request.method === 'POST' && GENERATION.has(path.action)) return gateway.answer(request, toTarget(path))
  if (request.method === 'GET' && path.collection === 'models' && path.action === '') {
    if (path.model === '') return json(toModelPage(await gateway.models(), url.searchParams))
    const model = (await gateway.models()).find(({ name }) => name === `models/${path.model}`)
    if (model) return json(model)
  }
  return gateway.relay(request, toTarget(path))
}

const GENERATION = new Set(['generateContent', 'streamGenerateContent'])

function toTarget({ path, query, action, collection, model }: NativePath): NativeTarget {
  const operation = GENERATION.has(action) ? 'generateContent' : action || collection
  const stream = action === 'streamGenerateContent'
  return { path, query, operation, model, stream, short: SHORT.has(action) }
}

function json(value: unknown): Response {
  return new Response(`${JSON.stringify(value, null, 2)}\n`, {
    headers: { 'content-type': 'application/json; charset=UTF-8' },
  })
}
