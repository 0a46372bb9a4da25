import assert from 'node:assert/strict'
import { request as httpRequest } from 'node:http'
import { after, afterEach, before, describe, test } from 'node:test'
import {
  type Behaviour,
  type SimulatedGoogle,
  startSimulatedGoogle,
} from '../adapters/simulated-google/index.ts'
import { createAsker, FLASH, HELLO, KEY, until } from './ask-google.ts'

const fails = (promise: Promise<unknown>) => assert.rejects(promise)

let google: SimulatedGoogle
const { post } = createAsker(() => google)

before(async () => {
  google = await startSimulatedGoogle({
    keys: [KEY, 'AIzaSecond', { key: 'AQ.limited', project: '4711', hides: ['gemini-4-argon'] }],
  })
})
afterEach(() => google.reset())
after(() => google.stop())

describe('connections', () => {
  const stream = `${FLASH}:streamGenerateContent?alt=sse`

  test('a reset strikes where it is ordered to', async () => {
    google.script(KEY, [
      { kind: 'reset', times: 2 },
      { kind: 'reset', after: 'headers' },
      { kind: 'reset', after: 'content' },
      { kind: 'reset', after: 'content' },
    ])
    await fails(post(stream))
    await fails(post(`${FLASH}:generateContent`))
    const afterHeaders = await post(stream)
    assert.equal(afterHeaders.status, 200)
    await fails(afterHeaders.text())
    const reader = (await post(stream)).body!.getReader()
    assert.match(new TextDecoder().decode((await reader.read()).value), /Hello! You/)
    await fails(reader.read())
    await fails(post(`${FLASH}:generateContent`).then((answer) => answer.text()))
    await until(() => google.open() === 0)
    assert.ok(google.calls.every((call) => !call.aborted))
  })

  const waiting: Behaviour[] = [
    { kind: 'hang' },
    { kind: 'hangAfterHeaders' },
    { kind: 'hangAfterContent' },
    { kind: 'slow', headersMilliseconds: 1_000_000 },
    { kind: 'slow', chunkMilliseconds: 1_000_000 },
    { kind: 'think', milliseconds: 1_000_000 },
    { kind: 'think', milliseconds: 1_000_000, thoughts: 2 },
  ]
  for (const behaviour of waiting) {
    for (const method of ['generateContent', 'streamGenerateContent?alt=sse', 'streamGenerateContent']) {
      test(`a client that leaves ${JSON.stringify(behaviour)} of ${method} is seen leaving`, async () => {
        google.script(KEY, behaviour)
        const leaving = new AbortController()
        const answer = post(`${FLASH}:${method}`, HELLO, { signal: leaving.signal }).then((it) => it.text())
        await until(() => google.calls.length === 1)
        assert.deepEqual([google.open(), google.calls[0]?.aborted], [1, false])
        leaving.abort()
        await fails(answer)
        await until(() => google.open() === 0)
        assert.equal(google.calls[0]?.aborted, true)
      })
    }
  }

  test('headers and thoughts are out while the model still thinks', async () => {
    google.script(KEY, [{ kind: 'think', milliseconds: 1_000_000, thoughts: 1 }])
    google.script(KEY, [{ kind: 'think', milliseconds: 1_000_000, headers: true }])
    const leaving = new AbortController()
    const answer = await post(stream, HELLO, { signal: leaving.signal })
    const { value } = await answer.body!.getReader().read()
    assert.match(new TextDecoder().decode(value), /"thought": true/)
    assert.equal((await post(stream, HELLO, { signal: leaving.signal })).status, 200)
    leaving.abort()
  })

  test('a client that leaves a big answer half read frees it', async () => {
    google.script(KEY, { kind: 'image', bytes: 40_000_000 })
    const leaving = new AbortController()
    const answer = await post(stream, HELLO, { signal: leaving.signal })
    await answer.body!.getReader().read()
    assert.equal(google.open(), 1)
    leaving.abort()
    await until(() => google.open() === 0)
    assert.equal(google.calls[0]?.aborted, true)
  })

  test('a client that leaves while it sends is seen leaving', async () => {
    const upload = httpRequest(`${google.url}${FLASH}:generateContent`, {
      method: 'POST',
      headers: { 'x-goog-api-key': KEY, 'content-length': 1_000_000 },
    })
    upload.on('error', () => undefined)
    upload.write('{"contents": ')
    await until(() => google.open() === 1)
    upload.destroy()
    await until(() => google.open() === 0 && google.calls.length === 1)
    assert.equal(google.calls[0]?.aborted, true)
  })

  test('a body of 30 MB is taken', async () => {
    const inlineData = { mimeType: 'image/png', data: 'A'.repeat(30_000_000) }
    const answer = await post(`${FLASH}:generateContent`, { contents: [{ parts: [{ inlineData }] }] })
    assert.equal(answer.status, 200)
    assert.ok((google.calls[0]?.body.length ?? 0) > 30_000_000)
  })

  test('stopping ends open answers and leaves no timer behind', async () => {
    const other = await startSimulatedGoogle({ anyKey: true })
    other.script('*', { kind: 'slow', headersMilliseconds: 1_000_000 })
    const answer = createAsker(() => other).post(stream)
    const failed = fails(answer)
    await until(() => other.open() === 1 && other.calls.length === 1)
    await other.stop()
    await failed
    await until(() => other.open() === 0)
  })
})
