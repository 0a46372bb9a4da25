import { once } from 'node:events'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'
import { pem } from './certificates.ts'

/** Whom the server says to be: itself, or another host. */
export type Certificate = 'server' | 'elsewhere'

/** What stands behind the proxies. */
export interface UpstreamServer {
  readonly port: number
  /** Where requests came from, newest last. */
  readonly peers: string[]
  stop(): Promise<void>
}

/**
 * `/whole` answers at once, `/stream` in ten pieces 30 ms apart, `/endless` until it is cut, `/upload` with what
 * it counted and summed; every WebSocket is an echo that tells its `x-goog-api-key`.
 */
export async function startUpstream(certificate?: Certificate): Promise<UpstreamServer> {
  const peers: string[] = []
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    peers.push(`${request.socket.remoteAddress}:${request.socket.remotePort}`)
    void ROUTES[request.url ?? '']?.(request, response)
  }
  const server = certificate
    ? https.createServer({ cert: pem(certificate), key: pem('server-key') }, handle)
    : http.createServer(handle)
  const sockets = new WebSocketServer({ server: server as http.Server })
  sockets.on('connection', (socket, request) => {
    socket.on('message', (data, isBinary) => {
      if (isBinary) socket.send(data)
      else socket.send(`${request.headers['x-goog-api-key']} ${data}`)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    peers,
    async stop() {
      const closed = once(server, 'close')
      for (const socket of sockets.clients) socket.terminate()
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

type Route = (request: IncomingMessage, response: ServerResponse) => unknown

const ROUTES: Readonly<Record<string, Route>> = {
  '/whole': ({ headers }, response) => response.end(`hello ${headers['x-goog-api-key']}`),
  '/forbidden': (_, response) => response.writeHead(403).end('by upstream'),
  '/proxy-authorization': ({ headers }, response) => response.end(String(headers['proxy-authorization'])),
  async '/stream'(_, response) {
    for (let piece = 0; piece < 10; piece++) {
      response.write(`piece ${piece}\n`)
      await new Promise((resolve) => setTimeout(resolve, 30))
    }
    response.end()
  },
  '/endless'(_, response) {
    const timer = setInterval(() => response.write('more\n'), 10)
    response.on('close', () => clearInterval(timer))
  },
  async '/upload'(request, response) {
    let length = 0
    let sum = 0
    for await (const bytes of request as AsyncIterable<Uint8Array>) {
      length += bytes.length
      for (const byte of bytes) sum = (sum + byte) % 1_000_003
    }
    response.end(`${length} ${sum}`)
  },
}
