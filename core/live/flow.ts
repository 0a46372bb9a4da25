import type { OutgoingSocket, Socket } from '../sockets.ts'
import type { Message } from './dial.ts'

/** Passes messages on, never faster than they are taken. */
export interface Flow {
  toClient(data: Message): void
  toGoogle(data: Message): void
  /** From now on this is the connection to Google. */
  join(google: OutgoingSocket): void
  end(): void
}

export interface FlowOptions {
  readonly client: Socket
  /** The client has not taken what waits for it, for too long. */
  clientStuck(): void
  /** Google takes more slowly than the client speaks; a client cannot be made to wait. */
  googleStuck(): void
}

/** Bytes that wait for a client before Google is made to wait, and below which it may go on. */
const HIGH = 1024 * 1024
const LOW = HIGH / 4
/** Bytes that may wait for Google. */
const MOST = 16 * 1024 * 1024
const LOOK_EVERY = 20
/** How long a client may take nothing while something waits for it, in milliseconds. */
const PATIENCE = 30_000

/** The flow between a client and Google. */
export function createFlow({ client, clientStuck, googleStuck }: FlowOptions): Flow {
  let google: OutgoingSocket | undefined
  let looking: ReturnType<typeof setInterval> | undefined

  /** Neither runtime tells everywhere when a socket has room again. */
  function makeGoogleWait(): void {
    google?.pause()
    let least = client.buffered
    let since = performance.now()
    looking = setInterval(() => {
      if (client.buffered <= LOW) return goOn()
      if (client.buffered < least) {
        least = client.buffered
        since = performance.now()
      } else if (performance.now() - since > PATIENCE) {
        goOn()
        clientStuck()
      }
    }, LOOK_EVERY)
  }

  function goOn(): void {
    clearInterval(looking)
    looking = undefined
    google?.resume()
  }

  return {
    toClient(data) {
      client.send(data)
      if (looking === undefined && client.buffered > HIGH) makeGoogleWait()
    },
    toGoogle(data) {
      if (google === undefined) throw new TypeError('There is no connection to Google yet')
      if (google.buffered > MOST) googleStuck()
      else google.send(data)
    },
    join(next) {
      google = next
      if (looking !== undefined) next.pause()
    },
    end: goOn,
  }
}
