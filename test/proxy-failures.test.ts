import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { describe, test } from 'node:test'
import { createProxyTransport } from '../adapters/transport/proxy.ts'
import { ProxyError, SocketRefused } from '../core/transport.ts'
import { freePort } from './free-port.ts'
import { AUTHORITY } from './proxies/certificates.ts'
import { startCountingRelay } from './proxies/counting-relay.ts'
import {
  type Credentials,
  missingProxies,
  type RealProxy,
  startMicrosocks,
  startTinyproxy,
  startTlsTinyproxy,
} from './proxies/real-proxies.ts'
import { type Certificate, startUpstream, type UpstreamServer } from './proxies/upstream.ts'

const CREDENTIALS: Credentials = { user: 'worker', password: 'right-one' }
const WRONG = 'worker:wrong-one@'
const skip = missingProxies()

const transportOf = (url: string, ca: string | undefined = AUTHORITY) =>
  createProxyTransport({ url, name: 'P', ca, connectMilliseconds: 1000 })

const get = (proxy: string, url: string, ca?: string) =>
  transportOf(proxy, ca).fetch(url, { method: 'GET', headers: {}, signal: new AbortController().signal })

const openSocket = (proxy: string, url: string) =>
  transportOf(proxy).openSocket(url, { headers: {}, signal: new AbortController().signal }, { message() {} })

const saying = (pattern: RegExp) => (thrown: unknown) => {
  assert.ok(thrown instanceof ProxyError, `${thrown}`)
  assert.match(thrown.message, pattern)
  assert.doesNotMatch(thrown.message, /wrong-one|worker/)
  return true
}

interface Setting {
  readonly upstream: UpstreamServer
  readonly proxy: RealProxy
}

async function withProxy(
  start: (credentials?: Credentials) => Promise<RealProxy>,
  { certificate, credentials }: { certificate?: Certificate; credentials?: Credentials },
  use: (setting: Setting) => Promise<void>,
): Promise<void> {
  const upstream = await startUpstream(certificate)
  const proxy = await start(credentials)
  try {
    await use({ upstream, proxy })
    assert.deepEqual(upstream.peers.length > 0 && upstream.peers, false, 'a request arrived all the same')
  } finally {
    await proxy.stop()
    await upstream.stop()
  }
}

for (const [kind, scheme, start] of [
  ['an HTTP proxy', 'http', startTinyproxy],
  ['a SOCKS5 proxy', 'socks5', startMicrosocks],
] as const) {
  describe(`what goes wrong at ${kind} is said to be its own, and nothing leaks`, { skip }, () => {
    for (const certificate of [undefined, 'server'] as const) {
      const to = certificate ? 'a TLS upstream' : 'a plain upstream'
      const [http, ws] = certificate ? ['https', 'wss'] : ['http', 'ws']

      test(`a wrong password, to ${to}`, () =>
        withProxy(start, { certificate, credentials: CREDENTIALS }, async ({ upstream, proxy }) => {
          const refused = saying(/^The proxy P does not take its user and password/)
          const url = `${scheme}://${WRONG}127.0.0.1:${proxy.port}`
          await assert.rejects(get(url, `${http}://localhost:${upstream.port}/whole`), refused)
          await assert.rejects(openSocket(url, `${ws}://localhost:${upstream.port}/whole`), refused)
        }))

      test(`no password where one is wanted, to ${to}`, () =>
        withProxy(start, { certificate, credentials: CREDENTIALS }, async ({ upstream, proxy }) => {
          const url = `${scheme}://127.0.0.1:${proxy.port}`
          await assert.rejects(
            get(url, `${http}://localhost:${upstream.port}/whole`),
            saying(/^The proxy P /),
          )
        }))

      test(`a proxy that is not there, to ${to}`, () =>
        withProxy(start, { certificate }, async ({ upstream }) => {
          const url = `${scheme}://127.0.0.1:${await freePort()}`
          const dead = saying(/^The proxy P cannot be reached: ECONNREFUSED/)
          await assert.rejects(get(url, `${http}://localhost:${upstream.port}/whole`), dead)
          await assert.rejects(openSocket(url, `${ws}://localhost:${upstream.port}/whole`), dead)
        }))
    }

    test('a certificate that nobody trusts', () =>
      withProxy(start, { certificate: 'server' }, async ({ upstream, proxy }) => {
        const url = `${scheme}://127.0.0.1:${proxy.port}`
        await assert.rejects(
          createProxyTransport({ url, name: 'P' }).fetch(`https://localhost:${upstream.port}/whole`, {
            method: 'GET',
            headers: {},
            signal: new AbortController().signal,
          }),
          saying(/^The certificate for localhost that came through the proxy P is not to be trusted/),
        )
      }))

    test("a certificate of another host's", () =>
      withProxy(start, { certificate: 'elsewhere' }, async ({ upstream, proxy }) => {
        await assert.rejects(
          get(`${scheme}://127.0.0.1:${proxy.port}`, `https://localhost:${upstream.port}/whole`),
          saying(/^The certificate that came through the proxy P is not for localhost/),
        )
      }))

    test('a host that the proxy cannot reach', () =>
      withProxy(start, {}, async ({ proxy }) => {
        const url = `https://localhost:${await freePort()}/`
        await assert.rejects(
          get(`${scheme}://127.0.0.1:${proxy.port}`, url),
          saying(/^The proxy P refused to connect/),
        )
      }))
  })

  test(`${kind} that dies amid an answer breaks it off, and never ends it`, { skip }, async () => {
    for (const certificate of [undefined, 'server'] as const) {
      const upstream = await startUpstream(certificate)
      const proxy = await start()
      const relay = await startCountingRelay(proxy.port)
      const address = `http${certificate ? 's' : ''}://localhost:${upstream.port}/endless`
      const response = await get(`${scheme}://127.0.0.1:${relay.port}`, address)
      const reader = response.body!.getReader()
      await reader.read()
      await proxy.stop()
      await assert.rejects(async () => {
        while (!(await reader.read()).done);
      })
      await relay.close()
      await upstream.stop()
    }
  })
}

test("an upstream's own refusal through a proxy is an answer, for WebSockets too", { skip }, async () => {
  const upstream = await startUpstream()
  const proxy = await startTinyproxy()
  const url = `http://127.0.0.1:${proxy.port}`
  const response = await get(url, `http://localhost:${upstream.port}/forbidden`)
  assert.deepEqual([response.status, await response.text()], [403, 'by upstream'])
  await proxy.stop()
  await upstream.stop()
})

test('a WebSocket that the other side does not open is refused with its status', async () => {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n'))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  // The proxy is the very server: its 403 is to a CONNECT, and so its own.
  await assert.rejects(
    openSocket(`http://127.0.0.1:${port}`, 'ws://localhost:9/'),
    saying(/^The proxy P refused to connect to localhost with 403$/),
  )
  const { createNodeTransport } = await import('../adapters/transport/node-http.ts')
  await assert.rejects(
    createNodeTransport().openSocket(
      `ws://127.0.0.1:${port}/`,
      { headers: {}, signal: new AbortController().signal },
      { message() {} },
    ),
    (thrown) => thrown instanceof SocketRefused && thrown.status === 403,
  )
  server.close()
})

test('an HTTPS proxy whose certificate nobody trusts is not spoken to', { skip }, async () => {
  const proxy = await startTlsTinyproxy()
  const transport = createProxyTransport({
    url: `https://worker:wrong-one@localhost:${proxy.port}`,
    name: 'P',
  })
  for (const url of ['http://localhost:9/', 'https://localhost:9/']) {
    const { signal } = new AbortController()
    await assert.rejects(
      transport.fetch(url, { method: 'GET', headers: {}, signal }),
      saying(/^The certificate of the proxy P is not to be trusted/),
    )
  }
  await proxy.stop()
})

test('a name goes to a SOCKS proxy as a name, also by socks5: nobody here looks it up', async () => {
  const asked = Promise.withResolvers<Buffer>()
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => {
      socket.write(Uint8Array.of(5, 0))
      socket.once('data', (bytes) => asked.resolve(bytes as Buffer))
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const failing = get(`socks5://127.0.0.1:${port}`, 'http://nowhere.invalid/')
  const DOMAIN_NAME = 3
  assert.equal((await asked.promise)[3], DOMAIN_NAME)
  await assert.rejects(failing)
  server.close()
})

for (const scheme of ['http', 'https', 'socks5']) {
  test(`a proxy by ${scheme} that takes the connection and says nothing is given up`, async () => {
    const server = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    await assert.rejects(
      get(`${scheme}://127.0.0.1:${port}`, 'https://localhost:9/'),
      saying(/^The proxy P cannot be reached: no connection within 1 s$/),
    )
    server.close()
  })
}

for (const scheme of ['http', 'https', 'socks5h']) {
  test(`a call through a silent proxy ends when it is aborted, not when the proxy's time is over: ${scheme}`, async () => {
    const silent = createServer()
    silent.listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const url = `${scheme}://127.0.0.1:${(silent.address() as AddressInfo).port}`
    const transport = createProxyTransport({ url, name: 'P', connectMilliseconds: 5000 })
    const leaving = new AbortController()
    const begun = performance.now()
    const init = { method: 'GET', headers: {}, signal: leaving.signal }
    const answer = transport.fetch('https://localhost:1/whole', init)
    setTimeout(() => leaving.abort(), 50)
    await assert.rejects(answer, { name: 'AbortError' })
    assert.ok(performance.now() - begun < 2000)
    silent.close()
  })
}
