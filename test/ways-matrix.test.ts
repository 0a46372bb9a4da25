import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { createProxyTransport } from '../adapters/transport/proxy.ts'
import type { Transport } from '../core/transport.ts'
import { AUTHORITY } from './proxies/certificates.ts'
import { type CountingRelay, startCountingRelay } from './proxies/counting-relay.ts'
import {
  type Credentials,
  missingProxies,
  type RealProxy,
  startMicrosocks,
  startTinyproxy,
  startTlsTinyproxy,
} from './proxies/real-proxies.ts'
import { startUpstream, type UpstreamServer } from './proxies/upstream.ts'

const CREDENTIALS: Credentials = { user: 'worker', password: 'p4ss-w0rd' }
const LARGE = 3_000_000

interface Kind {
  readonly title: string
  readonly scheme: string
  readonly credentials?: Credentials
  start(credentials?: Credentials): Promise<RealProxy>
}

const KINDS: readonly Kind[] = [
  { title: 'an HTTP proxy', scheme: 'http', start: startTinyproxy },
  { title: 'an HTTP proxy with a password', scheme: 'http', start: startTinyproxy, credentials: CREDENTIALS },
  {
    title: 'an HTTPS proxy with a password',
    scheme: 'https',
    start: startTlsTinyproxy,
    credentials: CREDENTIALS,
  },
  { title: 'a SOCKS5 proxy', scheme: 'socks5', start: startMicrosocks },
  {
    title: 'a SOCKS5 proxy with a password',
    scheme: 'socks5h',
    start: startMicrosocks,
    credentials: CREDENTIALS,
  },
]

const skip = missingProxies()

for (const kind of KINDS) {
  for (const secure of [false, true]) {
    describe(`through ${kind.title} to ${secure ? 'a TLS' : 'a plain'} upstream`, { skip }, () => {
      let upstream: UpstreamServer
      let proxy: RealProxy
      let relay: CountingRelay
      let transport: Transport

      before(async () => {
        upstream = await startUpstream(secure ? 'server' : undefined)
        proxy = await kind.start(kind.credentials)
        relay = await startCountingRelay(proxy.port)
      })
      beforeEach(() => {
        relay.reset()
        transport = createProxyTransport({ url: urlOf(kind, relay.port), name: 'P', ca: AUTHORITY })
      })
      after(async () => {
        await relay.close()
        await proxy.stop()
        await upstream.stop()
      })

      const address = (path: string, scheme = 'http') =>
        `${scheme}${secure ? 's' : ''}://localhost:${upstream.port}${path}`
      const fetch = (path: string, body?: Uint8Array | ReadableStream<Uint8Array>) =>
        transport.fetch(address(path), {
          method: body ? 'POST' : 'GET',
          headers: { 'x-goog-api-key': 'k', ...(body && { 'content-length': String(LARGE) }) },
          body,
          signal: new AbortController().signal,
        })
      const isTunnel = secure || kind.scheme.startsWith('socks')
      const wentThrough = (least: { sent?: number; received?: number }) => {
        assert.ok(relay.sent >= (least.sent ?? 1), `only ${relay.sent} bytes were sent through the relay`)
        assert.ok(
          relay.received >= (least.received ?? 1),
          `only ${relay.received} bytes came back through it`,
        )
      }

      test('whole answers come, four in a row', async () => {
        for (let call = 0; call < 4; call++) {
          const response = await fetch('/whole')
          assert.equal(await response.text(), 'hello k')
        }
        wentThrough({ sent: 4 * 60, received: 4 * 60 })
        assert.equal(relay.connections, isTunnel ? 1 : 4, 'a tunnel is used again, and only a tunnel')
      })

      test('a stream comes piece by piece', async () => {
        const begun = performance.now()
        const response = await fetch('/stream')
        const times: number[] = []
        let text = ''
        for await (const bytes of response.body as unknown as AsyncIterable<Uint8Array>) {
          times.push(performance.now() - begun)
          text += new TextDecoder().decode(bytes)
        }
        assert.equal(text, Array.from({ length: 10 }, (_, piece) => `piece ${piece}\n`).join(''))
        assert.ok(times.at(-1)! - times[0]! > 150, `it came all at once: ${times}`)
        wentThrough({ received: text.length })
      })

      test('3 MB arrive whole, as bytes and as a stream that flows', async () => {
        for (const body of [largeBody(), flowing(largeBody())]) {
          relay.reset()
          const response = await fetch('/upload', body)
          assert.equal(await response.text(), `${LARGE} ${sumOf(largeBody())}`)
          wentThrough({ sent: LARGE })
        }
      })

      test('a WebSocket speaks both ways', async () => {
        const { promise: said, resolve: say } = Promise.withResolvers<unknown>()
        const { promise: closed, resolve: close } = Promise.withResolvers<number>()
        const heard: (string | Uint8Array)[] = []
        const socket = await transport.openSocket(
          address('/socket', 'ws'),
          { headers: { 'x-goog-api-key': 'k' }, signal: new AbortController().signal },
          { message: (_, data) => heard.push(data) === 2 && say(data), close: (_, code) => close(code) },
        )
        socket.send('hello')
        socket.send(new Uint8Array(100_000).fill(7))
        await said
        assert.equal(heard[0], 'k hello')
        assert.deepEqual(heard[1], new Uint8Array(100_000).fill(7))
        socket.close(1000, 'enough')
        assert.equal(await closed, 1000)
        wentThrough({ sent: 100_000, received: 100_000 })
      })

      test('an abort closes the connection', async () => {
        const leaving = new AbortController()
        const { signal } = leaving
        const response = await transport.fetch(address('/endless'), { method: 'GET', headers: {}, signal })
        const reader = response.body!.getReader()
        await reader.read()
        leaving.abort()
        await assert.rejects(async () => {
          for (;;) if ((await reader.read()).done) return
        })
      })
    })
  }
}

function urlOf({ scheme, credentials }: Kind, port: number): string {
  const user = credentials ? `${credentials.user}:${encodeURIComponent(credentials.password)}@` : ''
  return `${scheme}://${user}127.0.0.1:${port}`
}

function largeBody(): Uint8Array {
  return Uint8Array.from({ length: LARGE }, (_, index) => index % 251)
}

function sumOf(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => (sum + byte) % 1_000_003, 0)
}

function flowing(bytes: Uint8Array): ReadableStream<Uint8Array> {
  let at = 0
  return new ReadableStream({
    pull(controller) {
      controller.enqueue(bytes.subarray(at, at + 50_000))
      at += 50_000
      if (at >= bytes.length) controller.close()
    },
  })
}
