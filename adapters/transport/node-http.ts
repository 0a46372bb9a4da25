import http from 'node:http'
import https from 'node:https'
import { Readable } from 'node:stream'
import type { Transport, TransportRequest } from '../../core/transport.ts'

/** A way out through `node:http`, which knows no bound on the number of open requests. It never follows redirects. */
export function createNodeTransport(): Transport {
  const agents = {
    'http:': new http.Agent({ keepAlive: true }),
    'https:': new https.Agent({ keepAlive: true }),
  }
  return {
    fetch: (url, init) =>
      url.startsWith('https:')
        ? send(https.request, agents['https:'], url, init)
        : send(http.request, agents['http:'], url, init),
  }
}

function send(
  request: typeof http.request,
  agent: http.Agent,
  url: string,
  { method, headers, body, signal }: TransportRequest,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, agent, signal }, (answer) => resolve(toResponse(answer)))
    sent.on('error', reject)
    sent.end(body)
  })
}

/** An answer of `node:http` as a `Response`. */
export function toResponse(answer: http.IncomingMessage): Response {
  const status = answer.statusCode ?? 502
  const headers = new Headers()
  for (const [name, values] of Object.entries(answer.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value)
  }
  const isBare = status === 204 || status === 304
  if (isBare) answer.resume()
  return new Response(isBare ? null : (Readable.toWeb(answer) as unknown as ReadableStream), {
    status,
    headers,
  })
}
