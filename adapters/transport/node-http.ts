import http from 'node:http'
import https from 'node:https'
import type { Socket } from 'node:net'
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
        ? send(https.request, { agent: agents['https:'] }, url, init)
        : send(http.request, { agent: agents['http:'] }, url, init),
  }
}

/** Sends one request, by the connection that `options` describe; resolves when the headers are there. */
export function send(
  request: typeof http.request,
  options: Pick<http.RequestOptions, 'agent' | 'lookup'>,
  url: string,
  { method, headers, body, signal }: TransportRequest,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { ...options, method, headers, signal }, (answer) =>
      resolve(toResponse(answer)),
    )
    sent.once('socket', (socket) => tame(sent, socket))
    sent.on('error', reject)
    sent.end(body)
  })
}

/**
 * Deno sends a request again, body and all, when a kept connection breaks or is cut before an answer, but
 * not where the connection passes for a new one: whether a call is sent again is the key loop's to say. And
 * an error of a connection that has just brought a whole answer would end the process: nobody listens to it.
 */
function tame(sent: http.ClientRequest, socket: Socket): void {
  if (!sent.reusedSocket) socket.on('error', () => {})
  sent.reusedSocket = false
}

function toResponse(answer: http.IncomingMessage): Response {
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
