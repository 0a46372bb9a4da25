import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createBreakers } from '../core/call/breaker.ts'
import { createKeyLoop } from '../core/call/key-loop.ts'
import { ConnectionError, SilenceError } from '../core/call/line.ts'
import { createTrace } from '../core/call/trace.ts'
import type { Answer, UpstreamRequest } from '../core/call/upstream.ts'
import { GatewayError } from '../core/errors.ts'
import type { Fault } from '../core/fault.ts'
import type { Key } from '../core/keys.ts'
import { createRedactor } from '../core/log/redactor.ts'
import { createPool } from '../core/pool/pool.ts'
import { createTokenEstimates } from '../core/quota/token-estimates.ts'
import { roundRobin } from '../plugins/key-strategies/round-robin.ts'
import { emptyQuotas } from './virtual-pool.ts'
import { waysOf } from './ways-of-test.ts'

/** What Google says to an attempt: a status, or an exception. */
type Script = (key: Key, attempt: number) => number | Error

const REQUEST: UpstreamRequest = {
  method: 'POST',
  path: '/v1beta/models/m:generateContent',
  headers: {},
  body: () => '{}',
  model: 'm',
  repeatable: true,
}

/** A key loop in virtual time: waiting moves the clock. */
const readBytes = async (answer: Answer) => ({ ok: true as const, value: { bytes: await answer.bytes() } })

function createBench(count: number, script: Script, deadlineMilliseconds = 60_000) {
  let clock = 0
  const times: number[] = []
  const used: string[] = []
  const now = () => clock
  const advance = (milliseconds: number) => {
    clock += milliseconds
  }
  const wait = async (milliseconds: number) => advance(milliseconds)
  const random = () => 0.5
  const keys = Array.from({ length: count }, (_, index) => toKey(`k${index}`))
  const pool = createPool({
    keys,
    strategy: roundRobin({ random }),
    quotas: emptyQuotas(),
    saved: { keys: [], rests: [] },
    now,
    random,
    minuteSeconds: 60,
    changed() {},
    doubted() {},
  })
  const breakers = createBreakers({ now, wait })
  const loop = createKeyLoop({
    service: 'gemini',
    pool,
    tokens: createTokenEstimates(),
    breakers,
    ways: waysOf(),
    redactor: createRedactor(),
    deadlineMilliseconds,
    now,
    elapsed: now,
    random,
    wait,
    upstream: {
      async open(key) {
        times.push(clock)
        used.push(key.id)
        const said = script(key, times.length)
        if (said instanceof Error) throw said
        return toAnswer(said)
      },
    },
  })
  return {
    pool,
    loop,
    breakers,
    times,
    used,
    advance,
    trace: createTrace(),
    run(request: Partial<UpstreamRequest> = {}, leaving = new AbortController().signal) {
      return loop.run({ ...REQUEST, ...request }, this.trace, leaving, readBytes)
    },
  }
}

function toKey(id: string): Key {
  return { id, name: undefined, project: id, weight: 1, tags: [] }
}

const BODIES: Record<number, unknown> = {
  400: { error: { code: 400, status: 'INVALID_ARGUMENT', message: 'Bad' } },
  401: { error: { code: 401, status: 'UNAUTHENTICATED', message: 'No' } },
  429: { error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'Please retry in 7s.' } },
  503: {
    error: { code: 503, status: 'UNAVAILABLE', message: 'The model is overloaded. Please try again later.' },
  },
}

function toAnswer(status: number): Answer {
  const bytes = new TextEncoder().encode(JSON.stringify(BODIES[status] ?? {}))
  return {
    status,
    headers: new Headers({ 'content-type': 'application/json' }),
    read: async () => undefined,
    bytes: async () => bytes,
    end() {},
  }
}

const isError = (kind: string, status: number) => (thrown: unknown) => {
  assert.ok(thrown instanceof GatewayError, String(thrown))
  assert.equal(thrown.kind, kind)
  assert.equal(thrown.status, status)
  return true
}

describe('the key loop', () => {
  test('walks over every key that is spent, however many, without waiting', async () => {
    const bench = createBench(200, (key) => (key.id === 'k199' ? 200 : 429))
    await bench.run()
    assert.equal(bench.trace.attempts, 200)
    assert.deepEqual(new Set(bench.times), new Set([0]))
    assert.equal(new Set(bench.used).size, 200)
  })

  test('answers at once with the earliest return when all keys rest', async () => {
    const bench = createBench(3, () => 429)
    await assert.rejects(
      bench.run(),
      (thrown) => isError('rate_limited', 429)(thrown) && retryAfter(thrown) === 7,
    )
    bench.advance(5_500)
    await assert.rejects(bench.run(), (thrown) => retryAfter(thrown) === 2)
    assert.equal(bench.times.length, 3)
  })

  test('says that there are no keys, and that none can return', async () => {
    await assert.rejects(createBench(0, () => 200).run(), isError('no_available_keys', 503))
  })

  test('tries an overload on other keys, four times within three seconds', async () => {
    const bench = createBench(50, () => 503)
    await assert.rejects(bench.run(), isError('upstream_refused', 503))
    assert.equal(bench.times.filter((time) => time < 3_000).length, 4)
    assert.equal(bench.times[1], 0)
    assert.equal(new Set(bench.used).size, bench.used.length)
    assert.ok(bench.pool.list().every(({ state }) => state === 'active'))
  })

  test('goes on at that pace while other calls succeed, and gives up after ten attempts', async () => {
    const bench = createBench(50, () => {
      bench.breakers.succeeded('model:m')
      return 503
    })
    await assert.rejects(bench.run(), isError('upstream_refused', 503))
    assert.equal(bench.times.length, 10)
    for (const start of bench.times) {
      assert.ok(bench.times.filter((time) => time >= start && time < start + 3_000).length <= 4)
    }
  })

  test('tries the only key again after an overload', async () => {
    const bench = createBench(1, (_, attempt) => (attempt === 1 ? 503 : 200))
    await bench.run()
    assert.equal(bench.trace.attempts, 2)
  })

  test('takes a lost connection to another key, unless the request must not be sent twice', async () => {
    const lost = (_: Key, attempt: number) => (attempt === 1 ? new ConnectionError('ECONNRESET') : 200)
    await createBench(2, lost).run()
    await assert.rejects(createBench(2, lost).run({ repeatable: false }), isError('bad_upstream', 502))
    await createBench(2, (_, attempt) => (attempt === 1 ? 503 : 200)).run({ repeatable: false })
  })

  test('tells silence as a time-out', async () => {
    const bench = createBench(2, () => new SilenceError('silent'), 1)
    await assert.rejects(bench.run(), isError('upstream_timeout', 504))
  })

  test("answers the client's own mistakes at once, and charges no key", async () => {
    const bench = createBench(3, () => 400)
    await assert.rejects(bench.run(), isError('upstream_refused', 400))
    assert.equal(bench.trace.attempts, 1)
    assert.ok(bench.pool.list().every(({ state }) => state === 'active'))
    assert.ok(bench.breakers.isClosed('model:m'))
  })

  test('starts no attempt after the deadline', async () => {
    const bench = createBench(
      100,
      () => {
        bench.advance(400)
        return 429
      },
      1_000,
    )
    await assert.rejects(bench.run(), isError('overloaded', 503))
    assert.equal(bench.times.length, 3)
  })

  test('stops when the client has left, and charges nobody', async () => {
    const leaving = new AbortController()
    const bench = createBench(3, () => {
      leaving.abort()
      return new ConnectionError('aborted')
    })
    await assert.rejects(bench.run({}, leaving.signal), isError('client_gone', 499))
    assert.equal(bench.times.length, 1)
    assert.deepEqual(bench.trace.failures, [])
  })

  test('refuses new calls while the breaker is open, but for one trial a second', async () => {
    const bench = createBench(20, () => 503)
    await assert.rejects(bench.run())
    assert.equal(bench.times.length, 5)
    await assert.rejects(bench.run(), isError('upstream_refused', 503))
    const trial = bench.times.length
    assert.ok(trial > 5, 'the first call after opening is a trial')
    await assert.rejects(
      bench.run(),
      (thrown) => isError('overloaded', 503)(thrown) && retryAfter(thrown) === 1,
    )
    assert.equal(bench.times.length, trial)
  })

  test('gives up a method that many keys are refused alike for, and lets the others be', async () => {
    const bench = createBench(50, () => 401)
    await assert.rejects(bench.run({ model: undefined }), isError('internal', 500))
    assert.equal(bench.trace.attempts, 3)
    const generation = createBench(50, () => 401)
    await assert.rejects(generation.run(), isError('internal', 500))
    assert.equal(generation.trace.attempts, 20)
  })

  test('does not come back to a project whose quota was spent for this call', async () => {
    const bench = createBench(5, () => {
      bench.advance(3_000)
      return 429
    })
    await assert.rejects(bench.run(), isError('rate_limited', 429))
    assert.equal(bench.times.length, 5)
  })

  test("does not show a key's refusal after overloads", async () => {
    const bench = createBench(30, (_, attempt) => (attempt <= 4 ? 503 : attempt === 5 ? 401 : 200))
    await bench.run()
    assert.equal(bench.trace.attempts, 6)
  })

  test('does not repeat what Google may have done already', async () => {
    for (const status of [500, 502, 504]) {
      const bench = createBench(3, () => status)
      await assert.rejects(bench.run({ repeatable: false }), (thrown) => thrown instanceof GatewayError)
      assert.equal(bench.trace.attempts, 1, String(status))
    }
  })

  test('takes any answer of Google as a sign that it can be reached', async () => {
    const bench = createBench(1, (_, attempt) => (attempt === 1 ? new ConnectionError('ECONNREFUSED') : 400))
    await assert.rejects(bench.run(), isError('upstream_refused', 400))
    assert.ok(bench.breakers.isClosed('way-out:direct'))
  })

  test('charges nobody for what goes wrong after the client has left', async () => {
    const leaving = new AbortController()
    const bench = createBench(3, () => 200)
    let charge: (fault: Fault) => void = () => {}
    await bench.loop.run(REQUEST, bench.trace, leaving.signal, async (_, chargeLater) => {
      charge = chargeLater
      return { ok: true, value: undefined }
    })
    const fault: Fault = { kind: 'cut_off', status: 200, reason: 'cut', text: '' }
    leaving.abort()
    charge(fault)
    assert.deepEqual(bench.trace.failures, [])
  })

  test('keeps what happened for the log, at most 2 KB of each text', async () => {
    const bench = createBench(2, (_, attempt) =>
      attempt === 1 ? new ConnectionError('x'.repeat(5_000)) : 200,
    )
    await bench.run()
    assert.equal(bench.trace.failures.length, 1)
    assert.equal(bench.trace.failures[0]?.fault, 'connection_failed')
    assert.equal(bench.trace.failures[0]?.text.length, 2_048)
  })
})

function retryAfter(thrown: unknown): number | undefined {
  return thrown instanceof GatewayError ? thrown.retryAfterSeconds : undefined
}
