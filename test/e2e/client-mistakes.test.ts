import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { ADMIN_TOKEN } from './gateway-process.ts'
import {
  ask,
  type Form,
  fakeKeys,
  MODEL,
  type NativeAnswer,
  openScene,
  pathOf,
  QUESTION,
  readAnswer,
  type Scene,
} from './scene.ts'

const FORMS: readonly Form[] = ['whole', 'sse', 'array', 'countTokens']
const GENERATIONS: readonly Form[] = ['whole', 'sse', 'array']
const strict = process.env.GEMINATE_GOOGLE_DATA !== undefined

const USER = { role: 'user', parts: [{ text: 'Say hello' }] }

/** Bodies that Google refuses. */
const WRONG_BODIES: Readonly<Record<string, unknown>> = {
  'not JSON': '{"contents": [{"parts"',
  'not JSON but a text': 'hello',
  'an array': [QUESTION],
  'contents of the wrong type': { contents: 7 },
  'a text of the wrong type': { contents: [{ parts: [{ text: { so: 'what' } }] }] },
  'empty contents': { contents: [] },
  'a content without parts': { contents: [{ role: 'user', parts: [] }] },
  'a part without data': { contents: [{ role: 'user', parts: [{}] }] },
  'an unknown role': { contents: [{ ...USER, role: 'owner' }] },
  'no contents': {},
  nothing: '',
}

describe("A client's mistake", () => {
  let scene: Scene
  before(async () => {
    scene = await openScene(fakeKeys(3))
  })
  after(() => scene.close())
  beforeEach(() => scene.google.reset())

  for (const [title, body] of Object.entries(WRONG_BODIES)) {
    for (const form of GENERATIONS) {
      test(`is answered in Google's words, once: ${form} of ${title}`, async () => {
        const direct = await readAnswer(
          await fetch(scene.google.url + pathOf(form), {
            method: 'POST',
            headers: { 'x-goog-api-key': scene.google.keys[0]!, 'content-type': 'application/json' },
            body: typeof body === 'string' ? body : JSON.stringify(body),
          }),
        )
        const answer = await ask(scene, form, body)
        assertRefusal(answer, form, 400, 'INVALID_ARGUMENT')
        assert.deepEqual(answer.messages, direct.messages)
        assert.equal(answer.attempts, 1)
        assert.equal(scene.google.calls.length, 2)
        await assertUntouched(scene)
      })
    }
  }

  for (const form of FORMS) {
    test(`is answered in Google's words, once: ${form} of an unknown field`, {
      skip: strict ? false : "needs Google's own description: set GEMINATE_GOOGLE_DATA to its folder",
    }, async () => {
      const answer = await ask(scene, form, { ...QUESTION, generationConfg: {} })
      assertRefusal(answer, form, 400, 'INVALID_ARGUMENT')
      assert.match(answer.error!.message, /generationConfg/)
      assert.equal(scene.google.calls.length, 1)
      await assertUntouched(scene)
    })

    test(`is answered in Google's words, once: ${form} of an unknown model`, async () => {
      const answer = await readAnswer(await scene.post(pathOf(form, 'gemini-none'), QUESTION))
      assertRefusal(answer, form, 404, 'NOT_FOUND')
      assert.match(answer.error!.message, /models\/gemini-none is not found/)
      assert.equal(scene.google.calls.length, 1)
      await assertUntouched(scene)
    })

    test(`goes no further than the gateway: ${form} with a wrong token`, async () => {
      const answer = await ask(scene, form, QUESTION, {
        headers: { 'x-goog-api-key': 'sk-of-somebody-else' },
      })
      assertRefusal(answer, form, 401, 'UNAUTHENTICATED')
      await assertUnasked(scene)
    })

    test(`goes no further than the gateway: ${form} without a token`, async () => {
      const answer = await ask(scene, form, QUESTION, { headers: { 'x-goog-api-key': '' } })
      assertRefusal(answer, form, 401, 'UNAUTHENTICATED')
      await assertUnasked(scene)
    })

    test(`goes no further than the gateway: ${form} with the admin token`, async () => {
      const answer = await ask(scene, form, QUESTION, { headers: { 'x-goog-api-key': ADMIN_TOKEN } })
      assertRefusal(answer, form, 403, 'PERMISSION_DENIED')
      await assertUnasked(scene)
    })

    test(`goes no further than the gateway: ${form} of broken gzip`, async () => {
      const answer = await ask(scene, form, 'not gzip', { headers: { 'content-encoding': 'gzip' } })
      assertRefusal(answer, form, 400, 'INVALID_ARGUMENT')
      await assertUnasked(scene)
    })
  }

  test('goes no further than the gateway: a body past the limit, with its length stated', async () => {
    const answer = await readAnswer(
      await scene.post(pathOf('whole'), '', { body: Buffer.alloc(120 * MEGABYTE, ' ') }),
    )
    assertRefusal(answer, 'whole', 413, 'INVALID_ARGUMENT')
    await assertUnasked(scene)
  })

  test('goes no further than the gateway: a body past the limit, in chunks', async () => {
    const answer = await readAnswer(
      await scene.post(pathOf('whole'), '', { body: inChunks(120), duplex: 'half' } as RequestInit),
    )
    assertRefusal(answer, 'whole', 413, 'INVALID_ARGUMENT')
    await assertUnasked(scene)
    assert.equal((await ask(scene, 'whole')).status, 200)
  })

  for (const version of ['v2', 'v1beta9', 'beta']) {
    test(`goes no further than the gateway: the version ${version}`, async () => {
      const response = await scene.post(`/${version}/models/${MODEL}:generateContent`, QUESTION)
      assert.equal(response.status, 404)
      assert.equal(((await response.json()) as { error: { code: number } }).error.code, 404)
      assert.equal(scene.google.calls.length, 0)
    })
  }

  test('is not held against a key, were it made a thousand times', async () => {
    const bodies = Object.values(WRONG_BODIES)
    let asked = 0
    const askOn = async () => {
      while (asked < 1000) {
        const index = asked++
        const form = GENERATIONS[index % GENERATIONS.length]!
        const { status } = await ask(scene, form, bodies[index % bodies.length])
        assert.equal(status, 400)
      }
    }
    await Promise.all(Array.from({ length: 16 }, askOn))
    assert.equal(scene.google.calls.length, 1000)
    await assertUntouched(scene)
    assert.equal((await ask(scene, 'whole')).status, 200)
  })
})

const MEGABYTE = 1024 * 1024

function inChunks(megabytes: number): ReadableStream<Uint8Array> {
  const chunk = new Uint8Array(MEGABYTE).fill(0x20)
  let left = megabytes
  return new ReadableStream({
    pull(controller) {
      if (left-- > 0) controller.enqueue(chunk)
      else controller.close()
    },
  })
}

/** An error as Google writes it: in a list of one where the answer would have been a list. */
function assertRefusal(
  { status, error, text, messages }: NativeAnswer,
  form: Form,
  code: number,
  name: string,
) {
  assert.equal(status, code, text)
  assert.equal(error?.code, code)
  assert.equal(error?.status, name)
  assert.ok(error.message.length > 0)
  assert.equal(messages.length, 1)
  assert.equal(Array.isArray(JSON.parse(text)), form === 'array')
}

async function assertUntouched(scene: Scene): Promise<void> {
  for (const { state, reason, rests } of await scene.keys()) {
    assert.deepEqual({ state, reason, rests }, { state: 'active', reason: '', rests: [] })
  }
}

async function assertUnasked(scene: Scene): Promise<void> {
  assert.equal(scene.google.calls.length, 0)
  await assertUntouched(scene)
}
