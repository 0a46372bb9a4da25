import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ERROR_KINDS } from '../core/errors.ts'
import { classifyAnswer } from '../core/faults/classify.ts'
import { errorOfClose } from '../core/faults/error-of-close.ts'
import { fateOf } from '../core/live/fate.ts'
import { createFlow } from '../core/live/flow.ts'
import { cutReason, toGoodbye, toPassedGoodbye } from '../core/live/goodbye.ts'
import { addUsage, readSigns } from '../core/live/google-signs.ts'
import { createLiveSlots } from '../core/live/live-slots.ts'
import { liveTokenOf } from '../core/live/live-token.ts'
import { createResumePause } from '../core/live/resume-pause.ts'
import { readSetup, resuming } from '../core/live/setup-message.ts'
import { createWaitingRoom } from '../core/live/waiting-room.ts'
import type { OutgoingSocket } from '../core/sockets.ts'
import { toLiveTarget } from '../plugins/gemini/live-path.ts'
import { key, PRO, setUpPool } from './virtual-pool.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

describe('A setup', () => {
  test('names its model and handle in both spellings, in text and in bytes', () => {
    for (const field of ['sessionResumption', 'session_resumption']) {
      const text = JSON.stringify({ setup: { model: 'models/a', [field]: { handle: 'h' } } })
      for (const data of [text, bytes(text)]) {
        const { model, handle } = readSetup(data)!
        assert.deepEqual([model, handle], ['a', 'h'])
      }
      const again = JSON.parse(resuming(readSetup(text)!, 'newer'))
      assert.deepEqual(again, { setup: { model: 'models/a', sessionResumption: { handle: 'newer' } } })
    }
  })

  test('is nothing else', () => {
    for (const text of ['', '{', '[]', '{"setup":1}', '{"setup":[]}', '{"clientContent":{}}', 'null'])
      assert.equal(readSetup(text), undefined)
  })

  test('keeps what it says beside its handle when it goes on', () => {
    const setup = readSetup(
      '{"setup":{"model":"m","tools":[1],"sessionResumption":{"transparent":true}},"x":1}',
    )!
    assert.deepEqual(JSON.parse(resuming(setup, 'h')), {
      setup: { model: 'm', tools: [1], sessionResumption: { transparent: true, handle: 'h' } },
      x: 1,
    })
  })
})

describe('A message of Google’s', () => {
  test('tells of handles, the end and usage, in text and in bytes', () => {
    const CASES = [
      ['{"sessionResumptionUpdate":{"newHandle":"h","resumable":true}}', { handle: 'h' }],
      ['{"sessionResumptionUpdate":{"newHandle":"","resumable":false}}', { isUnresumable: true }],
      ['{"sessionResumptionUpdate":{"resumable":true}}', {}],
      ['{"goAway":{"timeLeft":"5s"}}', { goesAway: true }],
      ['{"serverContent":{"modelTurn":{"parts":[{"text":"\\"goAway\\""}]}}}', {}],
      ['no json "goAway"', {}],
    ] as const
    for (const [text, signs] of CASES)
      for (const data of [text, bytes(text)]) assert.deepEqual(readSigns(data), signs)
  })

  test('adds its usage to that of other turns, without inventing counts', () => {
    const { usage } = readSigns('{"usageMetadata":{"promptTokenCount":3,"responseTokenCount":2}}')
    const whole = addUsage(addUsage(undefined, usage!), { promptTokenCount: 4 })
    assert.equal(whole.promptTokenCount, 7)
    assert.equal(whole.candidatesTokenCount, 2)
    assert.equal(whole.thoughtsTokenCount, undefined)
  })
})

describe('A goodbye', () => {
  test('passes with its code where a frame may carry it, else with one that may', () => {
    const code = (code: number) => toPassedGoodbye({ code, reason: 'r' }).code
    for (const same of [1000, 1001, 1003, 1007, 1008, 1009, 1011, 1012, 1013, 3000, 4999])
      assert.equal(code(same), same)
    assert.deepEqual(
      [1005, 1006, 1015, 999, 1004, 2000, 5000].map(code),
      [1000, 1011, 1011, 1011, 1011, 1011, 1011],
    )
  })

  test('has no more than 123 bytes, and no half letters', () => {
    for (const letter of ['a', 'é', '€', '😀']) {
      const cut = cutReason(letter.repeat(200))
      const { length } = bytes(cut)
      assert.ok(length <= 123 && length > 118, `${length}`)
      assert.equal(cut.replaceAll(letter, ''), '')
    }
    assert.equal(cutReason('short'), 'short')
  })

  test('stands for every error', () => {
    for (const kind of ERROR_KINDS) {
      const { code } = toGoodbye({ kind, message: 'm' })
      assert.equal(toPassedGoodbye({ code, reason: '' }).code, code)
    }
  })
})

describe('The end of a connection to Google', () => {
  const KINDS = [
    [1007, 'API key not valid. Please pass a valid API key.', 'key_invalid'],
    [1008, 'API key expired. Please renew the API key.', 'key_expired'],
    [1011, 'You exceeded your current quota, please check your plan and billing details.', 'quota_unknown'],
    [1008, 'models/x is not found for API version v1beta', 'client_mistake'],
    [1007, 'Request contains an invalid argument.', 'client_mistake'],
    [1008, 'Your API key was reported as leaked. Please use another API key.', 'key_leaked'],
    [1011, 'Internal error encountered.', 'model_failed'],
    [1011, 'The service is currently unavailable.', 'model_overloaded'],
    [1013, '', 'model_overloaded'],
  ] as const
  for (const [code, reason, kind] of KINDS) {
    test(`with ${code} ${reason.slice(0, 30)} is ${kind}`, () => {
      const error = errorOfClose(code, reason)!
      const text = JSON.stringify({ error })
      const fault = classifyAnswer({ status: error.code, contentType: 'application/json', text })
      assert.equal(fault.kind, kind)
    })
  }

  test('is no failure where it is normal or only lost', () => {
    for (const code of [1000, 1001, 1005, 1006, 1012]) assert.equal(errorOfClose(code, ''), undefined)
    assert.equal(errorOfClose(4001, 'an application’s own'), undefined)
  })

  const STANDING = { canGoOn: true, goesAway: false, hasToken: false }
  test('lets a session go on where that may help, and never without a handle', () => {
    const CASES = [
      [{ code: 1006, reason: '' }, STANDING, true],
      [{ code: 1006, reason: '' }, { ...STANDING, canGoOn: false }, false],
      [{ code: 1001, reason: '' }, STANDING, true],
      [{ code: 1011, reason: 'Internal error encountered.' }, STANDING, true],
      [{ code: 1000, reason: '' }, STANDING, false],
      [{ code: 1000, reason: '' }, { ...STANDING, goesAway: true }, true],
      [{ code: 1008, reason: 'The session has ended' }, { ...STANDING, goesAway: true }, true],
      [{ code: 1007, reason: 'Invalid' }, { ...STANDING, goesAway: true }, false],
      [{ code: 4000, reason: 'own' }, STANDING, false],
    ] as const
    for (const [goodbye, standing, goesOn] of CASES)
      assert.equal(fateOf(goodbye, standing).goesOn, goesOn, JSON.stringify([goodbye, standing]))
  })

  test('charges no key for what is wrong with a token of the client’s', () => {
    const goodbye = { code: 1008, reason: 'API key not valid' }
    assert.equal(fateOf(goodbye, { ...STANDING, hasToken: true }).fault, undefined)
    assert.equal(fateOf(goodbye, STANDING).fault?.kind, 'key_invalid')
    assert.equal(fateOf({ code: 1006, reason: '' }, STANDING).fault?.kind, 'connection_failed')
    assert.equal(fateOf({ code: 1006, reason: '' }, { ...STANDING, goesAway: true }).fault, undefined)
  })
})

describe('Session slots', () => {
  const QUOTA = { ok: false, kind: 'quota_unknown', status: 429, reason: '', text: '' } as const

  function setUp(perProject: number) {
    const { pool } = setUpPool([key('a', 'p1'), key('b', 'p2')])
    let now = 0
    const slots = createLiveSlots({ pool, perProject, now: () => now })
    const take = () => slots.pool.take(PRO, [])
    return { slots, take, pass: (milliseconds: number) => (now += milliseconds) }
  }

  test('are as many as stated, and free again when a session ends', () => {
    const { slots, take } = setUp(1)
    const [one, two] = [take()!, take()!]
    assert.notEqual(one.key.project, two.key.project)
    assert.equal(slots.isAnyFull(), true)
    assert.equal(take(), undefined)
    one.ended(undefined)
    one.ended(undefined)
    assert.equal(take()?.key.project, one.key.project)
    assert.equal(take(), undefined)
  })

  test('are learned from a refusal while others are open, and forgotten later', () => {
    const { slots, take, pass } = setUp(0)
    const open = [take()!, take()!, take()!]
    const last = open.at(-1)!
    last.settle(QUOTA)
    assert.equal(slots.isAnyFull(), true)
    pass(11 * 60_000)
    assert.equal(slots.isAnyFull(), false)
  })

  test('are not learned where no other session is open', () => {
    const { slots, take } = setUp(0)
    take()!.settle(QUOTA)
    assert.equal(slots.isAnyFull(), false)
  })
})

describe('The flow of a session', () => {
  const STUCK = { clientStuck() {}, googleStuck() {} }

  function socket(): OutgoingSocket & { buffered: number; readonly done: string[] } {
    const done: string[] = []
    return {
      buffered: 0,
      done,
      send: (data) => done.push(`send ${data.length}`),
      pause: () => done.push('pause'),
      resume: () => done.push('resume'),
      close() {},
      terminate() {},
    }
  }

  test('makes Google wait while much waits for the client, and go on after', async () => {
    const [client, google] = [socket(), socket()]
    const flow = createFlow({ client, ...STUCK })
    flow.join(google)
    flow.toClient('small')
    assert.deepEqual(google.done, [])
    client.buffered = 5_000_000
    flow.toClient('large')
    flow.toClient('large')
    assert.deepEqual(google.done, ['pause'])
    client.buffered = 0
    await new Promise((resolve) => setTimeout(resolve, 100))
    assert.deepEqual(google.done, ['pause', 'resume'])
    flow.end()
  })

  test('sends Google nothing more where too much waits for it', () => {
    const [client, google] = [socket(), socket()]
    let isStuck = false
    const flow = createFlow({ client, ...STUCK, googleStuck: () => (isStuck = true) })
    flow.join(google)
    flow.toGoogle('fits')
    google.buffered = 17 * 1024 * 1024
    flow.toGoogle('does not')
    assert.deepEqual([google.done, isStuck], [['send 4'], true])
    flow.end()
  })

  test('holds so much and no more before there is a connection', () => {
    const room = createWaitingRoom(10)
    assert.deepEqual([room.take('12345'), room.take('12345'), room.take('1')], [true, true, false])
    assert.deepEqual(room.leave(), ['12345', '12345'])
    assert.deepEqual(room.leave(), [])
    assert.equal(room.take('1234567890'), true)
  })
})

describe('The address of a session', () => {
  const target = (path: string) => toLiveTarget(new URL(`http://localhost${path}`))
  const PLACE = '/ws/google.ai.generativelanguage.v1beta.GenerativeService'

  test('is Google’s, under /gemini too, without credentials', () => {
    for (const prefix of ['', '/gemini', '/', '/gemini/']) {
      assert.deepEqual(target(`${prefix}${PLACE}.BidiGenerateContent?key=secret&a=1&access_token=t`), {
        path: `${PLACE}.BidiGenerateContent`,
        query: '?a=1',
        operation: 'bidiGenerateContent',
      })
    }
    const music = target(`${PLACE.replace('v1beta', 'v1alpha')}.BidiGenerateMusic`)
    assert.equal(music?.operation, 'bidiGenerateMusic')
    assert.equal(target(`${PLACE}.BidiGenerateContentConstrained`)?.operation, 'bidiGenerateContent')
  })

  test('is no other', () => {
    for (const path of [
      `${PLACE}.BidiGenerateMusicConstrained`,
      `${PLACE}.Other`,
      '/ws/',
      `${PLACE}.BidiGenerateContent/x`,
    ])
      assert.equal(target(path), undefined)
  })

  test('takes a token in the query or a header, at the one method that takes tokens', () => {
    const token = (method: string, query: string, authorization = '') =>
      liveTokenOf(new URL(`http://h${PLACE}.${method}${query}`), new Headers({ authorization }))
    const CONSTRAINED = 'BidiGenerateContentConstrained'
    assert.equal(token(CONSTRAINED, '?access_token=auth_tokens/a'), 'auth_tokens/a')
    assert.equal(token(CONSTRAINED, '', 'Token auth_tokens/a'), 'auth_tokens/a')
    assert.equal(token(CONSTRAINED, '?access_token=ya29.oauth'), undefined)
    assert.equal(token('BidiGenerateContent', '?access_token=auth_tokens/a'), undefined)
    const elsewhere = new URL(`http://h/elsewhere/x.${CONSTRAINED}?access_token=auth_tokens/a`)
    assert.equal(liveTokenOf(elsewhere, new Headers()), undefined)
  })
})

test('A session is resumed at once, and ever later where its connections are lost one after the other', () => {
  let now = 0
  const pause = createResumePause(() => now)
  const pauses = Array.from({ length: 9 }, () => pause.next())
  assert.deepEqual(pauses, [0, 250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000])
  now += 30_000
  assert.equal(pause.next(), 0)
})
