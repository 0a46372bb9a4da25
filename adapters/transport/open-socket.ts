import type { Agent, IncomingMessage } from 'node:http'
import WebSocket, { type RawData } from 'ws'
import { LONGEST_MESSAGE, type OutgoingSocket, type SocketHandler } from '../../core/sockets.ts'
import { SocketRefused, type SocketRequest } from '../../core/transport.ts'

/** How long the other side may take to open a WebSocket, in milliseconds. */
const OPENING = 60_000
/** How long it may take to say why it does not. */
const REFUSING = 2_000
const LONGEST_REFUSAL = 64 * 1024

/** Opens a WebSocket through an agent, as `Transport.openSocket` promises. Redirects are refusals. */
export function openSocket(
  url: string,
  { headers, signal }: SocketRequest,
  handler: Omit<SocketHandler, 'open'>,
  agent: Agent,
): Promise<OutgoingSocket> {
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
    webSocket.on('unexpected-response', async (_, answer) => {
      reject(new SocketRefused(answer.statusCode ?? 0, await textOf(answer)))
      webSocket.terminate()
    })
    webSocket.on('error', reject) // once it is open `close` tells of it
  })
}

/** As much of an answer as comes soon. */
function textOf(answer: IncomingMessage): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    const done = () => {
      clearTimeout(timer)
      resolve(text)
    }
    const timer = setTimeout(done, REFUSING)
    answer.on('data', (piece: Uint8Array) => {
      text += new TextDecoder().decode(piece)
      if (text.length > LONGEST_REFUSAL) done()
    })
    for (const event of ['end', 'error', 'close']) answer.on(event, done)
  })
}

function toSocket(webSocket: WebSocket): OutgoingSocket {
  return {
    get buffered() {
      return webSocket.bufferedAmount
    },
    send(data) {
      if (webSocket.readyState === WebSocket.OPEN) webSocket.send(data)
    },
    close: (code, reason) => webSocket.close(code, reason),
    terminate: () => webSocket.terminate(),
    pause: () => webSocket.pause(),
    resume: () => webSocket.resume(),
  }
}

function toMessage(data: RawData, isBinary: boolean): string | Uint8Array {
  const bytes = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as ArrayBuffer)
  return isBinary ? new Uint8Array(bytes) : bytes.toString()
}
