import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Behaviour } from '../../adapters/simulated-google/index.ts'
import { seededRandom } from '../seeded-random.ts'
import { askMessage, MESSAGE_FORMS, type MessageAnswer } from './anthropic-client.ts'
import { BEFORE_CONTENT, errorAfterContent, inScene, mishapOf, sceneWith } from './mishaps.ts'
import { GOOD_ANSWER, until } from './scene.ts'

describe('An Anthropic call whose first key fails before content', () => {
  const scene = sceneWith({ upstream: { timeoutSeconds: 0.5 } })

  for (const failure of BEFORE_CONTENT) {
    for (const form of MESSAGE_FORMS) {
      test(`is a whole good one from another key: ${form} after ${JSON.stringify(failure)}`, async () => {
        scene().google.script('*', failure)
        const answer = await askMessage(scene(), form)
        assertGood(answer)
        assert.equal(answer.attempts, 2)
        assert.equal(new Set(scene().google.calls.map(({ key }) => key)).size, 2)
      })
    }
  }
})

describe('An Anthropic stream that fails after content', () => {
  const scene = sceneWith({ upstream: { timeoutSeconds: 0.5 } })

  const failures: readonly (readonly [Behaviour, string])[] = [
    [{ kind: 'cut' }, 'api_error'],
    [{ kind: 'reset', after: 'content' }, 'api_error'],
    [{ kind: 'hangAfterContent' }, 'api_error'],
    [errorAfterContent({ code: 503, status: 'UNAVAILABLE', message: 'Overloaded.' }), 'overloaded_error'],
    [
      errorAfterContent({ code: 429, status: 'RESOURCE_EXHAUSTED', message: 'No quota.' }),
      'rate_limit_error',
    ],
  ]
  for (const [failure, type] of failures) {
    test(`is told as a failure, never as an end: ${JSON.stringify(failure).slice(-80)}`, async () => {
      scene().google.script('*', failure)
      const answer = await askMessage(scene(), 'stream')
      assert.match(answer.said, /^Hello! You/)
      assert.equal(answer.stopReason, undefined)
      assert.equal(answer.error?.type, type)
      assert.equal(answer.attempts, 1)
      assert.equal(scene().google.calls.length, 1)
    })
  }

  test('has no end mark after its error', async () => {
    scene().google.script('*', { kind: 'cut' })
    const body = {
      model: 'gemini-3.8-flash',
      max_tokens: 9,
      stream: true,
      messages: [{ role: 'user', content: 'Hi' }],
    }
    const response = await scene().post('/v1/messages', body)
    const events = (await response.text()).split('\n\n').filter((event) => event !== '')
    assert.match(events.at(-1) ?? '', /^event: error\ndata: \{"type":"error","error":\{"type":"api_error",/)
    assert.ok(!events.some((event) => event.startsWith('event: message_stop')))
  })
})

describe('An Anthropic call', () => {
  const scene = sceneWith({ streaming: { commitSeconds: 0.15, heartbeatSeconds: 0.15 } })

  const ends: readonly (readonly [Behaviour, string])[] = [
    [{ kind: 'promptBlocked' }, 'refusal'],
    [{ kind: 'promptBlocked', reason: 'PROHIBITED_CONTENT' }, 'refusal'],
    [{ kind: 'safety' }, 'refusal'],
    [{ kind: 'maxTokens' }, 'max_tokens'],
    [{ kind: 'finish', reason: 'RECITATION' }, 'refusal'],
    [{ kind: 'finish', reason: 'OTHER' }, 'end_turn'],
    [{ kind: 'leadingStop' }, 'end_turn'],
  ]
  for (const [end, reason] of ends) {
    for (const form of MESSAGE_FORMS) {
      test(`ends as the model ended, once: ${form} of ${JSON.stringify(end)}`, async () => {
        scene().google.script('*', end)
        const answer = await askMessage(scene(), form)
        assert.equal(answer.error, undefined)
        assert.equal(answer.stopReason, reason)
        assert.equal(scene().google.calls.length, 1)
      })
    }
  }

  for (const form of MESSAGE_FORMS) {
    test(`that is empty three times is an honest error: ${form}`, async () => {
      scene().google.script('*', { kind: 'empty', times: 'forever' })
      const { status, error } = await askMessage(scene(), form)
      assert.equal(status, 500)
      assert.equal(error?.type, 'api_error')
    })

    test(`whose model's output is broken is an honest error: ${form}`, async () => {
      scene().google.script('*', { kind: 'finish', reason: 'UNEXPECTED_TOOL_CALL' })
      const { error, stopReason } = await askMessage(scene(), form)
      assert.match(error?.message ?? '', /UNEXPECTED_TOOL_CALL/)
      assert.equal(stopReason, undefined)
    })
  }

  test('stays alive by pings while the model thinks, and moves to another key unseen', async () => {
    scene().google.script('*', { kind: 'think', milliseconds: 700 })
    assertGood(await askMessage(scene(), 'stream'))
    scene().google.script('*', [
      { kind: 'slow', headersMilliseconds: 300, text: '' },
      { kind: 'overloaded503' },
    ])
    assertGood(await askMessage(scene(), 'stream'))
    scene().google.script('*', { kind: 'think', milliseconds: 700 })
    const body = {
      model: 'gemini-3.8-flash',
      max_tokens: 9,
      stream: true,
      messages: [{ role: 'user', content: 'Hi' }],
    }
    const text = await (await scene().post('/v1/messages', body)).text()
    assert.match(text, /^(event: ping\ndata: \{"type":"ping"\}\n\n){2}/)
  })

  test('that fails after its headers are out ends with the error', async () => {
    scene().google.script('*', [
      { kind: 'slow', headersMilliseconds: 300, text: '' },
      { kind: 'invalidArgument400', message: 'Too late.' },
    ])
    const { status, error, said } = await askMessage(scene(), 'stream')
    assert.equal(status, 200)
    assert.match(error?.message ?? '', /Too late/)
    assert.equal(said, '')
  })
})

describe('Anthropic calls of an exhausted pool', () => {
  for (const form of MESSAGE_FORMS) {
    test(`are told when keys return: ${form}`, () =>
      inScene(2, async (scene) => {
        scene.google.script('*', { kind: 'perMinute429', retrySeconds: 30, times: 'forever' })
        const { status, error, headers } = await askMessage(scene, form)
        assert.equal(status, 429)
        assert.equal(error?.type, 'rate_limit_error')
        assert.match(headers?.get('retry-after') ?? '', /^(29|30|31)$/)
      }))

    test(`are told that none returns: ${form}`, () =>
      inScene(2, async (scene) => {
        scene.google.script('*', { kind: 'keyLeaked', times: 'forever' })
        const { status, error, headers } = await askMessage(scene, form)
        assert.equal(status, 529)
        assert.equal(error?.type, 'overloaded_error')
        assert.equal(headers?.get('x-should-retry'), 'false')
      }))
  }

  test('are told that Google does not serve the place, which is nobody’s key', () =>
    inScene(3, async (scene) => {
      scene.google.script('*', { kind: 'region400' })
      const { status, error } = await askMessage(scene, 'whole')
      assert.equal(status, 403)
      assert.equal(error?.type, 'permission_error')
      assert.ok((await scene.keys()).every(({ state }) => state === 'active'))
    }))
})

describe('When a third of all attempts fail', () => {
  test('no Anthropic client notices', { timeout: 30_000 }, () =>
    inScene(200, async (scene) => {
      const random = seededRandom(20_260_103)
      scene.google.script(
        '*',
        Array.from({ length: 1_200 }, () => mishapOf(random())),
      )
      const answers: MessageAnswer[] = []
      let asked = 0
      const askOn = async () => {
        while (asked < 200) answers.push(await askMessage(scene, MESSAGE_FORMS[asked++ % 2]!))
      }
      await Promise.all(Array.from({ length: 12 }, askOn))
      for (const answer of answers) assertGood(answer)
      const attempts = answers.reduce((sum, answer) => sum + answer.attempts, 0)
      assert.ok(attempts > 240, `${attempts} attempts were enough of a storm`)
      await until(async () => (await scene.keys()).every(({ state }) => state === 'active'), 'all are active')
    }),
  )
})

function assertGood({ error, said, stopReason }: MessageAnswer): void {
  assert.equal(error, undefined)
  assert.equal(said, GOOD_ANSWER)
  assert.equal(stopReason, 'end_turn')
}
