import { Buffer } from 'node:buffer'
import http from 'node:http'
import https from 'node:https'
import type { LookupFunction, Socket } from 'node:net'
import { Readable } from 'node:stream'
import type { TransportRequest } from '../../core/transport.ts'

/** Sends one request through `node:http` or `node:https` with an agent of that kind, asking `lookup` for names. It never follows redirects. */
export function sendRequest(
  url: string,
  { method, headers, body, signal }: TransportRequest,
  agent: http.Agent | false,
  lookup?: LookupFunction,
): Promise<Response> {
  const { request } = url.startsWith('https:') ? https : http
  return new Promise((resolve, reject) => {
    const options = { method, headers: withLength(headers, body), agent, signal, ...(lookup && { lookup }) }
    const sent = request(url, options, (answer) => resolve(toResponse(answer)))
    sent.once('socket', (socket) => tame(sent, socket))
    sent.on('error', reject)
    // While an agent still connects, a request that is aborted says nothing until the connection is there.
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    if (body instanceof ReadableStream) flow(body, sent)
    else sent.end(body)
  })
}

/** `node:http` states no length of a DELETE's body, which would then pass for the next request's beginning. */
function withLength(headers: TransportRequest['headers'], body: TransportRequest['body']) {
  if (body === undefined || body instanceof ReadableStream) return headers
  return { ...headers, 'content-length': String(Buffer.byteLength(body)) }
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

function flow(body: ReadableStream<Uint8Array>, sent: http.ClientRequest): void {
  const source = Readable.fromWeb(body as unknown as Parameters<typeof Readable.fromWeb>[0])
  source.on('error', (error) => sent.destroy(error))
  sent.on('close', () => source.destroy())
  source.pipe(sent)
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
