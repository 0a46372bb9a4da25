import type { Exchange } from './exchange.ts'

/** Headers of ours and of the protocols' that a browser's script may read. */
const EXPOSED = [
  'x-request-id',
  'request-id',
  'retry-after',
  'x-should-retry',
  'x-geminate-attempts',
  'x-geminate-overhead-ms',
  'x-geminate-notes',
  'x-goog-upload-url',
  'x-goog-upload-status',
  'x-goog-upload-chunk-granularity',
  'x-goog-upload-size-received',
].join(', ')

const METHODS = 'GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD'

/** Answers a browser's question whether it may call us: it may, from anywhere, without cookies. */
export function toPreflight(request: Request, id: string): Response {
  const asked = request.headers.get('access-control-request-headers')
  return new Response(null, {
    status: 204,
    headers: {
      'access-control-allow-origin': '*',
      'access-control-allow-methods': METHODS,
      'access-control-allow-headers': asked ?? 'authorization, content-type, x-goog-api-key, x-api-key',
      'access-control-max-age': '86400',
      vary: 'Access-Control-Request-Headers',
      'x-request-id': id,
    },
  })
}

/** Adds what every answer carries. */
export function withCommonHeaders(response: Response, exchange: Exchange): Response {
  try {
    return addHeaders(response, exchange)
  } catch {
    // A plugin may answer with what `fetch` gave it, whose headers cannot be changed.
    return addHeaders(new Response(response.body, response), exchange)
  }
}

function addHeaders(response: Response, { id, protocol, request }: Exchange): Response {
  response.headers.set('x-request-id', id)
  if (protocol?.idHeader) response.headers.set(protocol.idHeader, id)
  if (!request.headers.has('origin')) return response // it is no script of a browser that asks
  response.headers.set('access-control-allow-origin', '*')
  response.headers.set('access-control-expose-headers', EXPOSED)
  return response
}
