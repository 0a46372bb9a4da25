import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Recording } from '../../adapters/simulated-google/index.ts'
import { readRecordings } from '../../adapters/simulated-google/recordings.ts'
import { fakeKeys, MODEL, openScene, QUESTION, type Scene } from './scene.ts'

const folder = process.env.GEMINATE_GOOGLE_DATA
const recordings: readonly Recording[] = folder ? readRecordings(folder) : []
const skip = folder ? false : "needs Google's recordings: set GEMINATE_GOOGLE_DATA to their folder"

test("recorded answers of Google's are there", { skip }, () => assert.ok(recordings.length > 30))

describe("recorded answers of Google's", { skip }, () => {
  let scene: Scene
  before(async () => {
    scene = await openScene(fakeKeys(9))
  })
  after(() => scene.close())

  for (const { name, kind, status, body } of recordings) {
    const path = `/v1beta/models/${MODEL}:${kind === 'stream' ? 'streamGenerateContent?alt=sse' : 'generateContent'}`
    const answer = async () => {
      scene.google.reset()
      scene.google.script('*', { kind: 'recorded', name })
      const response = await scene.post(path, QUESTION)
      return { status: response.status, text: await response.text() }
    }

    if (status === 200) {
      test(`reach the client byte for byte: ${name}`, async () => {
        assert.deepEqual(await answer(), { status: 200, text: body.toString() })
        assert.equal(scene.google.calls.length, 1)
      })
    } else if (OF_THE_KEY.test(body.toString())) {
      test(`move the call to another key: ${name}`, async () => {
        assert.equal((await answer()).status, 200)
        assert.equal(scene.google.calls.length, 2)
      })
    } else {
      test(`tell the client that it was refused: ${name}`, async () => {
        const refused = await answer()
        assert.equal(refused.status, status)
        assert.equal(messageIn(refused.text), messageIn(body.toString()))
        assert.equal(scene.google.calls.length, 1)
      })
    }
  }
})

/** Refusals that say something about the key or its quota, none about the request. */
const OF_THE_KEY = /API_KEY_INVALID|SERVICE_DISABLED|RESOURCE_EXHAUSTED/

function messageIn(text: string): string {
  const parsed = JSON.parse(text)
  return (Array.isArray(parsed) ? parsed[0] : parsed).error.message
}
