import type { OutgoingSocket, SocketHandler } from './sockets.ts'

/** One way out to Google. Nothing that it was told to send through a proxy ever leaves beside that proxy. */
export interface Transport {
  /** Rejects when no answer came; any HTTP status is an answer. Rejects with a ProxyError where a proxy is to blame. */
  fetch(url: string, init: TransportRequest): Promise<Response>
  /**
   * Opens a WebSocket, `ws:` or `wss:`, and resolves once it is open. Rejects as `fetch` does, and with a
   * SocketRefused where the other side answered but did not open it.
   */
  openSocket(
    url: string,
    request: SocketRequest,
    handler: Omit<SocketHandler, 'open'>,
  ): Promise<OutgoingSocket>
}

export interface TransportRequest {
  readonly method: string
  readonly headers: Record<string, string>
  /** A stream flows as it comes and is sent once; state its `content-length` where it is known. */
  readonly body?: Uint8Array | string | ReadableStream<Uint8Array>
  /** Aborting closes the connection at once, before and after the headers. */
  readonly signal: AbortSignal
}

export interface SocketRequest {
  readonly headers: Record<string, string>
  /** Aborting closes the connection at once, opened or not. */
  readonly signal: AbortSignal
}

/** Thrown where a proxy could not, or would not, connect to Google: nothing of the request has arrived there. */
export class ProxyError extends Error {}

/** Thrown where a WebSocket was answered with another HTTP status than 101. */
export class SocketRefused extends Error {
  readonly status: number
  /** The beginning of the answer's body. */
  readonly text: string

  constructor(status: number, text = '') {
    super(`The WebSocket was refused with ${status}`)
    this.status = status
    this.text = text
  }
}
