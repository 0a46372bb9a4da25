import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { readRecordings } from '../../adapters/simulated-google/recordings.ts'
import { foldMessage } from '../anthropic-fold.ts'
import { NO_RECORDINGS } from '../recorded-chunks.ts'
import { anthropicAt, HELLO, SDK_NAMES } from './anthropic-client.ts'
import { fakeKeys, openScene, type Scene } from './scene.ts'

describe('recorded answers of Google’s, for an Anthropic client', { skip: NO_RECORDINGS }, () => {
  let scene: Scene
  before(async () => {
    scene = await openScene(fakeKeys(9))
  })
  after(() => scene.close())
  beforeEach(() => scene.google.reset())

  for (const name of names()) {
    test(`are the same whole and streamed, for the SDKs too: ${name}`, async () => {
      scene.google.script('*', { kind: 'recorded', name, times: 2 + SDK_NAMES.length })
      const whole = await (await scene.post('/v1/messages', HELLO)).json()
      const text = await (await scene.post('/messages', { ...HELLO, stream: true })).text()
      const { message, error } = foldMessage(text)
      assert.equal(error, undefined)
      assert.deepEqual(withoutCall(message), withoutCall(whole))
      for (const sdk of SDK_NAMES) {
        const folded = await anthropicAt(scene, sdk).messages.stream(HELLO).finalMessage()
        assert.deepEqual(withoutCall(folded), withoutCall(whole))
      }
    })
  }
})

function names(): string[] {
  const folder = process.env.GEMINATE_GOOGLE_DATA
  const recordings = folder ? readRecordings(folder) : []
  return recordings.filter(({ status }) => status === 200).map(({ name }) => name)
}

/** Two calls differ in their ids, and in those that follow from them. */
function withoutCall(message: unknown): unknown {
  const { id: _, ...rest } = message as Record<string, unknown>
  const text = JSON.stringify(rest).replace(/"((?:srv)?toolu_)[0-9a-f]{18}/g, '"$1')
  return JSON.parse(text, (name, value) => (name.startsWith('parsed') ? undefined : value))
}
