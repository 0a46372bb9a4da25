import type { Model } from '../../core/canonical.ts'
import { GatewayError } from '../../core/errors.ts'
import type { Gateway } from '../../core/plugin.ts'
import { json } from './json.ts'
import { toModelPage } from './model-pages.ts'
import { isGeneration, toTarget } from './native-methods.ts'
import type { NativePath } from './native-path.ts'
import { hasVertexNames } from './vertex-prefix.ts'

/**
 * Answers a path below `/vertex-express`, with Vertex's keys. Google gives these keys models and their methods:
 * https://cloud.google.com/vertex-ai/generative-ai/docs/start/express-mode/vertex-ai-express-mode-api-reference
 */
export async function serveVertex(
  request: Request,
  url: URL,
  path: NativePath,
  gateway: Gateway,
): Promise<Response> {
  const { collection, model, action, media, path: place } = path
  const isList = LIST.test(place)
  if (collection !== 'models' || media || (model === '' && !isList)) throw notServed(url)
  const method = action === '' ? 'GET' : 'POST'
  if (request.method !== method && !(method === 'GET' && request.method === 'HEAD'))
    throw new GatewayError('method_not_allowed', `${url.pathname} takes ${method}, not ${request.method}`)
  if (action !== '') return callMethod(request, path, gateway)
  if (isList) return listModels(url, toModelPage(await gateway.models('vertex'), url.searchParams))
  const known = await gateway.model(request, model, 'vertex')
  if (known) return json(hasVertexNames(url.pathname) ? { ...known, name: vertexNameOf(known) } : known)
  throw new GatewayError('not_found', `${model} is not among the models that are listed as Vertex's`)
}

const LIST = /^\/\w+\/models$/

function callMethod(request: Request, path: NativePath, gateway: Gateway): Promise<Response> {
  const target = toTarget(path, request)
  return isGeneration(path) ? gateway.answer(request, target) : gateway.relay(request, target)
}

/** In the form of the API whose names the client used. */
function listModels({ pathname }: URL, { models, ...rest }: ReturnType<typeof toModelPage>): Response {
  if (!hasVertexNames(pathname)) return json({ models, ...rest })
  return json({ publisherModels: models.map((model) => ({ name: vertexNameOf(model) })), ...rest })
}

function vertexNameOf({ name }: Model): string {
  return `publishers/google/${name}`
}

/** Nothing of Vertex's is at the place of a request below `/vertex-express`; says what is. */
export function notServed({ pathname }: URL): GatewayError {
  return new GatewayError(
    'not_found',
    `Nothing is served at ${pathname}: Vertex Express has models and their methods alone, ` +
      '/vertex-express/v1beta/models/MODEL:METHOD. What else there is, is under /v1beta; clients of other protocols ' +
      'come to Vertex by the models under upstream.vertex.models',
  )
}
