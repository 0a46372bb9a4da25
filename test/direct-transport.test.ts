import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import process from 'node:process'
import { test } from 'node:test'
import { createDirectTransport } from '../adapters/transport/direct.ts'

type Handler = (request: IncomingMessage, response: ServerResponse) => void

/** A server on loopback for as long as `use` runs. */
async function serving(handler: Handler, use: (url: string) => Promise<void>) {
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

const get = (url: string, signal = new AbortController().signal) =>
  createDirectTransport().fetch(url, { method: 'GET', headers: {}, signal })

test('direct transport: method, headers and body arrive as they are', () =>
  serving(
    async (request, response) => {
      const body = Buffer.concat(await request.toArray()).toString()
      response.end(`${request.method} ${request.headers['x-goog-api-key']} ${body}`)
    },
    async (url) => {
      const { signal } = new AbortController()
      const headers = { 'x-goog-api-key': 'k' }
      const body = new TextEncoder().encode('{"a":1}')
      const response = await createDirectTransport().fetch(url, { method: 'POST', headers, body, signal })
      assert.equal(await response.text(), 'POST k {"a":1}')
    },
  ))

test('direct transport: a redirect is an answer, never followed with the key', () =>
  serving(
    (_, response) => response.writeHead(302, { location: '/elsewhere' }).end(),
    async (url) => {
      const response = await get(url)
      assert.equal(response.status, 302)
      assert.equal(response.headers.get('location'), '/elsewhere')
    },
  ))

test('direct transport: a proxy of the environment is not used', () =>
  serving(
    (_, response) => response.end('through the proxy'),
    (proxy) =>
      serving(
        (_, response) => response.end('direct'),
        async (url) => {
          const saved = { ...process.env }
          Object.assign(process.env, { HTTP_PROXY: proxy, http_proxy: proxy, NO_PROXY: '', no_proxy: '' })
          try {
            assert.equal(await (await get(url)).text(), 'direct')
          } finally {
            for (const name of ['HTTP_PROXY', 'http_proxy', 'NO_PROXY', 'no_proxy']) delete process.env[name]
            Object.assign(process.env, saved)
          }
        },
      ),
  ))

test('direct transport: aborting before the headers closes the connection', async () => {
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

test('direct transport: aborting amid the body closes the connection', async () => {
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

test('direct transport: no answer at all is a rejection', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  await assert.rejects(get(`http://127.0.0.1:${port}`))
})
