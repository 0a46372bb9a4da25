import {
  type AcceptedSocket,
  isUpgrade,
  type Runtime,
  type ServeOptions,
  type Server,
} from '../../core/runtime.ts'
import type { Socket } from '../../core/sockets.ts'
import { withHonestSignal } from './honest-signal.ts'
import { toListenError, withinSeconds } from './listening.ts'
import { processOf, type Send } from './process.ts'

/** The part of Deno that is used here; its own types are not installed. */
declare const Deno: {
  readonly version: { readonly deno: string }
  readonly stdout: DenoWriter
  readonly stderr: DenoWriter
  serve(
    options: {
      hostname: string
      port: number
      onListen(): void
      onError(): Response
    },
    handler: (
      request: Request,
      info: { readonly remoteAddr: { readonly hostname: string } },
    ) => Promise<Response>,
  ): DenoServer
  upgradeWebSocket(
    request: Request,
    options: { idleTimeout: number },
  ): { readonly socket: WebSocket; readonly response: Response }
}

interface DenoWriter {
  /** Writes a part, from the beginning; resolves to its length. */
  write(bytes: Uint8Array): Promise<number>
}

interface DenoServer {
  readonly addr: { readonly port: number }
  shutdown(): Promise<void>
}

/** The gateway on Deno. */
export function createDenoRuntime(): Runtime {
  return {
    ...processOf(sendTo(Deno.stdout), sendTo(Deno.stderr)),
    name: 'deno',
    version: Deno.version.deno,
    serve,
  }
}

/** `process.stdout` would hold everything up until somebody reads. */
function sendTo(writer: DenoWriter): Send {
  return async (text) => {
    let rest = new TextEncoder().encode(text)
    while (rest.length > 0) rest = rest.subarray(await writer.write(rest))
  }
}

async function serve(options: ServeOptions): Promise<Server> {
  const cut = new AbortController()
  try {
    const server = Deno.serve(
      {
        hostname: options.host,
        port: options.port,
        onListen() {}, // its default writes to stdout
        onError: () => new Response(null, { status: 500 }),
      },
      (request, info) => {
        const peer = { address: info.remoteAddr.hostname }
        if (options.upgrade && isUpgrade(request)) return upgrade(request, options.upgrade(request, peer))
        return withHonestSignal(request, cut.signal, () => options.fetch(request, peer))
      },
    )
    return { port: server.addr.port, stop: (graceSeconds) => stop(server, cut, graceSeconds) }
  } catch (thrown) {
    throw toListenError(thrown)
  }
}

async function upgrade(request: Request, asked: Promise<AcceptedSocket | Response>): Promise<Response> {
  const handler = await asked
  if (handler instanceof Response) return handler
  const upgraded = shakeHands(request)
  if (!upgraded) {
    handler.lost()
    return new Response('This is no proper WebSocket handshake', { status: 400 })
  }
  const { socket, response } = upgraded
  let isOpen = false
  socket.binaryType = 'arraybuffer'
  const end: Socket = {
    send: (data) => socket.readyState === WebSocket.OPEN && socket.send(data as string),
    get buffered() {
      return socket.bufferedAmount
    },
    close: (code, reason) => socket.close(code, reason),
    terminate: () => socket.close(), // Deno has no harder way
  }
  socket.onopen = () => {
    isOpen = true
    handler.open?.(end)
  }
  socket.onmessage = ({ data }) =>
    handler.message(end, typeof data === 'string' ? data : new Uint8Array(data))
  // Deno says 0 where the connection broke.
  socket.onclose = ({ code, reason }) =>
    isOpen ? handler.close?.(end, code || 1006, reason) : handler.lost()
  return response
}

/** Undefined where the handshake is no proper one. */
function shakeHands(request: Request) {
  try {
    return Deno.upgradeWebSocket(request, { idleTimeout: 0 })
  } catch {
    return undefined
  }
}

async function stop(server: DenoServer, cut: AbortController, graceSeconds: number): Promise<void> {
  const finished = server.shutdown()
  if (await withinSeconds(graceSeconds, finished)) return
  cut.abort()
  // Who does not heed that, a plugin perhaps, is not waited for.
  await withinSeconds(CUT_SECONDS, finished)
}

/** How long what was cut has to end. */
const CUT_SECONDS = 1
