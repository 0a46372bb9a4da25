import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MinuteLog } from '../core/quota/minute-log.ts'
import { seededRandom } from './seeded-random.ts'

const MINUTE = 60_000

test('a minute log counts what came within the minute, and forgets it soon after', () => {
  const log = new MinuteLog(MINUTE)
  log.add(0, 10)
  log.add(30_000, 20)
  assert.equal(log.requests(59_999), 2)
  assert.equal(log.tokens(59_999), 30)
  assert.equal(log.requests(61_000), 1)
  assert.equal(log.tokens(91_000), 0)
})

test('a minute log never counts less than any minute that a call falls into holds', () => {
  const random = seededRandom(3)
  const log = new MinuteLog(MINUTE)
  const calls: { at: number; tokens: number }[] = []
  let now = 0
  for (let turn = 0; turn < 5_000; turn++) {
    now += random() * (random() < 0.1 ? 5_000 : 200)
    const tokens = Math.floor(random() * 1_000)
    log.add(now, tokens)
    calls.push({ at: now, tokens })
    const within = calls.filter(({ at }) => at > now - MINUTE)
    assert.ok(log.requests(now) >= within.length)
    assert.ok(log.tokens(now) >= within.reduce((sum, call) => sum + call.tokens, 0))
    // Nor much more: entries leave with their last call, and a little late.
    assert.ok(log.requests(now) <= calls.filter(({ at }) => at > now - MINUTE * 1.01).length)
  }
})

test('a minute log says when there will be room again', () => {
  const log = new MinuteLog(MINUTE)
  for (const at of [0, 10_000, 20_000]) log.add(at, 100)
  const soon = (time: number, what: string) => assert.ok(time > 60_000 && time < 60_600, `${what}: ${time}`)
  assert.equal(log.whenAtMost('requests', 3, 20_000), 20_000)
  soon(log.whenAtMost('requests', 2, 20_000), 'one less')
  soon(log.whenAtMost('tokens', 100, 20_000) - 10_000, 'two less')
  soon(log.whenAtMost('requests', 0, 20_000) - 20_000, 'none')
  const again = log.whenAtMost('requests', 2, 20_000)
  assert.equal(log.requests(again), 2)
})

test('a minute log takes back what was counted, until it is forgotten anyway', () => {
  const log = new MinuteLog(MINUTE)
  const first = log.add(0, 100)
  const second = log.add(30_000, 100)
  log.correct(first, -1, -100)
  log.correct(second, 0, 50)
  assert.equal(log.requests(40_000), 1)
  assert.equal(log.tokens(40_000), 150)
  log.add(95_000, 1)
  log.correct(second, -1, -150)
  assert.equal(log.requests(95_000), 1)
  assert.equal(log.tokens(95_000), 1)
})

test('a minute log that was kept counts on where it was', () => {
  const log = new MinuteLog(MINUTE)
  log.add(0, 5)
  log.add(1_000, 7)
  const other = new MinuteLog(MINUTE)
  other.restore(log.entries(2_000))
  assert.equal(other.requests(2_000), 2)
  assert.equal(other.tokens(60_700), 7)
})

test('a minute log forgets within a minute though the clock was set back', () => {
  const log = new MinuteLog(MINUTE)
  log.add(3_600_000, 5)
  log.add(3_601_000, 5)
  assert.equal(log.requests(0), 2)
  assert.ok(log.whenAtMost('requests', 0, 0) < 61_000)
  for (let at = 1_000; at < 200_000; at += 1_000) log.add(at, 1)
  assert.ok(log.requests(200_000) <= 61, 'calls after it are told apart as before')
})

test('a minute log corrects the call that is meant, whatever came before and after it', () => {
  const random = seededRandom(5)
  const log = new MinuteLog(MINUTE)
  const calls: { from: number; at: number; tokens: number }[] = []
  let now = 0
  for (let turn = 0; turn < 3_000; turn++) {
    now += random() * (random() < 0.05 ? 30_000 : 400)
    const tokens = Math.floor(random() * 1_000)
    calls.push({ from: log.add(now, tokens), at: now, tokens })
    const call = calls[calls.length - 1 - Math.floor(random() * Math.min(calls.length, 60))]!
    log.correct(call.from, 0, 5)
    call.tokens += 5
    const held = log.entries(now)
    const oldest = held[0]?.from ?? now
    const counted = calls.filter(({ from }) => from >= oldest)
    assert.equal(log.requests(now), counted.length)
    assert.equal(
      log.tokens(now),
      counted.reduce((sum, one) => sum + one.tokens, 0),
    )
  }
})
