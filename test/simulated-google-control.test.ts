import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { type SimulatedGoogle, startSimulatedGoogle } from '../adapters/simulated-google/index.ts'
import { createAsker, FLASH, HELLO, json, KEY } from './ask-google.ts'

const now = Date.UTC(2026, 10, 23, 12)

let google: SimulatedGoogle
const { post, get } = createAsker(() => google)

before(async () => {
  google = await startSimulatedGoogle({
    keys: [KEY, 'AIzaSecond', { key: 'AQ.limited', project: '4711', hides: ['gemini-4-argon'] }],
    now: () => now,
  })
})
afterEach(() => google.reset())
after(() => google.stop())

describe('steering', () => {
  test('what was received is kept as it came', async () => {
    await post(`${FLASH}:generateContent?key=${KEY}`, HELLO, { headers: { 'x-other': 'yes' } })
    const [call] = google.calls
    const { body, headers, ...rest } = call!
    assert.deepEqual(rest, {
      key: KEY,
      method: 'POST',
      path: `${FLASH}:generateContent`,
      model: 'gemini-3.8-flash',
      operation: 'generateContent',
      query: `key=${KEY}`,
      aborted: false,
      at: now,
    })
    assert.equal(headers['x-other'], 'yes')
    assert.equal(body.toString(), JSON.stringify(HELLO))
  })

  test('another process orders, limits, looks and resets over HTTP', async () => {
    const steer = (action: string, body: unknown) => post(`/_simulated/${action}`, body, { headers: {} })
    await steer('script', { key: KEY, behaviours: { kind: 'text', text: 'far', times: null } })
    await steer('quota', { perMinute: 2 })
    const reply = await json(post(`${FLASH}:generateContent`))
    assert.equal(reply.candidates[0].content.parts[0].text, 'far')
    assert.deepEqual(
      [(await post(`${FLASH}:generateContent`)).status, (await post(`${FLASH}:generateContent`)).status],
      [200, 429],
    )
    const calls = await json(get('/_simulated/calls'))
    assert.deepEqual([calls.length, calls[0].body], [3, JSON.stringify(HELLO)])
    await steer('reset', {})
    assert.deepEqual(await json(get('/_simulated/calls')), [])
    const unknown = await steer('script', { key: KEY, behaviours: [{ kind: 'nix' }] })
    assert.deepEqual(
      [unknown.status, (await json(unknown)).fault],
      [400, 'no such behaviour: {"kind":"nix"}'],
    )
    assert.equal((await steer('nix', {})).status, 404)
  })

  test('demo keys of both forms are there by default', async () => {
    const other = await startSimulatedGoogle()
    assert.ok(other.keys.some((key) => key.startsWith('AQ.')))
    assert.ok(other.keys.some((key) => /^AIza.{35}$/.test(key)))
    assert.equal(
      (await createAsker(() => other).post(`${FLASH}:generateContent`, HELLO, { key: other.keys[0] })).status,
      200,
    )
    await other.stop()
  })
})
