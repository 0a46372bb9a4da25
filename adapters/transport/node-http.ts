import http from 'node:http'
import https from 'node:https'
import type { Transport } from '../../core/transport.ts'
import { sendRequest } from './node-request.ts'
import { openSocket } from './open-socket.ts'

/** A way out through `node:http`, which knows no bound on the number of open requests. It never follows redirects. */
export function createNodeTransport(): Transport {
  const plain = new http.Agent({ keepAlive: true })
  const secure = new https.Agent({ keepAlive: true })
  const agentFor = (url: string) => (/^(https|wss):/.test(url) ? secure : plain)
  return {
    fetch: (url, request) => sendRequest(url, request, agentFor(url)),
    openSocket: (url, request, handler) => openSocket(url, request, handler, agentFor(url)),
  }
}
