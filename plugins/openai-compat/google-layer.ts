import { GatewayError } from '../../core/errors.ts'
import { withoutCredentials } from '../../core/http/credential.ts'
import { percentDecoded } from '../../core/http/percent-decoded.ts'
import type { NativeTarget } from '../../core/plugin.ts'

/** Where Google's own OpenAI layer is served: https://ai.google.dev/gemini-api/docs/openai */
export const LAYER_PATHS = ['/openai/*', '/v1beta/openai/*', '/v1/v1beta/openai/*'] as const

const PLACE = /^\/(?:v1\/)?(?:v1beta\/)?openai\/(?:v1(?:beta)?(?=\/|$)\/?)?/

/** Whether a path is of Google's own OpenAI layer. */
export function isLayerPath(pathname: string): boolean {
  return PLACE.test(pathname)
}

/**
 * What leaves something behind in the project of one key, for all clients of that key to see: nobody would know
 * afterwards whose it is and which key to ask.
 */
const LASTING = new Set(['batches', 'files', 'videos'])

/**
 * A path of Google's own OpenAI layer as Google takes it. Throws a GatewayError for one that leaves its place, and for
 * what belongs to a project.
 */
export function toLayerTarget(url: URL, method: string): NativeTarget {
  const place = url.pathname.replace(PLACE, '').replace(/\/+$/, '')
  const segments = percentDecoded(place).split('/')
  if (place === '' || segments.some((segment) => segment === '.' || segment === '..'))
    throw new GatewayError('not_found', `Google's OpenAI layer has nothing at ${url.pathname}`)
  const [collection = ''] = segments
  if (LASTING.has(collection))
    throw new GatewayError(
      'not_implemented',
      `${collection} are not passed to Google's OpenAI layer: use the Gemini API, which knows whose they are`,
    )
  // It may be asked again where nobody knows whether an attempt arrived, as any generation may.
  const isChat = method === 'POST' && place === 'chat/completions'
  return {
    path: `/v1beta/openai/${place}`,
    query: withoutCredentials(url.search),
    operation: isChat ? 'generateContent' : `openai/${collection}`,
    model: '',
    stream: false,
    modelInBody: true,
    credential: 'bearer',
  }
}
