import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocket, WebSocketServer } from 'ws'
import type { ReceivedCall } from './calls.ts'
import { credentialOf } from './credentials.ts'
import { errorOf, isErrorKind } from './errors.ts'
import type { Google } from './google.ts'
import { converse, type LiveCaller } from './live-conversation.ts'

const PATH =
  /^\/ws\/google\.ai\.generativelanguage\.(v1|v1beta|v1alpha)\.GenerativeService\.(BidiGenerate(?:Content|Music))(Constrained)?$/

/** A `node:http` listener for WebSockets that is Google's Live API. */
export interface LiveListener {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Cuts every session. */
  stop(): void
}

/** The Live API of a simulated Google. */
export function createLiveListener(google: Google): LiveListener {
  const server = new WebSocketServer({ noServer: true })
  return {
    upgrade(request, socket, head) {
      const caller = toCaller(google, request)
      if (caller === undefined) return refuse(socket, 404, { error: { code: 404, message: 'Not Found' } })
      google.log.add(caller.call)
      const behaviour = google.scripts.take({ ...caller.call, operation: 'openLive' })
      if (behaviour?.kind === 'hang') return hang(socket, () => google.log.markAborted(caller.call))
      if (behaviour && isErrorKind(behaviour.kind)) {
        const error = errorOf(behaviour as Parameters<typeof errorOf>[0], caller.context)
        return refuse(socket, error.code, { error })
      }
      server.handleUpgrade(request, socket, head, (webSocket) => converse(google, caller, webSocket))
    },
    stop() {
      for (const webSocket of server.clients)
        if (webSocket.readyState !== WebSocket.CLOSED) webSocket.terminate()
    },
  }
}

function toCaller(google: Google, { url = '/', headers }: IncomingMessage): LiveCaller | undefined {
  const { pathname: path, search, searchParams } = new URL(url, 'http://localhost')
  const [, version = '', method = '', constrained] = PATH.exec(path) ?? []
  if (method === '') return undefined
  const token = constrained === undefined ? undefined : (searchParams.get('access_token') ?? undefined)
  const credential = credentialOf(headers, searchParams, false)
  const key =
    token === undefined ? (credential.key ?? '') : google.keys.find((each) => hasMade(google, each, token))
  const operation = method[0]!.toLowerCase() + method.slice(1)
  const project = google.projectOf(key ?? '')
  const call: ReceivedCall = {
    key,
    method: 'GET',
    path,
    model: '',
    operation,
    query: search.slice(1),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
    body: Buffer.alloc(0),
    aborted: false,
    at: google.now(),
  }
  const isRefused = token === undefined && 'refusal' in credential
  return { call, isRefused, context: { key: key ?? '', project, model: '', version, operation } }
}

function hasMade(google: Google, key: string, token: string): boolean {
  return google.shelf.find(google.projectOf(key), token) !== undefined
}

/** A connection is only seen to end where it is read. */
function hang(socket: Duplex, left: () => void): void {
  socket.on('error', () => {})
  socket.on('end', () => socket.end())
  socket.on('close', left)
  socket.resume()
}

function refuse(socket: Duplex, status: number, body: unknown): void {
  const text = JSON.stringify(body)
  const head = [
    `HTTP/1.1 ${status} Refused`,
    'content-type: application/json; charset=UTF-8',
    `content-length: ${Buffer.byteLength(text)}`,
    'connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${text}`)
}
