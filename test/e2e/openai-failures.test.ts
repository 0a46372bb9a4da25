import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Behaviour } from '../../adapters/simulated-google/index.ts'
import { seededRandom } from '../seeded-random.ts'
import { BEFORE_CONTENT, errorAfterContent, inScene, mishapOf, sceneWith } from './mishaps.ts'
import { CHAT_FORMS, type ChatAnswer, chat } from './openai-client.ts'
import { GOOD_ANSWER, until } from './scene.ts'

describe('An OpenAI call whose first key fails before content', () => {
  const scene = sceneWith({ upstream: { timeoutSeconds: 0.5 } })

  for (const failure of BEFORE_CONTENT) {
    for (const form of CHAT_FORMS) {
      test(`is a whole good one from another key: ${form} after ${JSON.stringify(failure)}`, async () => {
        scene().google.script('*', failure)
        const answer = await chat(scene(), form)
        assertGood(answer)
        assert.equal(answer.attempts, 2)
        assert.equal(new Set(scene().google.calls.map(({ key }) => key)).size, 2)
      })
    }
  }
})

describe('An OpenAI stream that fails after content', () => {
  const scene = sceneWith({ upstream: { timeoutSeconds: 0.5 } })

  const failures: readonly (readonly [Behaviour, string])[] = [
    [{ kind: 'cut' }, 'api_error'],
    [{ kind: 'reset', after: 'content' }, 'api_error'],
    [{ kind: 'hangAfterContent' }, 'api_error'],
    [garbledAfterContent(), 'api_error'],
    [errorAfterContent({ code: 503, status: 'UNAVAILABLE', message: 'Overloaded.' }), 'server_error'],
    [errorAfterContent({ code: 429, status: 'RESOURCE_EXHAUSTED', message: 'No quota.' }), 'requests'],
  ]
  for (const [failure, type] of failures) {
    test(`is told as a failure, never as an end: ${JSON.stringify(failure).slice(-80)}`, async () => {
      scene().google.script('*', failure)
      const answer = await chat(scene(), 'stream')
      assert.match(answer.said, /^Hello! You/)
      assert.equal(answer.finishReason, undefined)
      assert.equal(answer.error?.type, type)
      assert.equal(answer.attempts, 1)
      assert.equal(scene().google.calls.length, 1)
    })
  }

  test('is whole where a server before Google adds an end mark', async () => {
    const body = `${event({ text: 'Hello!' }, 'STOP')}data: [DONE]\n\n`
    scene().google.script('*', { kind: 'raw', headers: EVENTS, body })
    const answer = await chat(scene(), 'stream')
    assert.deepEqual([answer.said, answer.finishReason, answer.error], ['Hello!', 'stop', undefined])
  })

  test('has no end mark after its error', async () => {
    scene().google.script('*', { kind: 'cut' })
    const body = { model: 'gemini-3.8-flash', stream: true, messages: [{ role: 'user', content: 'Hi' }] }
    const response = await scene().post('/v1/chat/completions', body)
    const events = (await response.text()).split('\n\n').filter((event) => event !== '')
    assert.deepEqual(Object.keys(JSON.parse(events.at(-1)?.slice(6) ?? '')), ['error'])
    assert.ok(!events.includes('data: [DONE]'))
  })
})

describe('An OpenAI call', () => {
  const scene = sceneWith({ streaming: { commitSeconds: 0.15, heartbeatSeconds: 0.15 } })

  const ends: readonly (readonly [Behaviour, string])[] = [
    [{ kind: 'promptBlocked' }, 'content_filter'],
    [{ kind: 'promptBlocked', reason: 'PROHIBITED_CONTENT' }, 'content_filter'],
    [{ kind: 'safety' }, 'content_filter'],
    [{ kind: 'maxTokens' }, 'length'],
    [{ kind: 'finish', reason: 'RECITATION' }, 'content_filter'],
    [{ kind: 'finish', reason: 'OTHER' }, 'stop'],
    [{ kind: 'leadingStop' }, 'stop'],
  ]
  for (const [end, reason] of ends) {
    for (const form of CHAT_FORMS) {
      test(`ends as the model ended, once: ${form} of ${JSON.stringify(end)}`, async () => {
        scene().google.script('*', end)
        const answer = await chat(scene(), form)
        assert.equal(answer.error, undefined)
        assert.equal(answer.finishReason, reason)
        assert.equal(scene().google.calls.length, 1)
      })
    }
  }

  for (const form of CHAT_FORMS) {
    test(`that is empty three times is an honest error: ${form}`, async () => {
      scene().google.script('*', { kind: 'empty', times: 'forever' })
      const { status, error } = await chat(scene(), form)
      assert.equal(status, 502)
      assert.equal(error?.type, 'api_error')
    })

    test(`whose model's output is broken is an honest error: ${form}`, async () => {
      scene().google.script('*', { kind: 'finish', reason: 'UNEXPECTED_TOOL_CALL' })
      const { error, finishReason } = await chat(scene(), form)
      assert.match(error?.message ?? '', /UNEXPECTED_TOOL_CALL/)
      assert.equal(finishReason, undefined)
    })
  }

  test('stays alive by comments while the model thinks, and moves to another key unseen', async () => {
    scene().google.script('*', { kind: 'think', milliseconds: 700 })
    assertGood(await chat(scene(), 'stream'))
    scene().google.script('*', [
      { kind: 'slow', headersMilliseconds: 300, text: '' },
      { kind: 'overloaded503' },
    ])
    assertGood(await chat(scene(), 'stream'))
    scene().google.script('*', { kind: 'think', milliseconds: 700 })
    const body = { model: 'gemini-3.8-flash', stream: true, messages: [{ role: 'user', content: 'Hi' }] }
    const text = await (await scene().post('/v1/chat/completions', body)).text()
    assert.match(text, /^(: ping\n\n){2}/)
  })

  test('that fails after its headers are out ends with the error', async () => {
    scene().google.script('*', [
      { kind: 'slow', headersMilliseconds: 300, text: '' },
      { kind: 'invalidArgument400', message: 'Too late.' },
    ])
    const { status, error, said } = await chat(scene(), 'stream')
    assert.equal(status, 200)
    assert.match(error?.message ?? '', /Too late/)
    assert.equal(said, '')
  })
})

describe('OpenAI calls of an exhausted pool', () => {
  for (const form of CHAT_FORMS) {
    test(`are told when keys return: ${form}`, () =>
      inScene(2, async (scene) => {
        scene.google.script('*', { kind: 'perMinute429', retrySeconds: 30, times: 'forever' })
        const { status, error, headers } = await chat(scene, form)
        assert.equal(status, 429)
        assert.equal(error?.code, 'rate_limit_exceeded')
        assert.match(headers?.get('retry-after') ?? '', /^(29|30|31)$/)
      }))

    test(`are told that none returns: ${form}`, () =>
      inScene(2, async (scene) => {
        scene.google.script('*', { kind: 'keyLeaked', times: 'forever' })
        const { status, error, headers } = await chat(scene, form)
        assert.equal(status, 503)
        assert.equal(error?.code, 'no_available_keys')
        assert.equal(headers?.get('x-should-retry'), 'false')
      }))
  }

  test('are told that Google does not serve the place, which is nobody’s key', () =>
    inScene(3, async (scene) => {
      scene.google.script('*', { kind: 'region400' })
      const { status, error } = await chat(scene, 'whole')
      assert.equal(status, 403)
      assert.equal(error?.code, 'unsupported_country_region_territory')
      assert.ok((await scene.keys()).every(({ state }) => state === 'active'))
    }))
})

describe('When a third of all attempts fail', () => {
  test('no OpenAI client notices', { timeout: 30_000 }, () =>
    inScene(200, async (scene) => {
      const random = seededRandom(20_260_102)
      scene.google.script(
        '*',
        Array.from({ length: 1_200 }, () => mishapOf(random())),
      )
      const answers: ChatAnswer[] = []
      let asked = 0
      const askOn = async () => {
        while (asked < 200) answers.push(await chat(scene, CHAT_FORMS[asked++ % 2]!))
      }
      await Promise.all(Array.from({ length: 12 }, askOn))
      for (const answer of answers) assertGood(answer)
      const attempts = answers.reduce((sum, answer) => sum + answer.attempts, 0)
      assert.ok(attempts > 240, `${attempts} attempts were enough of a storm`)
      await until(async () => (await scene.keys()).every(({ state }) => state === 'active'), 'all are active')
    }),
  )
})

function assertGood({ error, said, finishReason }: ChatAnswer): void {
  assert.equal(error, undefined)
  assert.equal(said, GOOD_ANSWER)
  assert.equal(finishReason, 'stop')
}

const EVENTS = { 'content-type': 'text/event-stream' }

/** An event that nobody can read, amid a stream that goes on and ends as if nothing were missing. */
function garbledAfterContent(): Behaviour {
  const body = `${event({ text: 'Hello! You' })}data: {"candidates": [{"con\n\n${event({ text: '!' }, 'STOP')}`
  return { kind: 'raw', headers: EVENTS, body }
}

function event(part: { readonly text: string }, finishReason?: string): string {
  const chunk = { candidates: [{ content: { role: 'model', parts: [part] }, finishReason, index: 0 }] }
  return `data: ${JSON.stringify(chunk)}\n\n`
}
