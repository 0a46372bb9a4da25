import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import process from 'node:process'
import { test } from 'node:test'
import type { Transport } from '../../core/transport.ts'
import { transportBodiesContract } from './transport-bodies.ts'
import { transportSocketsContract } from './transport-sockets.ts'

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

/** Fails where `use` throws what nobody can catch, which Deno's test runner would pass over. */
async function nothingUncaught(use: () => Promise<unknown>): Promise<void> {
  const uncaught: unknown[] = []
  const take = (thrown: unknown) => uncaught.push(thrown)
  process.on('uncaughtException', take)
  try {
    await use()
  } finally {
    process.off('uncaughtException', take)
  }
  assert.deepEqual(uncaught, [])
}

/** How a connection may end amid a request. */
const BREAKS: Readonly<Record<string, (request: IncomingMessage, leaving: AbortController) => void>> = {
  breaks: (request) => request.socket.destroy(),
  'is left': (_, leaving) => leaving.abort(),
}

/** What every way out promises. */
export function transportContract(name: string, create: () => Transport): void {
  transportBodiesContract(name, create)
  transportSocketsContract(name, create)

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

  for (const [what, breakOff] of Object.entries(BREAKS)) {
    test(`${name}: a body is sent once, though the kept connection ${what} before an answer`, async () => {
      const leaving = new AbortController()
      let received = 0
      await serving(
        async (request, response) => {
          await request.toArray()
          if (++received === 2) breakOff(request, leaving)
          else response.end('done')
        },
        async (url) => {
          const transport = create()
          const post = (signal: AbortSignal) =>
            transport.fetch(url, { method: 'POST', headers: {}, body: '{"a":1}', signal })
          const { signal } = new AbortController()
          await (await post(signal)).text()
          await assert.rejects(post(leaving.signal))
          await (await post(signal)).text()
          assert.equal(received, 3)
        },
      )
    })
  }

  test(`${name}: aborting after the last bytes, but before the end was read, ends nothing else`, () =>
    serving(
      (_, response) => {
        response.write('one')
        setTimeout(() => response.end('two'), 10)
      },
      (url) =>
        nothingUncaught(async () => {
          const leaving = new AbortController()
          const reader = (await get(url, leaving.signal)).body!.getReader()
          await reader.read()
          await reader.read()
          leaving.abort()
          await reader.read().catch(() => {})
          assert.equal(await (await get(url)).text(), 'onetwo')
        }),
    ))

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
