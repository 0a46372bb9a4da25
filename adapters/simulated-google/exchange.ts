import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'

/** One call and the answer to it on the wire. After the client left, everything here returns at once. */
export interface Exchange {
  readonly request: IncomingMessage
  /** True once the connection or the answer is over. */
  readonly isOver: boolean
  /** Settles when the answer is complete or the connection is gone. */
  readonly over: Promise<void>
  wait(milliseconds: number): Promise<void>
  /** Sets status and headers, which go out with the first bytes; only the first call counts. */
  head(status: number, headers: Readonly<Record<string, string>>): void
  /** Sends the headers without any byte after them. */
  flush(): void
  /** Resolves when the client has room for more. */
  write(bytes: string | Buffer): Promise<void>
  end(bytes?: string | Buffer): void
  /** Cuts the connection, when what was sent has had the time to arrive. */
  reset(): Promise<void>
}

/** Bytes and a cut in one instant look to a client as if no bytes had come. */
const ARRIVAL_MILLISECONDS = 20

/** Watches one request; `onLeave` runs when the client ends the connection before its answer is complete. */
export function createExchange(
  request: IncomingMessage,
  response: ServerResponse,
  onLeave: () => void,
): Exchange {
  const ending = new AbortController()
  let isCutByUs = false
  let isHeaded = false
  const over = new Promise<void>((resolve) => {
    ending.signal.addEventListener('abort', () => resolve(), { once: true })
  })
  response.once('finish', () => ending.abort())
  response.once('close', () => {
    if (!ending.signal.aborted && !isCutByUs) onLeave()
    ending.abort()
  })
  const wait = (milliseconds: number) =>
    pause(milliseconds, undefined, { signal: ending.signal }).catch(() => undefined)
  const whenDrained = () =>
    new Promise<void>((resolve) => {
      const done = () => {
        response.off('drain', done).off('close', done)
        resolve()
      }
      response.on('drain', done).on('close', done)
    })
  return {
    request,
    over,
    get isOver() {
      return ending.signal.aborted
    },
    wait,
    head: (status, headers) => {
      if (isHeaded || ending.signal.aborted) return
      isHeaded = true
      response.writeHead(status, headers)
    },
    flush: () => {
      if (!ending.signal.aborted) response.flushHeaders()
    },
    write: async (bytes) => {
      if (!ending.signal.aborted && !response.write(bytes)) await whenDrained()
    },
    end: (bytes) => {
      if (!ending.signal.aborted) response.end(bytes)
    },
    reset: async () => {
      if (response.headersSent) await wait(ARRIVAL_MILLISECONDS)
      if (ending.signal.aborted) return
      isCutByUs = true
      request.socket.destroy()
    },
  }
}

/** The whole body, or undefined when it is larger than `limit` bytes (the rest is read and thrown away). */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= limit) chunks.push(chunk)
    else chunks.length = 0
  }
  return size > limit ? undefined : Buffer.concat(chunks)
}
