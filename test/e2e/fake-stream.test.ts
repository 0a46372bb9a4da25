import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { askAnyhow, PROTOCOLS } from './any-client.ts'
import {
  fakeKeys,
  GOOD_ANSWER,
  LENIENT,
  openScene,
  pathOf,
  QUESTION,
  readAnswer,
  type Scene,
  until,
} from './scene.ts'

const FAKED = 'gemini-3.6-flash'

describe('A stream that is made of one whole answer', () => {
  let scene: Scene
  before(async () => {
    const plugins = { 'fake-stream': { models: [FAKED], heartbeatSeconds: 0.25, pieceCharacters: 6 } }
    scene = await openScene(fakeKeys(6), { plugins }, LENIENT)
  })
  after(() => scene.close())
  beforeEach(() => scene.google.reset())

  test('comes in pieces, each a chunk of its own, with the end and the usage on the last', async () => {
    const { messages, said } = await readAnswer(await scene.post(pathOf('sse', FAKED), QUESTION))
    assert.equal(said, GOOD_ANSWER)
    assert.ok(messages.length > 3)
    const ends = messages.map(({ candidates }) => candidates?.[0]?.finishReason)
    assert.deepEqual(
      ends.map((end) => end ?? ''),
      [...Array(messages.length - 1).fill(''), 'STOP'],
    )
    const counts = messages.map((message) => 'usageMetadata' in message)
    assert.deepEqual(counts.indexOf(true), messages.length - 1)
  })

  test('is an answer where Google gives no reason for its end, as a whole one is', async () => {
    const chunk = { candidates: [{ content: { role: 'model', parts: [{ text: 'Hello' }] }, index: 0 }] }
    for (const protocol of PROTOCOLS) {
      scene.google.script('*', { kind: 'chunks', chunks: [chunk] })
      const { status, text } = await askAnyhow(scene, protocol, 'stream', { model: FAKED })
      assert.deepEqual([status, text], [200, 'Hello'], protocol)
    }
    scene.google.script('*', { kind: 'chunks', chunks: [chunk] })
    const { messages } = await readAnswer(await scene.post(pathOf('sse', FAKED), QUESTION))
    assert.equal(messages.at(-1)?.candidates?.[0]?.finishReason, 'STOP')
  })

  test('that Google goes on with tells the plugins behind it of no end before its end', async () => {
    const spy = `export default { name: 'spy', api: 1, description: 'Logs ends.', setup: (_, host) => ({
      chunk({ candidates }) { host.log('seen', { end: candidates[0].finishReason ?? 'none' }) } }) }`
    const plugins = { 'fake-stream': { models: [FAKED] }, './spy.js': true }
    const spied = await openScene(fakeKeys(2), { plugins }, { ...LENIENT, files: { 'spy.js': spy } })
    const piece = (text: string, more: object) => ({
      candidates: [{ content: { role: 'model', parts: [{ text }] }, index: 0, ...more }],
    })
    try {
      spied.google.script('*', [
        { kind: 'chunks', chunks: [piece('One ', { finishReason: 'CONTINUATION', continuationToken: 't' })] },
        { kind: 'chunks', chunks: [piece('two ', {}), piece('three', { finishReason: 'STOP' })] },
      ])
      const { text } = await askAnyhow(spied, 'chat', 'stream', { model: FAKED })
      assert.equal(text, 'One two three')
      const ends = () => Array.from(spied.gateway.output().matchAll(/"end":"(\w+)"/g), ([, end]) => end)
      await until(() => ends().length === 3, 'each chunk is in the log')
      assert.deepEqual(ends(), ['none', 'none', 'STOP'])
    } finally {
      await spied.close()
    }
  })

  test('moves to another key when the first fails, or answers nothing, even after the first heartbeat', async () => {
    for (const failure of [{ kind: 'overloaded503' }, { kind: 'empty' }, { kind: 'notJson' }] as const) {
      scene.google.reset()
      scene.google.script('*', failure)
      const { said, attempts } = await readAnswer(await scene.post(pathOf('sse', FAKED), QUESTION))
      assert.deepEqual([said, attempts], [GOOD_ANSWER, 2], failure.kind)
    }
  })

  test('ends with an error of the protocol when the failure comes after a heartbeat', async () => {
    const impatient = await openScene(
      fakeKeys(12),
      {
        plugins: { 'fake-stream': { models: [FAKED], heartbeatSeconds: 0.1 } },
        upstream: { timeoutSeconds: 0.4 },
        routing: { deadlineSeconds: 0.2 },
      },
      LENIENT,
    )
    try {
      impatient.google.script('*', { kind: 'hang', times: 'forever' })
      for (const protocol of PROTOCOLS) {
        const failing = askAnyhow(impatient, protocol, 'stream', { model: FAKED })
        if (protocol === 'gemini') {
          const { status, raw } = await failing
          assert.equal(status, 200)
          assert.match(raw, /"error":/)
        } else await assert.rejects(failing, /Google sent nothing for too long/)
      }
    } finally {
      await impatient.close()
    }
  })

  test('ends at once when its client leaves, and so does the call to Google', async () => {
    scene.google.script('*', { kind: 'hang', times: 'forever' })
    const leaving = new AbortController()
    const response = await scene.post(pathOf('sse', FAKED), QUESTION, { signal: leaving.signal })
    assert.equal(response.status, 200)
    leaving.abort()
    await assert.rejects(response.text())
    await until(() => scene.google.calls.at(-1)?.aborted === true, 'the call to Google ends')
  })

  test('is made only for the models that are chosen', async () => {
    const { said } = await readAnswer(await scene.post(pathOf('sse'), QUESTION))
    assert.equal(said, GOOD_ANSWER)
    assert.match(scene.google.calls.at(-1)!.path, /:streamGenerateContent/)
  })
})
