import assert from 'node:assert/strict'
import { test } from 'node:test'
import { correct, fullWindow, limitOf, Meter, slackOf, spend, usedOf } from '../core/quota/meter.ts'
import { createPacificDays } from '../core/quota/pacific-day.ts'
import { QUOTA_WINDOWS, type QuotaLimits, type QuotaWindow } from '../core/quota/quota-window.ts'
import { seededRandom } from './seeded-random.ts'
import { START } from './virtual-pool.ts'

const HOUR = 3_600_000
const COUNTED: readonly QuotaWindow[] = QUOTA_WINDOWS.filter((window) => window !== 'images/minute')

test('a meter is full, and has so much left, as each of its limits says that holds at that time', () => {
  for (let seed = 1; seed <= 60; seed++) playMeter(seed)
})

function playMeter(seed: number): void {
  const random = seededRandom(seed)
  const below = (limit: number) => Math.floor(random() * limit)
  const limits = (): QuotaLimits =>
    Object.fromEntries(COUNTED.filter(() => random() < 0.4).map((window) => [window, below(12) * 10]))
  const clock = { days: createPacificDays(), lateness: 0 }
  const meter = new Meter('p', 'm', 60_000, limits())
  let now = START
  for (let turn = 0; turn < 200; turn++) {
    now += below(random() < 0.1 ? 20 * HOUR : 2_000)
    if (random() < 0.05) meter.learned = learnedOf(limits(), now)
    const from = spend(meter, clock, now, below(20))
    if (random() < 0.3) correct(meter, from, -1, 0)
    const tokens = below(40)
    const where = `seed ${seed}, turn ${turn}`
    const full = COUNTED.filter((window) => !hasRoom(window, tokens))
    const found = fullWindow(meter, clock, now, tokens)
    assert.equal(found !== undefined, full.length > 0, where)
    if (found) assert.ok(full.includes(found.window) && found.at > now, where)
    const parts = COUNTED.flatMap((window) => partLeft(window, tokens) ?? [])
    if (parts.length > 0) assert.equal(slackOf(meter, clock, now, tokens), Math.min(...parts), where)
    else assert.ok(slackOf(meter, clock, now, tokens) > 0, where)
  }

  function hasRoom(window: QuotaWindow, tokens: number): boolean {
    const limit = limitOf(meter, window, now)
    const used = usedOf(meter, clock, window, now)
    return limit === undefined || used + costOf(window, tokens) <= limit || (used === 0 && limit > 0)
  }

  function partLeft(window: QuotaWindow, tokens: number): number | undefined {
    const limit = limitOf(meter, window, now)
    if (limit === undefined) return undefined
    return limit === 0 ? -1 : (limit - usedOf(meter, clock, window, now) - costOf(window, tokens)) / limit
  }
}

function learnedOf(limits: QuotaLimits, at: number): Meter['learned'] {
  return Object.fromEntries(
    Object.entries(limits)
      .filter(([, limit]) => limit > 0)
      .map(([window, limit]) => [window, { limit, at }]),
  )
}

function costOf(window: QuotaWindow, tokens: number): number {
  return window.startsWith('tokens') ? tokens : 1
}
