/** What a request asks for. `operation` is Google's method name, `''` for a path that no API has. */
export interface Route {
  readonly version: string
  readonly operation: string
  /** Without `models/`; `''` where none is named. */
  readonly model: string
  /** Google's own OpenAI layer. */
  readonly isOpenAi: boolean
  /** A path of Vertex AI in express mode. */
  readonly isVertex: boolean
}

/** Resources that the real API has and this one does not keep; they answer with Google's JSON 404. */
const COLLECTIONS =
  /^(tunedModels|dynamic|files|cachedContents|batches|corpora|fileSearchStores|generatedFiles|operations|interactions|auth_tokens|models)(\/|:|$)/

/** Reads verb and path (as sent, without the query). */
export function routeOf(method: string, path: string): Route {
  return vertexRouteOf(method, path) ?? geminiRouteOf(method, path)
}

function geminiRouteOf(method: string, path: string): Route {
  const [, version = '', rest = ''] =
    /^\/(?:(?:upload|download)\/)?(v1|v1beta|v1alpha)\/(.*)$/.exec(path) ?? []
  const route = { version, operation: '', model: '', isOpenAi: false, isVertex: false }
  if (version === '') return route
  if (rest.startsWith('openai/')) return { ...route, operation: rest, isOpenAi: true }
  const [, model, operation] = /^((?:models|tunedModels|dynamic)\/[^/:]+):(\w+)$/.exec(rest) ?? []
  if (model && operation && method === 'POST') return { ...route, operation, model: toModelId(model) }
  if (method === 'GET') return { ...route, ...readingRoute(rest) }
  return COLLECTIONS.test(rest) ? { ...route, operation: 'other' } : route
}

function vertexRouteOf(method: string, path: string): Route | undefined {
  const [, version = '', rest = ''] = /^\/(v1|v1beta1)\/publishers\/google\/models(.*)$/.exec(path) ?? []
  if (version === '') return undefined
  const route = { version, operation: '', model: '', isOpenAi: false, isVertex: true }
  const [, model, operation] = /^\/([^/:]+):(\w+)$/.exec(rest) ?? []
  if (model && operation && method === 'POST') return { ...route, operation, model: toModelId(model) }
  if (method === 'GET' && rest === '') return { ...route, operation: 'listPublisherModels' }
  return route
}

function readingRoute(rest: string): Partial<Route> {
  if (rest === 'models') return { operation: 'listModels' }
  if (rest === 'files') return { operation: 'listFiles' }
  if (/^models\/[^/:]+$/.test(rest)) return { operation: 'getModel', model: toModelId(rest) }
  return COLLECTIONS.test(rest) ? { operation: 'other' } : {}
}

function toModelId(name: string): string {
  return decodeURIComponent(name.replace(/^models\//, ''))
}
