import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createBreakers } from '../core/call/breaker.ts'
import type { FaultKind } from '../core/fault.ts'

const SCOPE = 'model:gemini-pro'

test('a breaker opens when five distinct keys failed alike within 10 s', async () => {
  const { breakers, fail } = setUp()
  fail(4)
  fail(4)
  assert.equal(breakers.isClosed(SCOPE), true)
  breakers.failed(SCOPE, 'k5', 'model_overloaded', 100)
  assert.equal(breakers.isClosed(SCOPE), false)
  assert.equal(breakers.isClosed('model:other'), true)
})

test('a breaker stays closed while keys fail differently, slowly, or with a success between', () => {
  const { breakers, fail, clock } = setUp()
  fail(4, 'model_overloaded')
  fail(4, 'model_failed')
  clock.advance(10_001)
  breakers.failed(SCOPE, 'k9', 'model_overloaded', 100)
  assert.equal(breakers.isClosed(SCOPE), true)
  fail(3)
  breakers.succeeded(SCOPE)
  fail(4)
  assert.equal(breakers.isClosed(SCOPE), true)
})

test('a breaker of a smaller pool opens when all its keys failed', () => {
  const { breakers } = setUp()
  breakers.failed(SCOPE, 'a', 'model_overloaded', 2)
  assert.equal(breakers.isClosed(SCOPE), true)
  breakers.failed(SCOPE, 'b', 'model_overloaded', 2)
  assert.equal(breakers.isClosed(SCOPE), false)
  breakers.failed('way-out:direct', 'a', 'connection_failed', 0)
  assert.equal(breakers.isClosed('way-out:direct'), false)
})

test('a breaker does not count what neither the model nor the way out did', () => {
  const { breakers, fail } = setUp()
  for (const kind of ['quota_minute', 'key_invalid', 'empty', 'client_mistake', 'refused'] as const) {
    fail(6, kind)
  }
  assert.equal(breakers.isClosed(SCOPE), true)
  assert.equal(breakers.kindOf(SCOPE), undefined)
})

test('an open breaker lets one trial through at once, and one a second after that', async () => {
  const { breakers, fail, clock } = setUp()
  assert.equal(await breakers.enter(SCOPE), 'pass')
  fail(5)
  assert.equal(await breakers.enter(SCOPE), 'trial')
  fail(1)
  breakers.trialEnded(SCOPE)
  assert.equal(await breakers.enter(SCOPE), 'refuse')
  clock.advance(999)
  assert.equal(await breakers.enter(SCOPE), 'refuse')
  clock.advance(1)
  assert.equal(await breakers.enter(SCOPE), 'trial')
  assert.equal(breakers.isClosed(SCOPE), false)
})

test('calls that come during a trial pass when it succeeds, and are refused when all its attempts fail', async () => {
  const { breakers, fail, clock } = setUp()
  fail(5)
  await breakers.enter(SCOPE)
  const refused = [breakers.enter(SCOPE), breakers.enter(SCOPE)]
  fail(1)
  fail(1)
  breakers.trialEnded(SCOPE)
  assert.deepEqual(await Promise.all(refused), ['refuse', 'refuse'])
  clock.advance(1000)
  assert.equal(await breakers.enter(SCOPE), 'trial')
  const passed = [breakers.enter(SCOPE), breakers.enter(SCOPE)]
  breakers.succeeded(SCOPE)
  assert.deepEqual(await Promise.all(passed), ['pass', 'pass'])
  assert.equal(breakers.isClosed(SCOPE), true)
})

test('a call waits for the end of a trial no longer than a second', async () => {
  const { breakers, fail, clock } = setUp()
  fail(5)
  await breakers.enter(SCOPE)
  const waiting = breakers.enter(SCOPE)
  assert.deepEqual(clock.waits(), [1000])
  clock.advance(1000)
  assert.equal(await waiting, 'refuse')
})

test('a trial that ended without a verdict frees its place', async () => {
  const { breakers, fail, clock } = setUp()
  fail(5)
  await breakers.enter(SCOPE)
  const waiting = breakers.enter(SCOPE)
  breakers.trialEnded(SCOPE)
  assert.equal(await waiting, 'refuse')
  clock.advance(1000)
  assert.equal(await breakers.enter(SCOPE), 'trial')
})

test('a trial that never ends holds the next one back for 10 s only', async () => {
  const { breakers, fail, clock } = setUp()
  fail(5)
  await breakers.enter(SCOPE)
  clock.advance(9_999)
  const waiting = breakers.enter(SCOPE)
  clock.advance(1)
  assert.equal(await breakers.enter(SCOPE), 'trial')
  assert.equal(await waiting, 'refuse')
})

test('a success of a call still in flight closes a breaker too', async () => {
  const { breakers, fail } = setUp()
  fail(5)
  breakers.succeeded(SCOPE)
  assert.equal(await breakers.enter(SCOPE), 'pass')
  breakers.trialEnded(SCOPE)
})

test('breakers forget the scope that failed longest ago, however many are named', () => {
  const { breakers } = setUp()
  for (let model = 0; model < 5_000; model++) breakers.failed(`model:${model}`, 'a', 'model_failed', 1)
  assert.equal(breakers.isClosed('model:0'), true)
  assert.equal(breakers.isClosed('model:3999'), true)
  assert.equal(breakers.isClosed('model:4000'), false)
  assert.equal(breakers.isClosed('model:4999'), false)
})

test('breakers tell how a scope failed last', () => {
  const { breakers, fail } = setUp()
  fail(5, 'model_timeout')
  fail(1, 'model_failed')
  assert.equal(breakers.kindOf(SCOPE), 'model_failed')
  breakers.succeeded(SCOPE)
  assert.equal(breakers.kindOf(SCOPE), undefined)
})

function setUp() {
  let time = 1_800_000_000_000
  const timers: { at: number; milliseconds: number; ring: () => void }[] = []
  const now = () => time
  const breakers = createBreakers({
    now,
    wait: (milliseconds) =>
      new Promise((resolve) => timers.push({ at: time + milliseconds, milliseconds, ring: resolve })),
  })
  return {
    breakers,
    clock: {
      now,
      waits: () => timers.map(({ milliseconds }) => milliseconds),
      advance(milliseconds: number) {
        time += milliseconds
        for (const timer of timers) if (timer.at <= time) timer.ring()
      },
    },
    fail(keys: number, kind: FaultKind = 'model_overloaded') {
      for (let index = 0; index < keys; index++) breakers.failed(SCOPE, `k${index}`, kind, 100)
    },
  }
}

test('a call can wait a moment for an open breaker to close', async () => {
  const { breakers, fail, clock } = setUp()
  assert.equal(await breakers.closesWithin(SCOPE, 250), true)
  fail(5)
  const closing = breakers.closesWithin(SCOPE, 250)
  breakers.succeeded(SCOPE)
  assert.equal(await closing, true)
  fail(5)
  const staying = breakers.closesWithin(SCOPE, 250)
  clock.advance(250)
  assert.equal(await staying, false)
})
