import type { Agent } from 'node:http'
import WebSocket, { type RawData } from 'ws'
import { LONGEST_MESSAGE, type Socket, type SocketHandler } from '../../core/sockets.ts'
import { SocketRefused, type SocketRequest } from '../../core/transport.ts'

/** How long the other side may take to open a WebSocket, in milliseconds. */
const OPENING = 60_000

/** Opens a WebSocket through an agent, as `Transport.openSocket` promises. Redirects are refusals. */
export function openSocket(
  url: string,
  { headers, signal }: SocketRequest,
  handler: Omit<SocketHandler, 'open'>,
  agent: Agent,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const webSocket = new WebSocket(url, {
      agent,
      headers,
      handshakeTimeout: OPENING,
      maxPayload: LONGEST_MESSAGE,
      perMessageDeflate: false,
    })
    const leave = () => webSocket.terminate()
    signal.addEventListener('abort', leave, { once: true })
    const socket = toSocket(webSocket)
    let opened = false

    webSocket.on('open', () => {
      opened = true
      resolve(socket)
    })
    webSocket.on('message', (data, isBinary) => handler.message(socket, toMessage(data, isBinary)))
    webSocket.on('close', (code, reason) => {
      signal.removeEventListener('abort', leave)
      if (opened) handler.close?.(socket, code, reason.toString())
      else reject(signal.aborted ? signal.reason : new Error('The connection closed before it was open'))
    })
    webSocket.on('unexpected-response', (_, { statusCode = 0 }) => {
      reject(new SocketRefused(statusCode))
      webSocket.terminate()
    })
    webSocket.on('error', reject) // once it is open `close` tells of it
  })
}

function toSocket(webSocket: WebSocket): Socket {
  return {
    send(data) {
      if (webSocket.readyState === WebSocket.OPEN) webSocket.send(data)
    },
    close: (code, reason) => webSocket.close(code, reason),
  }
}

function toMessage(data: RawData, isBinary: boolean): string | Uint8Array {
  const bytes = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as ArrayBuffer)
  return isBinary ? new Uint8Array(bytes) : bytes.toString()
}
