import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import {
  type Behaviour,
  type SimulatedGoogle,
  startSimulatedGoogle,
} from '../adapters/simulated-google/index.ts'
import { ANSWER, createAsker, events, FLASH, HELLO, json, KEY } from './ask-google.ts'

const fails = (promise: Promise<unknown>) => assert.rejects(promise)

let google: SimulatedGoogle
const { post, get } = createAsker(() => google)

before(async () => {
  google = await startSimulatedGoogle({
    keys: [KEY, 'AIzaSecond', { key: 'AQ.limited', project: '4711', hides: ['gemini-4-argon'] }],
  })
})
afterEach(() => google.reset())
after(() => google.stop())

describe('scripts', () => {
  test('answers come in order, the own ones of a key first, and the usual one after them', async () => {
    google.script('*', { kind: 'overloaded503' })
    google.script(KEY, [{ kind: 'internal500' }, { kind: 'text', text: 'scripted', times: 2 }])
    const statuses: number[] = []
    for (let call = 0; call < 5; call += 1) statuses.push((await post(`${FLASH}:generateContent`)).status)
    assert.deepEqual(statuses, [500, 200, 200, 503, 200])
  })

  test('a script for a model or a method leaves other calls alone', async () => {
    google.script('*', { kind: 'overloaded503', times: 'forever' }, { model: 'gemini-4-argon' })
    google.script('*', { kind: 'internal500' }, { method: 'listModels' })
    assert.equal((await post(`${FLASH}:generateContent`)).status, 200)
    assert.equal((await get('/v1/models')).status, 500)
    assert.equal((await post('/v1/models/gemini-4-argon:generateContent')).status, 503)
  })

  test('a look at the models uses up what is about the key, not what is about a model', async () => {
    google.script(KEY, [{ kind: 'text', text: 'later' }, { kind: 'perMinute429' }])
    assert.equal((await get('/v1/models')).status, 200)
    google.script(KEY, { kind: 'keyLeaked', times: Number.POSITIVE_INFINITY })
    assert.equal((await get('/v1/models')).status, 403)
  })

  test('a key with a script is known', async () => {
    google.script('AQ.new', { kind: 'text', text: 'x' })
    assert.equal((await post(`${FLASH}:generateContent`, HELLO, { key: 'AQ.new' })).status, 200)
  })

  test('pages, raw answers and what is no JSON come word for word', async () => {
    google.script(KEY, [
      { kind: 'html502' },
      { kind: 'htmlSorry' },
      { kind: 'notJson' },
      { kind: 'raw', status: 418, headers: { 'x-tea': 'yes' }, body: 'pot' },
    ])
    const path = `${FLASH}:generateContent`
    assert.match(await (await post(path)).text(), /Error 502 \(Server Error\)/)
    assert.match(await (await post(path)).text(), /may be sending automated queries/)
    await fails(json(post(path)))
    const raw = await post(path)
    assert.deepEqual([raw.status, raw.headers.get('x-tea'), await raw.text()], [418, 'yes', 'pot'])
  })
})

describe('answers that are none', () => {
  const stream = `${FLASH}:streamGenerateContent?alt=sse`

  const endings: [Behaviour, string | undefined][] = [
    [{ kind: 'empty' }, 'STOP'],
    [{ kind: 'thoughtsOnly' }, 'STOP'],
    [{ kind: 'malformedFunctionCall' }, 'MALFORMED_FUNCTION_CALL'],
    [{ kind: 'maxTokens' }, 'MAX_TOKENS'],
    [{ kind: 'safety' }, 'SAFETY'],
    [{ kind: 'finish', reason: 'RECITATION', text: 'some' }, 'RECITATION'],
    [{ kind: 'cut' }, undefined],
    [{ kind: 'cut', after: 'thoughts' }, undefined],
  ]
  for (const [behaviour, reason] of endings) {
    test(`${JSON.stringify(behaviour)} finishes with ${reason}, streamed and whole`, async () => {
      google.script(KEY, { ...behaviour, times: 2 })
      const chunks = await events(await post(stream))
      assert.equal(chunks.at(-1).candidates[0].finishReason, reason)
      const whole = await json(post(`${FLASH}:generateContent`))
      assert.equal(whole.candidates[0].finishReason, reason)
    })
  }

  test('a blocked prompt has a reason and no candidates', async () => {
    google.script(KEY, { kind: 'promptBlocked', reason: 'PROHIBITED_CONTENT', times: 2 })
    const [chunk] = await events(await post(stream))
    assert.deepEqual(
      [chunk.promptFeedback, chunk.candidates],
      [{ blockReason: 'PROHIBITED_CONTENT' }, undefined],
    )
    assert.equal((await json(post(`${FLASH}:generateContent`))).candidates, undefined)
  })

  test('a stream cut after the headers has no event', async () => {
    google.script(KEY, { kind: 'cut', after: 'headers' })
    assert.equal(await (await post(stream)).text(), '')
  })

  test('a leading STOP without parts comes before the text', async () => {
    google.script(KEY, { kind: 'leadingStop' })
    const chunks = await events(await post(stream))
    assert.equal(chunks[0].candidates[0].finishReason, 'STOP')
    assert.equal(chunks[0].candidates[0].content.parts, undefined)
    assert.equal(
      chunks
        .slice(1)
        .map((chunk) => chunk.candidates[0].content.parts[0].text)
        .join(''),
      ANSWER,
    )
  })

  test('an error inside a stream is its last event, or the last element of the array', async () => {
    google.script(KEY, [{ kind: 'streamError', error: 'internal500', times: 2 }])
    google.script(KEY, [{ kind: 'streamError', after: 'headers' }, { kind: 'streamError' }])
    const chunks = await events(await post(stream))
    assert.deepEqual([chunks.length, chunks[1].error.code], [2, 500])
    const elements = await json(post(`${FLASH}:streamGenerateContent`))
    assert.equal(elements[1].error.status, 'INTERNAL')
    assert.equal((await events(await post(stream)))[0].error.code, 503)
    assert.equal((await post(`${FLASH}:generateContent`)).status, 503)
  })

  test('function calls are signed once, an image has the size ordered, chunks go out as they are', async () => {
    google.script(KEY, [
      { kind: 'functionCall', calls: [{ name: 'a' }, { name: 'b', args: { x: 1 }, id: '7' }] },
      { kind: 'image', bytes: 3_000_000 },
      { kind: 'chunks', chunks: [{ candidates: [], odd: true }] },
    ])
    const calls = await json(post(`${FLASH}:generateContent`))
    const parts = calls.candidates[0].content.parts
    assert.deepEqual(parts[1], { functionCall: { id: '7', name: 'b', args: { x: 1 } } })
    assert.deepEqual([parts.length, typeof parts[0].thoughtSignature], [2, 'string'])
    const image = (await events(await post(stream)))[0].candidates[0].content.parts[0].inlineData
    assert.equal(Buffer.from(image.data, 'base64').length, 3_000_000)
    assert.deepEqual(await events(await post(stream)), [{ candidates: [], odd: true }])
  })
})
