import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import process from 'node:process'
import { test } from 'node:test'
import tls from 'node:tls'
import { fileURLToPath } from 'node:url'
import { pem } from '../proxies/certificates.ts'
import { startCountingRelay } from '../proxies/counting-relay.ts'
import { missingProxies, startMicrosocks, startTinyproxy } from '../proxies/real-proxies.ts'
import { talkLive } from './live-client.ts'
import { ask, fakeKeys, GOOD_ANSWER, openScene, QUESTION } from './scene.ts'

const CREDENTIALS = { user: 'worker', password: 'p4ss-w0rd' }
const LARGE = 3_000_000

/** A front that speaks TLS as localhost, and passes on to a port. */
async function startTlsFront(target: number) {
  const front = tls.createServer({ cert: pem('server'), key: pem('server-key') }, (near) => {
    const far = connect(target, '127.0.0.1')
    near.pipe(far).pipe(near)
    near.on('error', () => far.destroy())
    far.on('error', () => near.destroy())
  })
  front.listen(0, '127.0.0.1')
  await once(front, 'listening')
  return { port: (front.address() as AddressInfo).port, stop: () => front.close() }
}

for (const [title, scheme, start, credentials] of [
  ['an HTTP proxy', 'http', startTinyproxy, undefined],
  ['an HTTP proxy with a password', 'http', startTinyproxy, CREDENTIALS],
  ['a SOCKS5 proxy', 'socks5', startMicrosocks, undefined],
  ['a SOCKS5 proxy with a password', 'socks5h', startMicrosocks, CREDENTIALS],
] as const) {
  test(`whole answers, streams, 3 MB and Live sessions go through ${title} to a TLS upstream`, {
    skip: missingProxies(),
  }, async () => {
    process.env.NODE_EXTRA_CA_CERTS = fileURLToPath(new URL('../fixtures/tls/authority.pem', import.meta.url))
    const proxy = await start(credentials)
    const relay = await startCountingRelay(proxy.port)
    const user = credentials ? `${credentials.user}:${credentials.password}@` : ''
    // Where Google is shows only once it runs: its front passes on to the port that a relay stands at.
    const google = await startCountingRelay(0)
    const front = await startTlsFront(google.port)
    const scene = await openScene(fakeKeys(2), {
      proxies: { urls: [`${scheme}://${user}127.0.0.1:${relay.port}`] },
      upstream: { gemini: { baseUrl: `https://localhost:${front.port}` } },
    })
    google.target = Number(new URL(scene.google.url).port)
    try {
      for (const form of ['whole', 'sse', 'array', 'countTokens'] as const) {
        const answer = await ask(scene, form)
        assert.equal(answer.status, 200, answer.text)
        if (form !== 'countTokens') assert.equal(answer.said, GOOD_ANSWER)
      }
      const parts = [{ text: 'x'.repeat(LARGE) }, ...QUESTION.contents[0]!.parts]
      assert.equal((await ask(scene, 'sse', { contents: [{ role: 'user', parts }] })).status, 200)
      assert.ok(relay.sent > LARGE, `only ${relay.sent} bytes went through the proxy`)
      assert.equal(google.connections, relay.connections, 'a connection came beside the proxy')
      assert.equal(scene.google.calls.length, 5)
      assert.equal(
        scene.google.calls[4]?.body.length,
        JSON.stringify({ contents: [{ role: 'user', parts }] }).length,
      )
      const session = await talkLive(scene)
      session.ask('x'.repeat(300_000))
      await session.hears('x'.repeat(300_000))
      session.ask('/close 4001 enough')
      assert.deepEqual(await session.ended(), [4001, 'enough'])
      assert.equal(google.connections, relay.connections, 'a session went beside the proxy')
    } finally {
      delete process.env.NODE_EXTRA_CA_CERTS
      await scene.close()
      front.stop()
      await google.close()
      await relay.close()
      await proxy.stop()
    }
  })
}
