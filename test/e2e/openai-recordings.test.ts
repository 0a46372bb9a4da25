import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { readRecordings } from '../../adapters/simulated-google/recordings.ts'
import { foldStream } from '../openai-fold.ts'
import { HELLO, withoutCall } from './openai-client.ts'
import { fakeKeys, MODEL, openScene, type Scene } from './scene.ts'

const folder = process.env.GEMINATE_GOOGLE_DATA
describe('recorded answers of Google’s, for an OpenAI client', {
  skip: folder ? false : "needs Google's recordings: set GEMINATE_GOOGLE_DATA to their folder",
}, () => {
  let scene: Scene
  before(async () => {
    scene = await openScene(fakeKeys(9))
  })
  after(() => scene.close())
  beforeEach(() => scene.google.reset())

  for (const { name, status } of (folder ? readRecordings(folder) : []).filter(
    (each) => each.status === 200,
  )) {
    test(`are the same whole and streamed: ${name}`, async () => {
      assert.equal(status, 200)
      scene.google.script('*', { kind: 'recorded', name, times: 2 })
      const body = { model: MODEL, messages: HELLO.messages }
      const whole = await scene.post('/v1/chat/completions', body)
      const asked = { ...body, stream: true, stream_options: { include_usage: true } }
      const { completion, error } = foldStream(await (await scene.post('/v1/chat/completions', asked)).text())
      const expected = (await whole.json()) as Record<string, unknown>
      assert.equal(error, undefined)
      assert.deepEqual(withoutCall(completion), withoutCall(expected))
    })
  }
})
