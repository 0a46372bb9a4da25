import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { type SimulatedGoogle, startSimulatedGoogle } from '../adapters/simulated-google/index.ts'
import { createAsker, HELLO, json, KEY } from './ask-google.ts'

let now = Date.UTC(2026, 10, 23, 12)

let google: SimulatedGoogle
const { post } = createAsker(() => google)

before(async () => {
  google = await startSimulatedGoogle({
    keys: [KEY, 'AIzaSecond', { key: 'AQ.limited', project: '4711', hides: ['gemini-4-argon'] }],
    now: () => now,
  })
})
afterEach(() => google.reset())
after(() => google.stop())

describe('quota', () => {
  const call = (key = KEY, model = 'gemini-3.8-flash') =>
    post(`/v1beta/models/${model}:generateContent`, HELLO, { key })

  test('a minute has so many calls for each project and model, and refused ones do not count', async () => {
    google.quota({ perMinute: 2 })
    const statuses: number[] = []
    for (const key of [KEY, KEY, KEY, KEY, 'AIzaSecond']) statuses.push((await call(key)).status)
    assert.deepEqual(statuses, [200, 200, 429, 429, 200])
    assert.equal((await call(KEY, 'gemini-4-argon')).status, 200)
    now += 22_500
    const { error } = await json(call())
    assert.match(error.message, /Please retry in 37\.5s\.$/)
    assert.equal(
      error.details[1].violations[0].quotaId,
      'GenerateRequestsPerMinutePerProjectPerModel-FreeTier',
    )
    assert.equal(error.details[1].violations[0].quotaValue, '2')
    assert.equal(error.details[2].retryDelay, '37s')
    now += 37_500
    assert.equal((await call()).status, 200)
  })

  test('a day ends at midnight in California', async () => {
    now = Date.UTC(2026, 10, 24, 7, 59)
    google.quota({ perDay: 1, model: 'gemini-3.8-flash' })
    assert.equal((await call()).status, 200)
    const { error } = await json(call())
    assert.equal(error.details[1].violations[0].quotaId, 'GenerateRequestsPerDayPerProjectPerModel-FreeTier')
    now += 2 * 60_000
    assert.equal((await call()).status, 200)
  })

  test('input tokens are metered, and every passed limit is named', async () => {
    google.quota({ tokensPerMinute: 10, perMinute: 1, key: KEY })
    assert.equal((await call()).status, 200)
    const { error } = await json(call())
    assert.deepEqual(
      error.details[1].violations.map((violation: { quotaId: string }) => violation.quotaId),
      [
        'GenerateRequestsPerMinutePerProjectPerModel-FreeTier',
        'GenerateContentInputTokensPerModelPerMinute-FreeTier',
      ],
    )
    assert.equal((await call('AIzaSecond')).status, 200)
  })

  test('a zero refuses each call, a project has its own limits, scripted failures cost nothing', async () => {
    google.quota({ perDay: 0, project: '4711' })
    google.quota({ perMinute: 1, key: KEY })
    assert.match((await json(call('AQ.limited'))).error.message, /limit: 0, model/)
    google.script(KEY, { kind: 'overloaded503' })
    assert.deepEqual([(await call()).status, (await call()).status, (await call()).status], [503, 200, 429])
  })
})
