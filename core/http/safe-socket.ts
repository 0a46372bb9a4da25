import type { Log } from '../log/log.ts'
import { LONGEST_MESSAGE, type Socket, type SocketHandler } from '../sockets.ts'

const TOO_LONG = 1009
const FAILED = 1011

/**
 * A handler whose failures close its own socket, and nothing else; messages above the limit do the same. `log` says
 * whose it is.
 */
export function toSafeHandler(handler: SocketHandler, log: Log): SocketHandler {
  return {
    open: (socket) => run(socket, () => handler.open?.(socket)),
    message(socket, data) {
      if (data.length > LONGEST_MESSAGE) return socket.close(TOO_LONG, 'The message is too long')
      run(socket, () => handler.message(socket, data))
    },
    close: (socket, code, reason) => run(socket, () => handler.close?.(socket, code, reason)),
  }

  /** A hook may be asynchronous all the same. */
  async function run(socket: Socket, step: () => void | Promise<void>): Promise<void> {
    try {
      await step()
    } catch (err) {
      log.error({ err }, 'A plugin failed on a WebSocket')
      socket.close(FAILED, 'The gateway failed inside')
    }
  }
}
