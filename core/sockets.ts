/** One open WebSocket, as the side that accepted it sees it. */
export interface Socket {
  /** Text or binary, as one message. Without effect once it is closed. */
  send(data: string | Uint8Array): void
  close(code?: number, reason?: string): void
}

/** What happens on one WebSocket. Every member is called in the order of events, and `close` once. */
export interface SocketHandler {
  open?(socket: Socket): void
  message(socket: Socket, data: string | Uint8Array): void
  close?(socket: Socket, code: number, reason: string): void
}

/** The largest message that is taken, in bytes. */
export const LONGEST_MESSAGE = 64 * 1024 * 1024
