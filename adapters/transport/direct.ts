import type { Transport, TransportRequest } from '../../core/transport.ts'
import { createNodeTransport } from './node-http.ts'

/**
 * The straight way out. A proxy that the environment names (`HTTP_PROXY` and its like) is never used: which
 * way a key goes out is a setting, not an accident.
 */
export function createDirectTransport(): Transport {
  // Deno's fetch sends a body again when a kept connection breaks before an answer, and cannot be told not to.
  if (!('Bun' in globalThis)) return createNodeTransport()
  return spillingOver(fetchTogether, createNodeTransport())
}

/**
 * Bun's fetch waits for the headers of at most 256 answers at a time and lets further calls queue unseen, where
 * a model that thinks for a minute keeps its headers back that long. Calls above the mark go another way.
 */
function spillingOver(direct: Transport['fetch'], overflow: Transport): Transport {
  let waiting = 0
  return {
    ...overflow,
    async fetch(url, request) {
      if (waiting >= HIGH_MARK) return overflow.fetch(url, request)
      waiting++
      try {
        return await direct(url, request)
      } finally {
        waiting--
      }
    },
  }
}

const HIGH_MARK = 200

/**
 * Bun's fetch hands each call to a thread of its own, and waking that costs more than the call: those of one turn of
 * the event loop go out together.
 */
async function fetchTogether(url: string, request: TransportRequest): Promise<Response> {
  await endOfTurn()
  return fetchFlowing(url, request)
}

let turnEnds: Promise<void> | undefined

function endOfTurn(): Promise<void> {
  turnEnds ??= new Promise((resolve) => {
    setImmediate(() => {
      turnEnds = undefined
      resolve()
    })
  })
  return turnEnds
}

/** Bun holds a body of bytes until the answer has ended, but one that flows only until it was sent. */
function fetchFlowing(url: string, request: TransportRequest): Promise<Response> {
  const { body, headers } = request
  if (!(body instanceof Uint8Array) || body.length < LARGE) return fetchDirectly(url, request)
  const length = { 'content-length': String(body.length) }
  return fetchDirectly(url, { ...request, headers: { ...headers, ...length }, body: toFlow(body) })
}

const LARGE = 256 * 1024

function toFlow(bytes: Uint8Array): ReadableStream<Uint8Array> {
  let left: Uint8Array | undefined = bytes
  return new ReadableStream({
    pull(controller) {
      if (left) controller.enqueue(left)
      left = undefined
      controller.close()
    },
  })
}

function fetchDirectly(url: string, { method, headers, body, signal }: TransportRequest): Promise<Response> {
  return fetch(url, { method, headers, body: body as BodyInit | undefined, signal, ...ALWAYS })
}

const ALWAYS = {
  redirect: 'manual',
  duplex: 'half', // needed where the body is a stream
  // Both are Bun's own: its fetch gives up after five minutes, and looks for proxies in the environment.
  timeout: false,
  proxy: false,
} as unknown as RequestInit
