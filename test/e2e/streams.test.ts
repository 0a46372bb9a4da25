import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import type { Behaviour } from '../../adapters/simulated-google/index.ts'
import {
  ask,
  fakeKeys,
  GOOD_ANSWER,
  type NativeAnswer,
  openScene,
  pathOf,
  QUESTION,
  readAnswer,
  type Scene,
} from './scene.ts'

const STREAMS = ['sse', 'array'] as const

/** A scene of its own for a group of tests, with nothing left over from the test before. */
function sceneWith(settings: Record<string, unknown>): () => Scene {
  let scene: Scene | undefined
  before(async () => {
    scene = await openScene(fakeKeys(40), settings)
  })
  after(() => scene?.close())
  beforeEach(() => scene?.google.reset())
  return () => scene as Scene
}

describe('A stream whose first key fails before content', () => {
  const scene = sceneWith({ upstream: { timeoutSeconds: 0.5 } })

  const failures: readonly Behaviour[] = [
    { kind: 'overloaded503' },
    { kind: 'internal500' },
    { kind: 'deadline504' },
    { kind: 'perMinute429', retrySeconds: 1 },
    { kind: 'bare429' },
    { kind: 'keyInvalid' },
    { kind: 'html502' },
    { kind: 'notJson' },
    { kind: 'reset' },
    { kind: 'reset', after: 'headers' },
    { kind: 'reset', after: 'thoughts' },
    { kind: 'cut', after: 'headers' },
    { kind: 'cut', after: 'thoughts' },
    { kind: 'streamError', after: 'headers' },
    { kind: 'streamError', after: 'thoughts' },
    { kind: 'streamError', after: 'thoughts', error: 'perMinute429' },
    { kind: 'empty' },
    { kind: 'thoughtsOnly' },
    { kind: 'malformedFunctionCall' },
    { kind: 'hang' },
    { kind: 'hangAfterHeaders' },
  ]
  for (const failure of failures) {
    for (const form of STREAMS) {
      test(`is a whole good one from another key: ${form} after ${JSON.stringify(failure)}`, async () => {
        scene().google.script('*', failure)
        const answer = await ask(scene(), form)
        assertGoodStream(answer)
        assert.equal(answer.attempts, 2)
        assert.equal(new Set(scene().google.calls.map(({ key }) => key)).size, 2)
        assert.equal(scene().google.calls.length, 2)
      })
    }
  }
})

describe('A stream', () => {
  const scene = sceneWith({ upstream: { timeoutSeconds: 0.5 } })

  for (const form of STREAMS) {
    test(`that begins with an empty STOP keeps the text after it: ${form}`, async () => {
      scene().google.script('*', { kind: 'leadingStop' })
      assertGoodStream(await ask(scene(), form))
      assert.equal(scene().google.calls.length, 1)
    })

    test(`that is empty three times is an honest error: ${form}`, async () => {
      scene().google.script('*', { kind: 'empty', times: 'forever' })
      const answer = await ask(scene(), form)
      assert.equal(answer.status, 502)
      assert.equal(answer.attempts, 3)
      assertGoogleError(answer, 502)
      assert.equal(scene().google.calls.length, 3)
    })

    test(`passes an event of 12 MB byte for byte: ${form}`, async () => {
      const data = Buffer.alloc(9 * 1024 * 1024, 'pixels').toString('base64')
      const content = { role: 'model', parts: [{ inlineData: { mimeType: 'image/png', data } }] }
      const chunks = [
        { candidates: [{ content, index: 0 }] },
        { candidates: [{ finishReason: 'STOP', index: 0 }] },
      ]
      scene().google.script('*', { kind: 'chunks', chunks, times: 2 })
      const direct = await fetch(scene().google.url + pathOf(form), {
        method: 'POST',
        headers: { 'x-goog-api-key': scene().google.keys[0]! },
        body: JSON.stringify(QUESTION),
      })
      const through = await scene().post(pathOf(form), QUESTION)
      const [expected, actual] = await Promise.all([direct.arrayBuffer(), through.arrayBuffer()])
      assert.ok(Buffer.from(actual).equals(Buffer.from(expected)))
    })
  }
})

describe('A stream that fails after content', () => {
  const scene = sceneWith({ upstream: { timeoutSeconds: 0.5 } })

  const failures: readonly Behaviour[] = [
    { kind: 'cut' },
    { kind: 'reset', after: 'content' },
    { kind: 'hangAfterContent' },
    errorAfterContent({ code: 503, status: 'UNAVAILABLE', message: 'The model is overloaded.' }),
    errorAfterContent({ code: 429, status: 'RESOURCE_EXHAUSTED', message: 'No quota is left.' }),
    errorAfterContent({ code: 500, status: 'INTERNAL', message: 'An internal error has occurred.' }),
  ]
  for (const failure of failures) {
    for (const form of STREAMS) {
      test(`ends with an error and is not tried again: ${form} after ${JSON.stringify(failure).slice(-90)}`, async () => {
        scene().google.script('*', failure)
        const answer = await ask(scene(), form)
        assert.equal(answer.status, 200)
        assert.equal(answer.attempts, 1)
        assert.match(answer.said, /^Hello! You/)
        assertGoogleError(answer)
        assertStreamHeaders(answer.headers)
        assert.equal(scene().google.calls.length, 1)
      })
    }
  }
})

describe('A stream whose error comes together with its first content', () => {
  const scene = sceneWith({})

  for (const form of STREAMS) {
    test(`is a whole good one, or ends with that error: ${form}`, async () => {
      scene().google.script('*', { kind: 'streamError' })
      const answer = await ask(scene(), form)
      if (answer.attempts > 1) assertGoodStream(answer)
      else assertGoogleError(answer, 503)
    })
  }
})

describe('An end without content that is an answer', () => {
  const scene = sceneWith({})

  const ends: readonly Behaviour[] = [
    { kind: 'promptBlocked' },
    { kind: 'promptBlocked', reason: 'PROHIBITED_CONTENT' },
    { kind: 'safety' },
    { kind: 'maxTokens' },
    { kind: 'finish', reason: 'SAFETY' },
    { kind: 'finish', reason: 'RECITATION' },
    { kind: 'finish', reason: 'PROHIBITED_CONTENT' },
    { kind: 'finish', reason: 'A_REASON_OF_NEXT_YEAR' },
  ]
  for (const end of ends) {
    for (const form of [...STREAMS, 'whole'] as const) {
      test(`is passed on, not tried again: ${form} of ${JSON.stringify(end)}`, async () => {
        scene().google.script('*', end)
        const answer = await ask(scene(), form)
        assert.equal(answer.status, 200)
        assert.equal(answer.error, undefined)
        assert.equal(answer.attempts, 1)
        const { candidates, promptFeedback } = answer.messages.at(-1)!
        assert.ok(promptFeedback?.blockReason ?? candidates?.[0]?.finishReason)
        assert.equal(scene().google.calls.length, 1)
      })
    }
  }
})

describe('A stream that is slow to begin', () => {
  const scene = sceneWith({ streaming: { commitSeconds: 0.15, heartbeatSeconds: 0.15 } })

  for (const form of STREAMS) {
    test(`sends headers and heartbeats while the model thinks, then the answer: ${form}`, async () => {
      scene().google.script('*', { kind: 'think', milliseconds: 800 })
      const { answer, beginning } = await watched(scene(), form)
      assert.equal(beginning.trim(), '', 'a heartbeat came first')
      assertGoodStream(answer)
      const before = answer.text.slice(0, answer.text.search(/[^\s]/))
      assert.ok(before.match(/\n/g)!.length >= 2, 'there was more than one heartbeat')
    })

    test(`sends thoughts as they come once its headers are out: ${form}`, async () => {
      scene().google.script('*', { kind: 'think', milliseconds: 800, thoughts: 4 })
      const { answer, beginning } = await watched(scene(), form)
      assert.match(beginning, /"thought": ?true/)
      assertGoodStream(answer)
      assert.equal(scene().google.calls.length, 1)
    })

    test(`stays alive where its content comes slowly: ${form}`, async () => {
      const swift = await ask(scene(), form)
      scene().google.script('*', { kind: 'slow', chunkMilliseconds: 250 })
      const slow = await ask(scene(), form)
      assertGoodStream(slow)
      assert.ok(slow.text.length > swift.text.length, 'there are heartbeats in it')
    })

    test(`moves to another key unseen after its headers are out: ${form}`, async () => {
      scene().google.script('*', [
        { kind: 'slow', headersMilliseconds: 300, text: '' },
        { kind: 'overloaded503' },
        { kind: 'ok' },
      ])
      assertGoodStream(await ask(scene(), form))
      assert.equal(scene().google.calls.length, 3)
    })

    test(`ends with an error where all fails after its headers are out: ${form}`, async () => {
      scene().google.script('*', [
        { kind: 'slow', headersMilliseconds: 300, text: '' },
        { kind: 'invalidArgument400', message: 'Too late.' },
      ])
      const answer = await ask(scene(), form)
      assert.equal(answer.status, 200)
      assertStreamHeaders(answer.headers)
      assertGoogleError(answer, 400)
      assert.equal(answer.error?.message, 'Too late.')
      assert.equal(answer.messages.length, 1)
    })
  }
})

describe('A stream that falls silent after it has shown thoughts', () => {
  const scene = sceneWith({
    streaming: { commitSeconds: 0.15, heartbeatSeconds: 0.15 },
    upstream: { timeoutSeconds: 0.6 },
  })

  for (const form of STREAMS) {
    test(`is not begun again by another key: ${form}`, async () => {
      scene().google.script('*', { kind: 'think', milliseconds: 5000, thoughts: 1 })
      const answer = await ask(scene(), form)
      assert.match(answer.text, /"thought": ?true/)
      assertGoogleError(answer)
      assert.equal(scene().google.calls.length, 1)
    })

    test(`or nothing but heartbeats is taken over by another key: ${form}`, async () => {
      scene().google.script('*', { kind: 'hang' })
      assertGoodStream(await ask(scene(), form))
      assert.equal(scene().google.calls.length, 2)
    })
  }
})

/** A text that comes long before the error: what lies together in one packet may still be tried again. */
function errorAfterContent(error: { code: number; status: string; message: string }): Behaviour {
  const says = (text: string) => ({
    candidates: [{ content: { role: 'model', parts: [{ text }] }, index: 0 }],
  })
  return { kind: 'chunks', chunks: [says('Hello! You'), says('.'.repeat(1_000_000)), { error }] }
}

/** Reads a stream whose first bytes must come while Google is still at it. */
async function watched(scene: Scene, form: (typeof STREAMS)[number]) {
  const response = await scene.post(pathOf(form), QUESTION)
  assert.equal(scene.google.open(), 1, 'the headers came before the answer')
  const [first, all] = response.body!.tee()
  const reader = first.getReader()
  const { value } = await reader.read()
  assert.equal(scene.google.open(), 1, 'the first bytes came before the answer')
  void reader.cancel()
  const answer = await readAnswer(new Response(all, response))
  return { answer, beginning: new TextDecoder().decode(value) }
}

/** The good answer and nothing else: no word, thought or error of an attempt before it. */
function assertGoodStream(answer: NativeAnswer): void {
  assert.equal(answer.status, 200, answer.text)
  assert.equal(answer.said, GOOD_ANSWER)
  const ends = answer.messages.map(({ candidates }) => candidates?.[0]?.finishReason)
  assert.equal(ends.at(-1), 'STOP')
  const ids = answer.messages.map((message) => (message as { responseId?: string }).responseId)
  assert.equal(new Set(ids).size, 1, 'all of it is one answer of the model')
  assertStreamHeaders(answer.headers)
}

function assertStreamHeaders(headers: Headers): void {
  assert.equal(headers.get('cache-control'), 'no-cache, no-transform')
  assert.equal(headers.get('x-accel-buffering'), 'no')
}

function assertGoogleError({ error }: NativeAnswer, code?: number): void {
  assert.ok(error, 'it ends with an error')
  assert.ok(Number.isInteger(error.code))
  if (code !== undefined) assert.equal(error.code, code)
  assert.match(error.status, /^[A-Z_]+$/)
  assert.ok(error.message.length > 0)
}
