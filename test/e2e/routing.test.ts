import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Behaviour } from '../../adapters/simulated-google/index.ts'
import { rowsIn } from './kept-data.ts'
import { chat, HELLO } from './openai-client.ts'
import {
  ask,
  type Form,
  fakeKeys,
  GOOD_ANSWER,
  MODEL,
  type NativeAnswer,
  openScene,
  QUESTION,
  type Scene,
} from './scene.ts'

const FORMS: readonly Form[] = ['whole', 'sse', 'array']
const OTHER = 'gemini-2.5-flash'

/** An undefined setting is not written, so that the gateway's own default holds. */
const UNSAID = { strategy: undefined }

describe('Without a word on routing', () => {
  test('calls are spread over all keys', () =>
    inScene(4, { routing: UNSAID }, async (scene) => {
      for (let call = 0; call < 60; call++) await ask(scene, 'whole')
      const counts = Map.groupBy(scene.google.calls, ({ key }) => key)
      assert.equal(counts.size, 4)
      for (const calls of counts.values()) assert.ok(calls.length >= 4, `${calls.length} of 60`)
    }))

  test('calls of one session go to one project in every form, those of others to others', () =>
    inScene(8, { routing: UNSAID }, async (scene) => {
      const used = await keysOf(scene, 12, { 'x-claude-code-session-id': 'one' })
      assert.equal(used.size, 1)
      const others = new Set<string>()
      for (let session = 0; session < 12; session++) {
        for (const key of await keysOf(scene, 1, { 'session-id': `s${session}` })) others.add(key)
      }
      assert.ok(others.size > 1)
    }))

  test('a session moves when its project is spent, and stays where it went', () =>
    inScene(8, { routing: UNSAID }, async (scene) => {
      const session = { 'x-session-id': 'one' }
      const [first = ''] = await keysOf(scene, 3, session)
      scene.google.script(first, { kind: 'perMinute429', retrySeconds: 30 })
      const moving = await askIn(scene, 'whole', session)
      assert.deepEqual([moving.said, moving.attempts], [GOOD_ANSWER, 2])
      const then = await keysOf(scene, 6, session)
      assert.equal(then.size, 1)
      assert.ok(!then.has(first))
    }))

  test('a conversation is known by its long beginning, however it goes on', () =>
    inScene(8, { routing: UNSAID }, async (scene) => {
      const systemInstruction = { parts: [{ text: 'You know a great deal. '.repeat(1_000) }] }
      const contents: object[] = []
      for (let turn = 0; turn < 6; turn++) {
        contents.push({ role: 'user', parts: [{ text: `Question ${turn}` }] })
        await ask(scene, FORMS[turn % 3]!, { contents, systemInstruction })
        contents.push({ role: 'model', parts: [{ text: `Answer ${turn}` }] })
      }
      assert.equal(new Set(scene.google.calls.map(({ key }) => key)).size, 1)
    }))
})

describe('With routing.affinity off', () => {
  test('a session goes to any key', () =>
    inScene(8, { routing: { ...UNSAID, affinity: false } }, async (scene) => {
      assert.ok((await keysOf(scene, 20, { 'x-session-id': 'one' })).size > 1)
    }))
})

describe('With fill-first', () => {
  test('one key serves all until it is spent, and then the next', () =>
    inScene(4, { routing: { strategy: 'fill-first' } }, async (scene) => {
      const [first = '', ...others] = await keysOf(scene, 6, {})
      assert.equal(others.length, 0)
      scene.google.script(first, { kind: 'perMinute429', retrySeconds: 30 })
      await ask(scene, 'whole')
      const then = await keysOf(scene, 6, {})
      assert.equal(then.size, 1)
      assert.ok(!then.has(first))
    }))
})

describe('A fallback model', () => {
  const routing = { ...UNSAID, fallback: { 'gemini-3.8-*': ['gemini-4-nothing', OTHER] } }
  const causes: readonly (readonly [behaviour: Behaviour, note: string])[] = [
    [{ kind: 'perMinute429', retrySeconds: 30, times: 'forever' }, 'is spent'],
    [{ kind: 'limitZero429', times: 'forever' }, 'has no usable key'],
    [{ kind: 'modelClosed404', times: 'forever' }, 'has no usable key'],
    [{ kind: 'modelNotFound404', times: 'forever' }, 'is gone'],
    [{ kind: 'overloaded503', times: 'forever' }, 'is overloaded'],
    [{ kind: 'internal500', times: 'forever' }, 'fails'],
  ]
  for (const [behaviour, note] of causes) {
    test(`answers in every form where the model ${note} (${behaviour.kind})`, { timeout: 30_000 }, () =>
      inScene(3, { routing }, async (scene) => {
        scene.google.script('*', behaviour, { model: MODEL })
        const answers = await Promise.all(FORMS.map((form) => ask(scene, form)))
        for (const answer of answers) {
          assert.deepEqual([answer.status, answer.said], [200, GOOD_ANSWER])
          const said = answer.headers.get('x-geminate-notes') ?? ''
          assert.match(said, new RegExp(`^answered by ${OTHER}: ${MODEL} `))
        }
        assert.equal(answers[0]!.headers.get('x-geminate-notes'), noteOf(note))
      }),
    )
  }

  test('is named in the request log beside the one that was asked for', () =>
    inScene(2, { routing }, async (scene) => {
      scene.google.script('*', { kind: 'modelNotFound404', times: 'forever' }, { model: MODEL })
      await ask(scene, 'sse')
      await scene.gateway.end('SIGTERM')
      const [row] = await rowsIn(scene.gateway.folder)
      assert.deepEqual([row?.model, row?.answeredBy, row?.status], [MODEL, OTHER, 200])
    }))

  test('is asked in its own form, where the client’s protocol is not Google’s', () =>
    inScene(1, { routing: { ...UNSAID, fallback: { [MODEL]: ['gemini-2.5-flash'] } } }, async (scene) => {
      scene.google.script('*', { kind: 'overloaded503', times: 'forever' }, { model: MODEL })
      const { said, headers } = await chat(scene, 'whole', {
        ...HELLO,
        reasoning_effort: 'high',
        presence_penalty: 1,
      })
      assert.equal(said, GOOD_ANSWER)
      const { body, model } = scene.google.calls.at(-1)!
      assert.deepEqual(
        [model, JSON.parse(body.toString()).generationConfig],
        ['gemini-2.5-flash', { thinkingConfig: { thinkingBudget: 24_576, includeThoughts: true } }],
      )
      assert.match(headers?.get('x-geminate-notes') ?? '', /presencePenalty: the model takes none/)
    }))

  test('never answers what the client did wrong', () =>
    inScene(2, { routing }, async (scene) => {
      for (const kind of ['invalidArgument400', 'tooLarge413', 'fileNotPermitted'] as const) {
        scene.google.script('*', { kind }, { model: MODEL })
        const answer = await ask(scene, 'whole')
        assert.ok(answer.status >= 400 && answer.status < 500, `${answer.status}`)
        assert.equal(answer.headers.get('x-geminate-notes'), null)
      }
      assert.deepEqual([...new Set(scene.google.calls.map(({ model }) => model))], [MODEL])
    }))

  test('that cannot answer either leaves the refusal of the model that was asked for', () =>
    inScene(2, { routing }, async (scene) => {
      scene.google.script('*', { kind: 'perMinute429', retrySeconds: 30, times: 'forever' }, { model: MODEL })
      scene.google.script('*', { kind: 'invalidArgument400', times: 'forever' }, { model: OTHER })
      for (const form of FORMS) {
        const answer = await ask(scene, form)
        assert.equal(answer.status, 429)
        assert.match(answer.error?.message ?? '', new RegExp(MODEL))
      }
    }))

  test('does not step in after the first content', () =>
    inScene(2, { routing }, async (scene) => {
      scene.google.script('*', { kind: 'streamError', times: 'forever' } as Behaviour, { model: MODEL })
      const answer = await ask(scene, 'sse')
      assert.ok(answer.error, answer.text)
      assert.deepEqual([...new Set(scene.google.calls.map(({ model }) => model))], [MODEL])
    }))

  function noteOf(cause: string): string {
    return `answered by ${OTHER}: ${MODEL} ${cause}`
  }
})

function askIn(scene: Scene, form: Form, headers: Record<string, string>): Promise<NativeAnswer> {
  return ask(scene, form, QUESTION, { headers })
}

/** The keys that some calls with these headers went to. */
async function keysOf(scene: Scene, count: number, headers: Record<string, string>): Promise<Set<string>> {
  const ids = new Set<string>()
  for (let call = 0; call < count; call++) {
    const answer = await askIn(scene, FORMS[call % FORMS.length]!, headers)
    assert.equal(answer.status, 200, answer.text)
    ids.add(scene.google.calls.at(-1)?.key ?? '')
  }
  return ids
}

async function inScene(
  count: number,
  settings: Record<string, unknown>,
  run: (scene: Scene) => Promise<void>,
): Promise<void> {
  const scene = await openScene(fakeKeys(count), settings)
  try {
    await run(scene)
  } finally {
    await scene.close()
  }
}
