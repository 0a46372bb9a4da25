import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { WebSocketServer } from 'ws'
import { SocketRefused, type Transport } from '../../core/transport.ts'

type Handler = (request: IncomingMessage, response: ServerResponse) => void

/** A server on loopback for as long as `use` runs. */
export async function serving(handler: Handler, use: (url: string) => Promise<void>) {
  const server = createServer(handler).listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

/** Settles when the other end has closed the connection. */
function closing(request: IncomingMessage): Promise<void> {
  request.on('error', () => {})
  request.socket.on('error', () => {})
  return new Promise((resolve) => request.socket.once('close', () => resolve()))
}

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

/** What every way out promises. */
export function transportContract(name: string, create: () => Transport): void {
  const get = (url: string, signal = new AbortController().signal) =>
    create().fetch(url, { method: 'GET', headers: {}, signal })

  test(`${name}: method, headers and body arrive as they are`, () =>
    serving(
      async (request, response) => {
        const body = Buffer.concat(await request.toArray()).toString()
        response.end(`${request.method} ${request.headers['x-goog-api-key']} ${body}`)
      },
      async (url) => {
        const { signal } = new AbortController()
        const headers = { 'x-goog-api-key': 'k' }
        const body = new TextEncoder().encode('{"a":1}')
        const response = await create().fetch(url, { method: 'POST', headers, body, signal })
        assert.equal(await response.text(), 'POST k {"a":1}')
      },
    ))

  test(`${name}: a large body arrives whole, its length stated`, () =>
    serving(
      async (request, response) => {
        const body = Buffer.concat(await request.toArray())
        const isSame = body.every((byte, index) => byte === index % 251)
        response.end(`${body.length} ${request.headers['content-length']} ${isSame}`)
      },
      async (url) => {
        const body = Uint8Array.from({ length: 3_000_000 }, (_, index) => index % 251)
        const { signal } = new AbortController()
        const response = await create().fetch(url, { method: 'POST', headers: {}, body, signal })
        assert.equal(await response.text(), '3000000 3000000 true')
      },
    ))

  test(`${name}: a body that flows is sent as it comes`, async () => {
    const { promise: seen, resolve: see } = Promise.withResolvers<void>()
    await serving(
      async (request, response) => {
        let text = ''
        for await (const bytes of request) {
          text += bytes
          see()
        }
        response.end(`${text} ${request.headers['content-length']}`)
      },
      async (url) => {
        const pieces = ['one', 'two'].map((piece) => new TextEncoder().encode(piece))
        const body = new ReadableStream<Uint8Array>({
          async pull(controller) {
            const piece = pieces.shift()
            if (piece === undefined) return controller.close()
            if (pieces.length === 0) await seen
            controller.enqueue(piece)
          },
        })
        const { signal } = new AbortController()
        const headers = { 'content-length': '6' }
        const response = await create().fetch(url, { method: 'POST', headers, body, signal })
        assert.equal(await response.text(), 'onetwo 6')
      },
    )
  })

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

  test(`${name}: a redirect is an answer, never followed with the key`, () =>
    serving(
      (_, response) => response.writeHead(302, { location: '/elsewhere' }).end(),
      async (url) => {
        const response = await get(url)
        assert.equal(response.status, 302)
        assert.equal(response.headers.get('location'), '/elsewhere')
      },
    ))

  test(`${name}: aborting before the headers closes the connection`, async () => {
    const leaving = new AbortController()
    let closed: Promise<unknown> | undefined
    await serving(
      (request) => {
        closed = closing(request)
        leaving.abort()
      },
      async (url) => {
        await assert.rejects(get(url, leaving.signal))
        await closed
      },
    )
  })

  test(`${name}: aborting amid the body closes the connection`, async () => {
    const leaving = new AbortController()
    let closed: Promise<unknown> | undefined
    await serving(
      (request, response) => {
        closed = closing(request)
        response.write('one')
      },
      async (url) => {
        const reader = (await get(url, leaving.signal)).body!.getReader()
        await reader.read()
        leaving.abort()
        await assert.rejects(reader.read())
        await closed
      },
    )
  })

  test(`${name}: no answer at all is a rejection`, async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    server.close()
    await once(server, 'close')
    await assert.rejects(get(`http://127.0.0.1:${port}`))
  })

  test(`${name}: a body comes piece by piece, not all at its end`, async () => {
    const { promise: seen, resolve: see } = Promise.withResolvers<void>()
    await serving(
      async (_, response) => {
        response.write('one')
        await seen
        response.end('two')
      },
      async (url) => {
        const reader = (await get(url)).body!.getReader()
        const decoder = new TextDecoder()
        assert.equal(decoder.decode((await reader.read()).value), 'one')
        see()
        assert.equal(decoder.decode((await reader.read()).value), 'two')
      },
    )
  })

  test(`${name}: six hundred calls are all under way at a time`, async () => {
    const open: ServerResponse[] = []
    await serving(
      (_, response) => {
        if (open.push(response) === 600) for (const each of open) each.end('done')
      },
      async (url) => {
        const transport = create()
        const { signal } = new AbortController()
        const calls = Array.from({ length: 600 }, () =>
          transport.fetch(url, { method: 'GET', headers: {}, signal }),
        )
        const texts = await Promise.all(calls.map(async (call) => (await call).text()))
        assert.deepEqual(new Set(texts), new Set(['done']))
      },
    )
  })
}
