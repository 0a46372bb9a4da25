import assert from 'node:assert/strict'
import process from 'node:process'
import { after, test } from 'node:test'
import { createDirectTransport } from '../adapters/transport/direct.ts'
import { createNodeTransport } from '../adapters/transport/node-http.ts'
import { createProxyTransport } from '../adapters/transport/proxy.ts'
import { serving, transportContract } from './contract/transport.ts'
import { missingProxies, startMicrosocks } from './proxies/real-proxies.ts'

transportContract('direct transport', createDirectTransport)
transportContract('node:http transport', createNodeTransport)

if (missingProxies() === false) {
  const proxy = await startMicrosocks()
  after(proxy.stop)
  transportContract('SOCKS5 proxy transport', () =>
    createProxyTransport({ url: `socks5h://127.0.0.1:${proxy.port}`, name: 'P' }),
  )
}

const get = (url: string) =>
  createDirectTransport().fetch(url, { method: 'GET', headers: {}, signal: new AbortController().signal })

test('direct transport: a proxy of the environment is not used', () =>
  serving(
    (_, response) => response.writeHead(418).end('through the proxy'),
    (proxy) =>
      serving(
        (_, response) => response.end('direct'),
        async (url) => {
          const saved = { ...process.env }
          Object.assign(process.env, { HTTP_PROXY: proxy, http_proxy: proxy, NO_PROXY: '', no_proxy: '' })
          try {
            assert.equal(await (await get(url)).text(), 'direct')
            const { signal } = new AbortController()
            const opening = createDirectTransport().openSocket(
              url.replace('http', 'ws'),
              { headers: {}, signal },
              { message() {} },
            )
            // By the proxy it would be refused with 418.
            await assert.rejects(opening, /refused with 200/)
          } finally {
            for (const name of ['HTTP_PROXY', 'http_proxy', 'NO_PROXY', 'no_proxy']) delete process.env[name]
            Object.assign(process.env, saved)
          }
        },
      ),
  ))
