import process from 'node:process'
import {
  type AcceptedSocket,
  isUpgrade,
  type Peer,
  type Runtime,
  type ServeOptions,
  type Server,
} from '../../core/runtime.ts'
import { LONGEST_MESSAGE, type Socket, type SocketHandler } from '../../core/sockets.ts'
import { toListenError, withinSeconds } from './listening.ts'
import { processOf, type Send } from './process.ts'

/** The gateway on Bun. */
export function createBunRuntime(): Runtime {
  return {
    ...processOf(sendTo(process.stdout), sendTo(process.stderr)),
    name: 'bun',
    version: Bun.version,
    serve,
  }
}

/** Bun's own streams never wait for who reads, and tell when all is written. */
function sendTo(stream: NodeJS.WriteStream): Send {
  stream.on('error', () => {}) // else it ends the process; the callback is told of it too
  return (text) =>
    new Promise<void>((resolve, reject) => {
      stream.write(text, (error) => (error ? reject(error) : resolve()))
    })
}

async function serve(options: ServeOptions): Promise<Server> {
  try {
    const server = Bun.serve<SocketData>({
      hostname: options.host,
      port: options.port,
      reusePort: false, // left out, a second server of this process may share the port unnoticed
      idleTimeout: 0, // the default cuts an answer that is silent for 10 seconds
      maxRequestBodySize: Number.MAX_SAFE_INTEGER, // Bun's own 413 has no body
      development: false, // else a throw is answered with a page that shows the source
      fetch(request, server) {
        const peer = new BunPeer(request, server)
        if (options.upgrade && isUpgrade(request))
          return upgrade(request, server, options.upgrade(request, peer))
        return options.fetch(request, peer)
      },
      websocket: {
        idleTimeout: 0,
        maxPayloadLength: LONGEST_MESSAGE,
        backpressureLimit: 4 * LONGEST_MESSAGE, // messages above it are dropped
        open(socket) {
          const end = toSocket(socket)
          socket.data.socket = end
          socket.data.handler.open?.(end)
        },
        message: ({ data }, message) => data.socket && data.handler.message(data.socket, message),
        close: ({ data }, code, reason) => data.socket && data.handler.close?.(data.socket, code, reason),
      },
      error: () => new Response(null, { status: 500 }),
    })
    return { port: server.port ?? options.port, stop: (graceSeconds) => stop(server, graceSeconds) }
  } catch (thrown) {
    throw toListenError(thrown)
  }
}

interface SocketData {
  readonly handler: SocketHandler
  socket?: Socket
}

function toSocket(socket: Bun.ServerWebSocket<SocketData>): Socket {
  return {
    send: (data) => void socket.send(data),
    get buffered() {
      return socket.getBufferedAmount()
    },
    close: (code, reason) => socket.close(code, reason),
    terminate: () => socket.terminate(),
  }
}

type BunServer = Bun.Server<SocketData>

async function upgrade(request: Request, server: BunServer, asked: Promise<AcceptedSocket | Response>) {
  const handler = await asked
  if (handler instanceof Response) return handler
  if (server.upgrade(request, { data: { handler } })) return undefined
  handler.lost()
  return new Response('This is no proper WebSocket handshake', { status: 400 })
}

async function stop(server: BunServer, graceSeconds: number): Promise<void> {
  const finished = server.stop()
  if (!(await withinSeconds(graceSeconds, finished))) await server.stop(true)
}

/** Asks for the address only when somebody wants it. */
class BunPeer implements Peer {
  readonly #request: Request
  readonly #server: BunServer

  constructor(request: Request, server: BunServer) {
    this.#request = request
    this.#server = server
  }

  get address(): string {
    return this.#server.requestIP(this.#request)?.address ?? ''
  }
}
