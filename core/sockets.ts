/** One open WebSocket, as the side that accepted it sees it. */
export interface Socket {
  /** Text or binary, as one message. Without effect once it is closed. */
  send(data: string | Uint8Array): void
  /** Bytes that were given to `send` and have not left this process; nothing here keeps them few. */
  readonly buffered: number
  /** Says goodbye; what was sent before still goes out. */
  close(code?: number, reason?: string): void
  /** Lets go at once, of what was not sent yet too. */
  terminate(): void
}

/** One WebSocket that we have opened. */
export interface OutgoingSocket extends Socket {
  /** Takes no more from the other side until `resume`, which then has to wait. */
  pause(): void
  resume(): void
}

/** What happens on one WebSocket. Every member is called in the order of events, and `close` once. */
export interface SocketHandler {
  open?(socket: Socket): void
  message(socket: Socket, data: string | Uint8Array): void
  close?(socket: Socket, code: number, reason: string): void
}

/** The largest message that is taken, in bytes. */
export const LONGEST_MESSAGE = 64 * 1024 * 1024
