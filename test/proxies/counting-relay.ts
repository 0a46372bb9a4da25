import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** Passes connections on and counts what went through: proof that it went this way. */
export interface CountingRelay {
  readonly port: number
  /** The port on loopback that new connections are passed on to. */
  target: number
  /** Bytes from and to whoever connects. */
  readonly sent: number
  readonly received: number
  readonly connections: number
  reset(): void
  /** Cuts every connection and takes no more. */
  close(): Promise<void>
  /** Cuts every connection and goes on. */
  cut(): void
}

/** A relay to a port on loopback, on a port of its own or a given one. */
export async function startCountingRelay(target: number, port = 0): Promise<CountingRelay> {
  const open = new Set<Socket>()
  const counts = { sent: 0, received: 0, connections: 0 }
  const server: Server = createServer((near) => {
    counts.connections++
    const far = connect(relay.target, '127.0.0.1')
    near.on('data', (bytes) => {
      counts.sent += bytes.length
    })
    far.on('data', (bytes) => {
      counts.received += bytes.length
    })
    near.pipe(far).pipe(near)
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(socket)
      socket.on('error', () => other.destroy())
      socket.on('close', () => {
        open.delete(socket)
        other.destroy()
      })
    }
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const cut = () => {
    for (const socket of open) socket.destroy()
  }
  const relay: CountingRelay = {
    target,
    port: (server.address() as AddressInfo).port,
    get sent() {
      return counts.sent
    },
    get received() {
      return counts.received
    },
    get connections() {
      return counts.connections
    },
    reset() {
      Object.assign(counts, { sent: 0, received: 0, connections: 0 })
    },
    cut,
    async close() {
      const closed = once(server, 'close')
      server.close()
      cut()
      await closed
    },
  }
  return relay
}
