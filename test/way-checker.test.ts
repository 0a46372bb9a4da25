import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createBreakers } from '../core/call/breaker.ts'
import type { Key } from '../core/keys.ts'
import { createRedactor } from '../core/log/redactor.ts'
import { ProxyError, type TransportRequest } from '../core/transport.ts'
import { keyFor } from '../core/ways/key-ways.ts'
import { createWay } from '../core/ways/way.ts'
import { createWayChecker } from '../core/ways/way-checker.ts'
import { toWayView } from '../core/ways/way-view.ts'
import { startWayWatch } from '../core/ways/way-watch.ts'
import { transportOf, waysOf } from './ways-of-test.ts'

type Answer = (url: string, request: TransportRequest) => Response

const KEY: Key = { id: 'k0', name: undefined, project: 'k0', weight: 1, tags: [] }
const google = (status: number, message: string) =>
  Response.json({ error: { code: status, message, status: 'X' } }, { status })
const LOCATION = 'User location is not supported for the API use.'

function setUp(answer: Answer, exitAddressUrl?: string) {
  const asked: { url: string; key: string | undefined }[] = []
  const breakers = createBreakers({ now: () => 0, wait: async () => {} })
  const redactor = createRedactor()
  redactor.add('hush-hush', 'proxy credentials')
  const way = createWay({
    name: 'http://p:1',
    masked: 'http://***@p:1',
    isProxy: true,
    seed: 1,
    transport: transportOf({
      async fetch(url, request) {
        asked.push({ url, key: request.headers['x-goog-api-key'] })
        return answer(url, request)
      },
    }),
  })
  const checker = createWayChecker({
    baseUrl: 'https://google.test/',
    path: '/v1beta/models?pageSize=1',
    headers: {},
    exitAddressUrl,
    breakers,
    redactor,
    now: () => 7,
    keyFor: () => KEY,
    authorize(headers) {
      headers['x-goog-api-key'] = 'secret'
    },
  })
  breakers.failed(way.scope, 'k', 'proxy_failed', 1)
  const view = () => toWayView(way, breakers)
  return { asked, breakers, way, checker, view }
}

test('a check asks for one model, with a key, and any answer of Google’s own opens the way', async () => {
  for (const answer of [
    Response.json({ models: [] }),
    google(400, 'API key not valid.'),
    google(429, 'Quota'),
  ]) {
    const { checker, way, view, asked } = setUp(() => answer)
    assert.deepEqual([view().state, view().reason], ['out', 'proxy_failed'])
    await checker.check(way)
    assert.deepEqual(asked, [{ url: 'https://google.test/v1beta/models?pageSize=1', key: 'secret' }])
    const { state, checkedAt, latencyMilliseconds, lastError } = view()
    assert.deepEqual([state, checkedAt, lastError], ['good', 7, undefined])
    assert.equal(typeof latencyMilliseconds, 'number')
  }
})

test('a way stays out while Google refuses its place, or nobody answers, and says so without secrets', async () => {
  const failures: [Answer, string, RegExp][] = [
    [() => google(400, LOCATION), 'region_blocked', /User location/],
    [() => new Response('<title>Sorry...</title>', { status: 429 }), 'address_blocked', /Sorry/],
    [
      () => {
        throw new ProxyError('The proxy refused hush-hush')
      },
      'proxy_failed',
      /^The proxy refused \[proxy credentials\]$/,
    ],
    [
      () => {
        throw new Error('ECONNRESET')
      },
      'connection_failed',
      /ECONNRESET/,
    ],
  ]
  for (const [answer, kind, text] of failures) {
    const { checker, way, view } = setUp(answer)
    await checker.check(way)
    assert.equal(view().state, 'out')
    assert.equal(view().lastError?.kind, kind)
    assert.match(view().lastError?.text ?? '', text)
  }
})

test('where calls come from is asked only of the service that the settings name, without a key', async () => {
  const answer: Answer = (url) => new Response(url.includes('exit') ? '{"ip":"203.0.113.7"}\n' : '{}')
  const off = setUp(answer)
  await off.checker.check(off.way)
  assert.equal(off.asked.length, 1)
  const on = setUp(answer, 'https://exit.test/')
  await on.checker.check(on.way)
  assert.deepEqual(on.asked[1], { url: 'https://exit.test/', key: undefined })
  assert.equal(on.view().exitAddress, '203.0.113.7')
})

test('the watch checks the ways that are out, and no others, until they are back', async () => {
  const ways = waysOf({ urls: ['http://a:1', 'http://b:1', 'http://c:1'] })
  const breakers = createBreakers({ now: () => 0, wait: async () => {} })
  const [first, second] = ways.all
  for (const way of [first!, second!]) breakers.failed(way.scope, 'k', 'proxy_failed', 1)
  const checked: string[][] = []
  const returned: string[] = []
  let tick: () => unknown = () => assert.fail('no time was set')
  const watch = startWayWatch({
    ways,
    breakers,
    checker: {
      async check() {},
      async checkAll(list) {
        checked.push(list.map(({ name }) => name))
        breakers.succeeded(list[0]?.scope ?? '')
      },
    },
    everyMilliseconds: 30_000,
    later(run) {
      tick = run
      return { cancel() {} }
    },
    returned: ({ name }) => returned.push(name),
  })
  for (let round = 0; round < 3; round++) await tick()
  assert.deepEqual(checked, [['http://a:1', 'http://b:1'], ['http://b:1'], []])
  assert.deepEqual(returned, ['http://a:1', 'http://b:1'])
  watch.close()
})

test('a way is checked with a key that goes it anyway, or with none', () => {
  const other: Key = { ...KEY, id: 'k1' }
  const ways = waysOf({ urls: ['http://all:1'] }, { k1: 'http://own:1' })
  const [all, own] = ways.all
  const list = [KEY, other]
  const usable = (some: readonly Key[]) => ({
    find: (id: string) => list.find((key) => key.id === id),
    usable: () => ({
      size: some.length,
      at: (index: number) => some[index]!,
      sample: () => some[0]!,
      byProject: () => [],
      find: () => undefined,
    }),
  })
  assert.equal(keyFor(own!, ways, usable(list))?.id, 'k1')
  assert.equal(keyFor(all!, ways, usable(list))?.id, 'k0')
  assert.equal(keyFor(own!, ways, usable([KEY])), undefined)
  own!.health.lastKeyId = 'k1'
  assert.equal(keyFor(own!, ways, usable([KEY]))?.id, 'k1')
})
