import assert from 'node:assert/strict'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { isGatewayError } from '../core/errors.ts'
import type { GuardOptions } from '../core/fetch/create-guarded-fetch.ts'
import type { FetchProblem } from '../core/guarded-fetch.ts'
import { createByteBudget } from '../core/http/byte-budget.ts'
import { serving } from './contract/transport.ts'
import { guard, MEGABYTE, problemOf } from './guard.ts'

describe('A host that the operator trusts', () => {
  const answer = (
    handler: (request: IncomingMessage, response: ServerResponse) => void,
    options: Partial<GuardOptions>,
    use: (fetch: ReturnType<typeof guard>, url: string) => Promise<void>,
  ) => serving(handler, (url) => use(guard({ allowHosts: ['127.0.0.1:*'], ...options }), url))

  test('is fetched from wherever it is, by its name or its number', () =>
    serving(
      (request, response) => response.end(`host ${request.headers.host} ${request.headers['user-agent']}`),
      async (url) => {
        const { port } = new URL(url)
        assert.match(
          await (await guard({ allowHosts: ['127.0.0.1'] })(`${url}/a`)).text(),
          /^host 127.*geminate\//,
        )
        const byName = guard({ allowHosts: [`LocalHost:${port}`], http: false })
        assert.match(await (await byName(`http://localhost:${port}/`)).text(), /^host localhost/)
        assert.equal(await problemOf(guard({ allowHosts: ['127.0.0.1:1'] })(url)), 'refused')
        assert.equal(await problemOf(guard({ allowHosts: ['example.com'] })(url)), 'refused')
      },
    ))

  test('answers with any status, and with what it compressed unasked', () =>
    answer(
      (request, response) => {
        if (request.url === '/none') return response.writeHead(404).end('none')
        assert.equal(request.headers['accept-encoding'], 'identity')
        response.setHeader('content-encoding', 'gzip')
        response.end(gzipSync('unpacked'))
      },
      {},
      async (fetch, url) => {
        assert.equal((await fetch(`${url}/none`)).status, 404)
        const packed = await fetch(`${url}/packed`)
        assert.equal(await packed.text(), 'unpacked')
        assert.equal(packed.headers.get('content-encoding'), null)
      },
    ))

  const bodies: readonly (readonly [string, FetchProblem, (response: ServerResponse) => void])[] = [
    [
      'states a length that is too large',
      'too_large',
      (response) => response.writeHead(200, { 'content-length': 2 * MEGABYTE }).write('a'),
    ],
    ['never ends', 'too_large', (response) => endless(response)],
    [
      'is a bomb',
      'too_large',
      (response) =>
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(200 * MEGABYTE))),
    ],
    [
      'is compressed in an unknown way',
      'broken',
      (response) => response.writeHead(200, { 'content-encoding': 'lzma' }).end('a'),
    ],
    [
      'is not compressed as it says',
      'unreachable',
      (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('not gzip'),
    ],
    [
      'breaks off',
      'unreachable',
      (response) => {
        response.writeHead(200, { 'content-length': 100 }).write('a')
        setTimeout(() => response.destroy(), 20)
      },
    ],
    ['stands still', 'too_slow', (response) => response.writeHead(200).write('a')],
    [
      'drips',
      'too_slow',
      (response) => {
        const timer = setInterval(() => response.write('a'), 20)
        response.on('close', () => clearInterval(timer))
      },
    ],
    ['never begins', 'too_slow', () => {}],
  ]
  for (const [what, problem, handler] of bodies) {
    test(`is left where its body ${what}, and its connection is closed`, async () => {
      const closed = Promise.withResolvers<void>()
      await answer(
        (request, response) => {
          request.socket.on('error', () => {})
          request.socket.once('close', () => closed.resolve())
          handler(response)
        },
        { timeoutMilliseconds: problem === 'too_slow' ? 200 : 5_000 },
        async (fetch, url) => {
          assert.equal(await problemOf(fetch(url)), problem)
          await closed.promise
        },
      )
    })
  }

  test('is no more asked when the client has left', async () => {
    const leaving = new AbortController()
    const closed = Promise.withResolvers<void>()
    await answer(
      (request) => {
        request.socket.once('close', () => closed.resolve())
        leaving.abort()
      },
      {},
      async (fetch, url) => {
        const failure = await fetch(url, { call: leaving }).catch((thrown) => thrown)
        assert.ok(isGatewayError(failure) && failure.kind === 'client_gone')
        await closed.promise
        const late = await fetch(url, { call: leaving }).catch((thrown) => thrown)
        assert.ok(isGatewayError(late) && late.kind === 'client_gone')
      },
    )
  })

  test('gives no more than memory has room for, and what it held is free again', async () => {
    const budget = createByteBudget(1_000)
    await answer(
      (request, response) => response.end('a'.repeat(request.url === '/long' ? 2_000 : 800)),
      { budget },
      async (fetch, url) => {
        const failure = await fetch(`${url}/long`).catch((thrown) => thrown)
        assert.ok(isGatewayError(failure) && failure.kind === 'overloaded')
        assert.equal((await (await fetch(url)).text()).length, 800)
        assert.equal(budget.held, 0)
      },
    )
  })
})

function endless(response: ServerResponse): void {
  const piece = Buffer.alloc(65_536)
  const more = () => {
    while (!response.destroyed && response.write(piece));
    if (!response.destroyed) response.once('drain', more)
  }
  response.writeHead(200)
  more()
}
