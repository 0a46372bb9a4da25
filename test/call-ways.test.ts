import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createBreakers } from '../core/call/breaker.ts'
import { createKeyLoop } from '../core/call/key-loop.ts'
import { ConnectionError } from '../core/call/line.ts'
import { createRoute } from '../core/call/route.ts'
import { createTrace } from '../core/call/trace.ts'
import type { Answer, UpstreamRequest } from '../core/call/upstream.ts'
import { GatewayError } from '../core/errors.ts'
import type { Key } from '../core/keys.ts'
import { createRedactor } from '../core/log/redactor.ts'
import { createPool } from '../core/pool/pool.ts'
import { createTokenEstimates } from '../core/quota/token-estimates.ts'
import { ProxyError } from '../core/transport.ts'
import type { Ways } from '../core/ways/ways.ts'
import { roundRobin } from '../plugins/key-strategies/round-robin.ts'
import { emptyQuotas } from './virtual-pool.ts'
import { waysOf } from './ways-of-test.ts'

/** What a way says to an attempt. */
type Said = 'good' | 'region' | 'refused' | 'reset'

const REQUEST: UpstreamRequest = {
  method: 'POST',
  path: '/v1beta/models/m:generateContent',
  headers: {},
  body: () => '{}',
  model: 'm',
  repeatable: true,
}

const REGION = JSON.stringify({
  error: {
    code: 400,
    status: 'FAILED_PRECONDITION',
    message: 'User location is not supported for the API use.',
  },
})

/** A key loop in virtual time, over ways that answer by name; `good` where none is stated. */
function createBench(ways: Ways, said: Record<string, Said>, count = 4) {
  let clock = 0
  const now = () => clock
  const wait = async (milliseconds: number) => {
    clock += milliseconds
  }
  const used: string[] = []
  const pool = createPool({
    keys: Array.from({ length: count }, (_, index) => toKey(`k${index}`)),
    strategy: roundRobin({ random: () => 0 }),
    quotas: emptyQuotas(),
    saved: { keys: [], rests: [] },
    now,
    random: () => 0,
    minuteSeconds: 60,
    changed: () => assert.fail('a key changed'),
    doubted: () => assert.fail('a key was doubted'),
  })
  const breakers = createBreakers({ now, wait })
  const loop = createKeyLoop({
    service: 'gemini',
    pool,
    tokens: createTokenEstimates(),
    breakers,
    ways,
    redactor: createRedactor(),
    deadlineMilliseconds: 60_000,
    now,
    elapsed: now,
    random: () => 0.5,
    wait,
    upstream: {
      async open(_, __, ___, way) {
        used.push(way!.name)
        return answerOf(said[way!.name] ?? 'good')
      },
    },
  })
  return {
    used,
    ways,
    breakers,
    now,
    said,
    pool,
    advance: wait,
    isOut: (name: string) => !breakers.isClosed(`way-out:${name}`),
    async run(request: Partial<UpstreamRequest> = {}) {
      used.length = 0
      const trace = createTrace()
      await loop.run({ ...REQUEST, ...request }, trace, new AbortController().signal, readBytes)
      return trace
    },
  }
}

function toKey(id: string): Key {
  return { id, name: undefined, project: id, weight: 1, tags: [] }
}

function answerOf(said: Said): Answer {
  if (said === 'refused') throw toConnectionError(new ProxyError('The proxy does not take its password'))
  if (said === 'reset') throw toConnectionError(new Error('ECONNRESET'))
  const bytes = new TextEncoder().encode(said === 'good' ? '{}' : REGION)
  return {
    status: said === 'good' ? 200 : 400,
    headers: new Headers({ 'content-type': 'application/json' }),
    read: async () => undefined,
    bytes: async () => bytes,
    end() {},
  }
}

function toConnectionError(cause: Error): ConnectionError {
  return new ConnectionError(cause.message, { cause })
}

const [A, B, C] = ['http://a:1', 'http://b:1', 'http://c:1']
const refusedWith = (kind: string) => (thrown: unknown) =>
  thrown instanceof GatewayError && thrown.kind === kind

const readBytes = async (answer: Answer) => ({ ok: true as const, value: { bytes: await answer.bytes() } })

describe('a call with several ways out', () => {
  for (const bad of ['region', 'refused'] as const) {
    test(`goes another way at once after "${bad}", and later calls go around it`, async () => {
      const bench = createBench(waysOf({ urls: [A, B, C] }), { [A]: bad, [B]: bad })
      const traces = []
      for (let call = 0; call < 20; call++) traces.push(await bench.run())
      assert.equal(bench.now(), 0, 'nobody waited')
      assert.deepEqual([bench.isOut(A), bench.isOut(B), bench.isOut(C)], [true, true, false])
      const failures = traces.flatMap((trace) => trace.failures)
      assert.equal(failures.length, 2)
      assert.ok(traces.every(({ way }) => way === C))
    })
  }

  test('moves although the request must not be sent twice, where nothing of it was sent', async () => {
    const bench = createBench(waysOf({ urls: [A, B, C] }), { [A]: 'refused', [B]: 'refused' })
    for (let call = 0; call < 4; call++) await bench.run({ repeatable: false })
  })

  test('does not move where Google may have done what was asked', async () => {
    const bench = createBench(waysOf({ urls: [A, B] }), { [A]: 'reset', [B]: 'reset' })
    await assert.rejects(bench.run({ repeatable: false }), refusedWith('bad_upstream'))
    assert.equal(bench.used.length, 1)
  })

  test('moves after a reset too, which alone does not put a way out', async () => {
    const bench = createBench(waysOf({ urls: [A, B] }), { [A]: 'reset' })
    for (let call = 0; call < 4; call++) assert.equal((await bench.run()).way, B)
    assert.equal(bench.now(), 0)
    assert.equal(bench.isOut(A), false)
    for (let call = 0; call < 20; call++) await bench.run()
    assert.equal(bench.isOut(A), true)
  })

  test('the last way is not given up for one failure, and is tried on as with one way alone', async () => {
    const bench = createBench(waysOf({ urls: [A, B] }), { [A]: 'refused', [B]: 'refused' })
    await assert.rejects(bench.run())
    assert.ok(bench.used.length >= 4, `${bench.used.length} attempts`)
    bench.said[A] = 'good'
    bench.said[B] = 'good'
    await bench.advance(1000)
    await bench.run()
    assert.equal(bench.isOut(A) && bench.isOut(B), false)
  })

  test('one failure puts a way out, but never the last one', () => {
    const bench = createBench(waysOf({ urls: [A, B] }), {})
    const [first, second] = bench.ways.all
    const route = createRoute(bench.ways, bench.breakers)
    const fault = { kind: 'proxy_failed', status: 0, reason: '', text: '' } as const
    route.failed(first!, fault)
    route.failed(second!, fault)
    assert.deepEqual([bench.isOut(A), bench.isOut(B)], [true, false])
    for (let more = 0; more < 4; more++) route.failed(second!, fault)
    assert.equal(bench.isOut(B), true)
    assert.equal(route.isBlocked(), true)
  })

  test('keys whose own proxy is dead are passed over, and charged nothing', async () => {
    const ways = waysOf({ urls: [C] }, { k0: A, k1: B })
    const bench = createBench(ways, { [A]: 'refused', [B]: 'refused' })
    for (let call = 0; call < 12; call++) assert.equal((await bench.run()).way, C)
    const { used } = bench
    assert.deepEqual(used, [C])
    assert.ok(bench.pool.list().every(({ state }) => state === 'active'))
  })

  test('where every key has a dead proxy of its own it is refused, and one call a second tries', async () => {
    const bench = createBench(waysOf({}, { k0: A, k1: B }), { [A]: 'refused', [B]: 'refused' }, 2)
    for (let call = 0; call < 6; call++) await assert.rejects(bench.run())
    const begun = bench.now()
    let trials = 0
    for (let call = 0; call < 50; call++) {
      const started = bench.now()
      await assert.rejects(bench.run(), GatewayError)
      assert.ok(bench.now() - started < 900, 'a call that is the trial waits for itself')
      if (bench.used.length > 0) trials++
    }
    const seconds = (bench.now() - begun) / 1000
    assert.ok(
      trials <= 2 * (1 + seconds),
      `${trials} of 50 calls were trials within ${seconds} s, by two ways`,
    )
    bench.said[A] = 'good'
    bench.said[B] = 'good'
    await bench.advance(1000)
    await bench.run()
    assert.equal(bench.used.length, 1)
  })
})

test('with one proxy alone everything is as with the direct way', async () => {
  const bench = createBench(waysOf({ urls: [A] }), { [A]: 'region' })
  await assert.rejects(bench.run(), refusedWith('upstream_refused'))
  assert.deepEqual(bench.used, [A])
  for (let call = 0; call < 3; call++) await assert.rejects(bench.run())
  await assert.rejects(bench.run(), refusedWith('upstream_refused')) // the breaker's trial
  await assert.rejects(bench.run(), refusedWith('overloaded'))
})
