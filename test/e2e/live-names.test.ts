import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { connectLive, LIVE_MODEL, talkLive } from './live-client.ts'
import { fakeKeys, openScene, type Scene } from './scene.ts'

describe('The model of a Live session', () => {
  let scene: Scene
  before(async () => {
    const naming = { aliases: { 'my-voice': LIVE_MODEL }, hidden: ['gemini-hidden-live'] }
    scene = await openScene(fakeKeys(1), { plugins: { 'model-aliases': naming } })
  })
  after(() => scene.close())
  beforeEach(() => scene.google.reset())

  test('may go by another name, which Google does not hear', async () => {
    const setup = { model: 'models/my-voice', generationConfig: { responseModalities: ['TEXT'] } }
    const client = await talkLive(scene, { setup: { setup } })
    client.ask('one')
    await client.hears('You said: one')
    client.socket.close()
    assert.equal(scene.google.calls[0]?.model, LIVE_MODEL)
  })

  test('is refused where it is hidden, and no key is touched', async () => {
    const client = await connectLive(scene, { setup: { setup: { model: 'models/gemini-hidden-live' } } })
    const [code, reason] = await client.ended()
    assert.equal(code, 1008)
    assert.match(reason, /gemini-hidden-live' does not exist/)
    assert.equal(scene.google.calls.length, 0)
  })
})
