import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { WebSocketServer } from 'ws'
import { SocketRefused, type Transport } from '../../core/transport.ts'
import { serving } from './transport.ts'

/** A WebSocket server that sends back what it hears, texts with the key before them. */
async function echoing(use: (url: string) => Promise<void>): Promise<void> {
  const server = createServer()
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', (socket, request) => {
    socket.on('message', (data, isBinary) =>
      socket.send(isBinary ? data : `${request.headers['x-goog-api-key']} ${data}`),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    await use(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`)
  } finally {
    for (const socket of sockets.clients) socket.terminate()
    server.close()
  }
}

function toSocketUrl(url: string): string {
  return url.replace(/^http/, 'ws')
}

/** What every way out promises of WebSockets. */
export function transportSocketsContract(name: string, create: () => Transport): void {
  test(`${name}: a WebSocket speaks both ways, and says when it closes`, () =>
    echoing(async (url) => {
      const { promise: closed, resolve: close } = Promise.withResolvers<[number, string]>()
      const { promise: said, resolve: say } = Promise.withResolvers<void>()
      const heard: (string | Uint8Array)[] = []
      const socket = await create().openSocket(
        url,
        { headers: { 'x-goog-api-key': 'k' }, signal: new AbortController().signal },
        {
          message: (_, data) => void (heard.push(data) === 2 && say()),
          close: (_, code, reason) => close([code, reason]),
        },
      )
      socket.send('text')
      socket.send(Uint8Array.of(1, 2, 3))
      await said
      assert.deepEqual(heard, ['k text', Uint8Array.of(1, 2, 3)])
      socket.close(4000, 'enough')
      assert.deepEqual(await closed, [4000, 'enough'])
    }))

  test(`${name}: aborting closes a WebSocket`, () =>
    echoing(async (url) => {
      const leaving = new AbortController()
      const { promise: closed, resolve: close } = Promise.withResolvers<void>()
      await create().openSocket(
        url,
        { headers: {}, signal: leaving.signal },
        { message() {}, close: () => close() },
      )
      leaving.abort()
      await closed
    }))

  test(`${name}: a WebSocket that is refused says with which status`, () =>
    serving(
      (_, response) => response.writeHead(403).end(),
      async (url) => {
        const { signal } = new AbortController()
        const opening = create().openSocket(toSocketUrl(url), { headers: {}, signal }, { message() {} })
        await assert.rejects(opening, (thrown) => thrown instanceof SocketRefused && thrown.status === 403)
      },
    ))
}
