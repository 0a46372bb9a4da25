import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Key } from '../core/keys.ts'
import type { QuotaLimits } from '../core/quota/quota-window.ts'
import { emptyQuotas, FLASH, fault, key, PRO, START, setUpPool, spenderOf } from './virtual-pool.ts'

const HOUR = 3_600_000
/** `START` is midnight in California. */
const MIDNIGHT = START + 24 * HOUR
const DAY_LIMIT = fault('quota_day', {
  retryAfterMilliseconds: 30_000,
  limits: [{ window: 'requests/day', limit: undefined }],
})

function setUp(keys: readonly Key[], stated: QuotaLimits = {}) {
  const bench = setUpPool(keys, undefined, undefined, emptyQuotas(60, stated))
  const { pool, clock } = bench
  return {
    ...bench,
    take: (query = PRO) => pool.take(query, []),
    /** Takes a key, ends the call well, and tells whose it was. */
    call(query = PRO, promptTokenCount?: number) {
      const lease = pool.take(query, [])
      lease?.settle({ ok: true })
      lease?.ended(promptTokenCount === undefined ? undefined : { promptTokenCount })
      return lease?.key.id
    },
    to: (time: number) => clock.advance(time - clock.now()),
  }
}

describe('A pool that knows a limit of requests', () => {
  test('uses each project as far as it goes, and says when the first returns', () => {
    const { call, pool, clock } = setUp([key('a'), key('b')], { 'requests/minute': 3 })
    const used = Array.from({ length: 6 }, () => call())
    assert.deepEqual(used.toSorted(), ['a', 'a', 'a', 'b', 'b', 'b'])
    assert.equal(call(), undefined)
    assert.ok(call(FLASH), 'another model is not spent')
    const returns = pool.returnsAt(PRO)!
    assert.ok(returns > clock.now() + 60_000 && returns < clock.now() + 61_000)
    clock.advance(returns - clock.now())
    assert.ok(call())
  })

  test('shows the keys of a spent project as resting, and why', () => {
    const { call, pool } = setUp([key('a'), key('b', 'a'), key('c')], { 'requests/minute': 1 })
    for (let turn = 0; turn < 2; turn++) call()
    assert.deepEqual(
      pool.list().map(({ state }) => state),
      ['resting', 'resting', 'resting'],
    )
    assert.match(pool.list()[0]?.reason ?? '', /All of 1 requests a minute is used/)
  })

  test('learns it from Google, and passes it no more', () => {
    const { take, call, clock } = setUp([key('a')])
    const learned = fault('quota_minute', {
      retryAfterMilliseconds: 40_000,
      limits: [{ window: 'requests/minute', limit: 2 }],
    })
    call()
    call()
    take()?.settle({ ok: false, ...learned })
    assert.equal(call(), undefined)
    clock.advance(61_000)
    assert.deepEqual([call(), call(), call()], ['a', 'a', undefined])
  })

  test('passes no limit of images either, as Google counts them when they are made', () => {
    const { take, clock } = setUp([key('a')])
    const limits = [{ window: 'images/minute', limit: 2 }] as const
    take()?.settle({ ok: false, ...fault('quota_minute', { retryAfterMilliseconds: 1_000, limits }) })
    clock.advance(1_000)
    const image = { promptTokenCount: 5, candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount: 1290 }] }
    for (let calls = 0; calls < 2; calls++) take()?.ended(image)
    assert.equal(take(), undefined)
    clock.advance(61_000)
    assert.ok(take())
  })

  test('keeps nothing of it as a rest, since what was counted is kept', () => {
    const { call, changes } = setUp([key('a')], { 'requests/minute': 1 })
    call()
    assert.equal(call(), undefined)
    assert.deepEqual(changes, [])
  })

  test('holds after a restart what it held before', () => {
    const stated = { 'requests/minute': 2 }
    const before = setUp([key('a')], stated)
    before.call()
    before.call()
    const quotas = emptyQuotas(60, stated)
    for (let calls = 0; calls < 2; calls++) quotas.spend(spenderOf('a'), 'gemini-pro', 0, START)
    const after = setUpPool([key('a')], undefined, undefined, quotas)
    assert.equal(after.pool.take(PRO, []), undefined)
    assert.equal(after.pool.returnsAt(PRO), before.pool.returnsAt(PRO))
  })
})

describe('A pool that knows a limit of tokens', () => {
  const big = { ...PRO, tokens: 800 }
  const small = { ...PRO, tokens: 100 }

  test('takes a project with room for the call, and refuses only what has room nowhere', () => {
    const { call, pool, clock } = setUp([key('a'), key('b')], { 'tokens/minute': 1_000 })
    assert.deepEqual([call(big), call(big)].toSorted(), ['a', 'b'])
    assert.equal(call(big), undefined)
    const returns = pool.returnsAt(big)!
    assert.ok(returns > clock.now() + 60_000)
    assert.ok(call(small), 'a small call still has room')
    assert.equal(pool.returnsAt(small), clock.now())
  })

  test('goes by what Google counted once it is known', () => {
    const { call } = setUp([key('a')], { 'tokens/minute': 1_000 })
    assert.equal(call(big, 50), 'a')
    assert.equal(call(big), 'a')
    assert.equal(call(big), undefined)
  })

  for (const first of ['counted', 'told'] as const) {
    test(`rests as long as Google asked, whatever its own count turns out to be: first ${first}`, () => {
      const { pool, clock, settle } = setUp([key('a')], { 'tokens/minute': 1_000 })
      const told = fault('quota_minute', { retryAfterMilliseconds: 30_000 })
      const lease = pool.take({ ...PRO, tokens: 900 }, [])
      if (first === 'told') settle('a', PRO, told)
      const filling = first === 'told' ? undefined : pool.take({ ...PRO, tokens: 100 }, [])
      if (first === 'told') settle('a', PRO, { ...told, limits: [{ window: 'tokens/minute', limit: 900 }] })
      else settle('a', PRO, told)
      assert.ok(pool.returnsAt(PRO)! > clock.now() + 30_000, 'our own count lasts longer')
      lease?.ended({ promptTokenCount: 10 })
      filling?.ended({ promptTokenCount: 10 })
      assert.equal(pool.returnsAt(PRO), clock.now() + 30_000)
      clock.advance(30_000)
      assert.ok(pool.take(PRO, []))
    })
  }

  test('finds the one project with room among many', () => {
    const keys = Array.from({ length: 500 }, (_, index) => key(`k${index}`))
    const { pool, quotas, clock } = setUp(keys, { 'tokens/minute': 1_000 })
    for (const { id } of keys) if (id !== 'k321') quotas.spend(spenderOf(id), 'gemini-pro', 900, clock.now())
    assert.equal(pool.take(big, [])?.key.id, 'k321')
  })
})

describe('A project that has spent its day', () => {
  function spend(bench: ReturnType<typeof setUp>) {
    bench.take()?.settle({ ok: false, ...DAY_LIMIT })
  }

  test('is asked once more after the delay Google named, by one call alone, and then rests until midnight', () => {
    const bench = setUp([key('a')])
    const { take, pool, clock, to } = bench
    spend(bench)
    assert.equal(take(), undefined)
    clock.advance(30_001)
    const trial = take()
    assert.ok(trial)
    assert.equal(take(), undefined, 'others wait for what it finds out')
    trial.settle({ ok: false, ...DAY_LIMIT })
    assert.equal(pool.returnsAt(PRO), MIDNIGHT)
    to(MIDNIGHT - 1)
    assert.equal(take(), undefined)
    to(MIDNIGHT)
    assert.ok(take())
    assert.equal(take(), undefined, 'one call finds out whether the day is over')
  })

  test('is good again where that one call succeeds', () => {
    const bench = setUp([key('a')])
    spend(bench)
    bench.clock.advance(30_001)
    assert.equal(bench.call(), 'a')
    assert.equal(bench.call(), 'a')
    spend(bench)
    bench.clock.advance(30_001)
    assert.equal(bench.call(), 'a', 'a new refusal counts as the first')
  })

  test('is asked again by the next call where the trial found out nothing', () => {
    const bench = setUp([key('a')])
    spend(bench)
    bench.clock.advance(30_001)
    bench.take()?.settle({ ok: false, ...fault('model_overloaded') })
    assert.ok(bench.take())
    assert.equal(bench.take(), undefined)
  })

  test('does not rest until midnight for calls that were under way at the first refusal', () => {
    const bench = setUp([key('a')])
    const leases = Array.from({ length: 5 }, () => bench.take())
    for (const lease of leases) lease?.settle({ ok: false, ...DAY_LIMIT })
    assert.equal(bench.pool.returnsAt(PRO), START + 30_000)
    bench.clock.advance(30_001)
    assert.equal(bench.call(), 'a')
  })

  test('is asked every few minutes where Google’s day ends later, and at that time on the days after', () => {
    const bench = setUp([key('a')])
    const { take, to, clock, pool } = bench
    spend(bench)
    clock.advance(30_001)
    take()?.settle({ ok: false, ...DAY_LIMIT })
    to(MIDNIGHT)
    take()?.settle({ ok: false, ...DAY_LIMIT })
    assert.equal(pool.returnsAt(PRO), MIDNIGHT + 30_000)
    to(MIDNIGHT + 600_000)
    assert.equal(bench.call(), 'a')
    spend(bench)
    clock.advance(30_001)
    take()?.settle({ ok: false, ...DAY_LIMIT })
    assert.equal(pool.returnsAt(PRO), MIDNIGHT + 24 * HOUR + 600_000)
  })

  test('is asked by one call alone at midnight after a restart too, and then every few minutes', () => {
    const rest = {
      project: 'a',
      model: 'gemini-pro',
      until: MIDNIGHT,
      state: 'exhausted',
      reason: '',
    } as const
    const { pool, clock } = setUpPool([key('a')], { keys: [], rests: [rest] })
    clock.advance(MIDNIGHT - clock.now())
    for (let refusal = 0; refusal < 2; refusal++) {
      const trial = pool.take(PRO, [])
      assert.ok(trial)
      assert.equal(pool.take(PRO, []), undefined)
      trial.settle({ ok: false, ...DAY_LIMIT })
      assert.equal(pool.returnsAt(PRO), clock.now() + 30_000)
      clock.advance(30_000)
    }
  })

  test('rests by our own count where its limit is known, until midnight', () => {
    const { call, pool } = setUp([key('a')], { 'requests/day': 2 })
    assert.deepEqual([call(), call(), call()], ['a', 'a', undefined])
    assert.equal(pool.returnsAt(PRO), MIDNIGHT)
    assert.equal(pool.list()[0]?.state, 'exhausted')
  })

  for (const [title, time, midnight] of [
    ['of spring', '2027-03-14T20:00:00Z', '2027-03-15T07:00:00Z'],
    ['of autumn', '2027-11-07T06:59:00Z', '2027-11-07T07:00:00Z'],
    ['after that of autumn', '2027-11-07T20:00:00Z', '2027-11-08T08:00:00Z'],
  ] as const) {
    test(`returns at the right midnight on the day ${title}`, () => {
      const { call, pool, to } = setUp([key('a')], { 'requests/day': 1 })
      to(Date.parse(time))
      call()
      assert.equal(new Date(pool.returnsAt(PRO)!).toISOString(), new Date(midnight).toISOString())
    })
  }
})

describe('A key that may serve so many calls at a time', () => {
  const narrow = (id: string, maxConcurrent = 1) => ({ ...key(id), maxConcurrent })

  test('is passed by while it serves them', () => {
    const { take, pool, clock } = setUp([narrow('a'), narrow('b', 2)])
    const leases = [take(), take(), take()]
    assert.deepEqual(leases.map((lease) => lease?.key.id).toSorted(), ['a', 'b', 'b'])
    assert.equal(take(), undefined)
    assert.equal(pool.returnsAt(PRO), clock.now() + 1_000)
    const first = leases.find((lease) => lease?.key.id === 'a')
    first?.settle({ ok: true })
    assert.equal(take(), undefined, 'its answer still comes')
    first?.ended(undefined)
    first?.ended(undefined)
    assert.equal(take()?.key.id, 'a')
    assert.equal(take(), undefined)
  })

  test('is free again after a failure, and stays out where that was its own', () => {
    const { take } = setUp([narrow('a')])
    take()?.settle({ ok: false, ...fault('model_overloaded') })
    assert.ok(take())
    const other = setUp([narrow('a')])
    other.take()?.settle({ ok: false, ...fault('key_leaked') })
    assert.equal(other.take(), undefined)
    assert.equal(other.pool.returnsAt(PRO), undefined)
  })
})
