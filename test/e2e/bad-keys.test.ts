import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { Behaviour } from '../../adapters/simulated-google/index.ts'
import {
  ask,
  type Form,
  fakeKeys,
  GOOD_ANSWER,
  MODEL,
  type NativeAnswer,
  openScene,
  type Scene,
  until,
} from './scene.ts'

const GENERATIONS: readonly Form[] = ['whole', 'sse', 'array']
const FORMS: readonly Form[] = [...GENERATIONS, 'countTokens']

interface BadKey {
  readonly kind: Behaviour['kind']
  readonly state: string
  readonly reason: RegExp
}

/** What Google says to a key for good, or for a while, and what the operator is told of it. */
const BAD_KEYS: readonly BadKey[] = [
  { kind: 'keyInvalid', state: 'invalid', reason: /^400 API_KEY_INVALID: API key not valid/ },
  { kind: 'keyNotFound', state: 'invalid', reason: /^400 API_KEY_INVALID: API Key not found/ },
  { kind: 'keyExpired', state: 'expired', reason: /^400 API_KEY_INVALID: API key expired/ },
  { kind: 'keyLeaked', state: 'leaked', reason: /^403 .*reported as leaked/ },
  { kind: 'keySuspended', state: 'suspended', reason: /^403 CONSUMER_SUSPENDED/ },
  { kind: 'serviceDisabled', state: 'restricted', reason: /^403 SERVICE_DISABLED/ },
  { kind: 'keyServiceBlocked', state: 'restricted', reason: /^403 API_KEY_SERVICE_BLOCKED/ },
  { kind: 'keyReferrerBlocked', state: 'restricted', reason: /^403 API_KEY_HTTP_REFERRER_BLOCKED/ },
  { kind: 'keyAddressBlocked', state: 'restricted', reason: /^403 API_KEY_IP_ADDRESS_BLOCKED/ },
  { kind: 'projectDenied', state: 'suspended', reason: /^403 .*denied access/ },
  { kind: 'credits402', state: 'suspended', reason: /^402 .*credits are depleted/ },
  { kind: 'unauthenticated401', state: 'invalid', reason: /^401 ACCESS_TOKEN_TYPE_UNSUPPORTED/ },
  { kind: 'perMinute429', state: 'resting', reason: /^429 \S*PerMinute/ },
  { kind: 'tokensPerMinute429', state: 'resting', reason: /^429 \S*TokensPerModelPerMinute/ },
  { kind: 'perDay429', state: 'exhausted', reason: /^429 \S*PerDay/ },
  { kind: 'severalViolations429', state: 'exhausted', reason: /^429 .*PerDay/ },
  { kind: 'limitZero429', state: 'exhausted', reason: /^429 \S*PerDay/ },
  { kind: 'bare429', state: 'resting', reason: /^429 RESOURCE_EXHAUSTED/ },
  { kind: 'queriesPerMinute429', state: 'resting', reason: /^429 .*queries per minute/ },
  { kind: 'legacy429', state: 'resting', reason: /^429 .*requests per minute/ },
  { kind: 'modelClosed404', state: 'exhausted', reason: /^404 .*no longer available to new users/ },
]

describe('One bad key among three', () => {
  for (const { kind, state, reason } of BAD_KEYS) {
    test(`is used once, put aside as ${state} and never seen by a client: ${kind}`, () =>
      inScene(3, async (scene, [bad = '']) => {
        scene.google.script(bad, { kind, times: 'forever' } as Behaviour)
        const isKeys = !['resting', 'exhausted'].includes(state)
        const answers = await askInTurn(scene, 30, isKeys ? FORMS : GENERATIONS)
        for (const answer of answers) assertGood(answer)
        assert.equal(uses(scene, bad), 1)
        assert.equal(answers.filter(({ attempts }) => attempts === 2).length, 1)

        await until(async () => (await keyNamed(scene, 'key-1')).state === state, `key-1 is ${state}`)
        const key = await keyNamed(scene, 'key-1')
        assert.match(key.reason, reason)
        assert.doesNotMatch(key.reason, new RegExp(bad))
        assert.deepEqual(await statesOf(scene, ['key-2', 'key-3']), ['active', 'active'])
        await assertKeptSecret(scene, bad, answers)
      }))
  }

  test('is in use again at once where a free request shows that its 401 was a mistake', () =>
    inScene(3, async (scene, [doubted = '']) => {
      scene.google.script(doubted, { kind: 'unauthenticated401' })
      for (const answer of await askInTurn(scene, 3)) assertGood(answer)
      await until(async () => (await keyNamed(scene, 'key-1')).state === 'active', 'key-1 is active')
      assert.equal(probes(scene, doubted), 1)
      await askInTurn(scene, 6)
      assert.ok(uses(scene, doubted) >= 2, 'it takes its turn again')
    }))
})

describe('A pool', () => {
  test('answers by its last good key, however many bad ones come before it', () =>
    inScene(40, async (scene, keys) => {
      const kinds = BAD_KEYS.filter(({ kind }) => kind !== 'unauthenticated401').map(({ kind }) => kind)
      const bad = keys.slice(0, -1)
      for (const [index, key] of bad.entries()) {
        scene.google.script(key, { kind: kinds[index % kinds.length], times: 'forever' } as Behaviour)
      }
      const answers = await askInTurn(scene, 60, GENERATIONS)
      for (const answer of answers) assertGood(answer)
      assert.equal(
        answers.reduce((sum, { attempts }) => sum + attempts, 0),
        99,
      )
      for (const key of bad) assert.equal(uses(scene, key), 1)
    }))

  test('leaves one short line in the log where one call tries all of its many keys', () =>
    inScene(120, async (scene) => {
      scene.google.script('*', { kind: 'keyInvalid', times: 'forever' })
      const { attempts } = await ask(scene, 'whole')
      assert.equal(attempts, 120)
      // What a program prints may come later than what it answers.
      await until(() => /"key_invalid".*\n/.test(scene.gateway.output()), 'the line is there')
      assert.equal(scene.gateway.output().match(/"fault":"key_invalid"/g)?.length, 50)
    }))

  test('loses every key of a project that is suspended', () => {
    const keys = fakeKeys(3)
    const settings = {
      keys: keys.map((key, index) => ({ key, name: `key-${index + 1}`, project: index < 2 ? 'p1' : 'p2' })),
    }
    return inScene(
      3,
      async (scene) => {
        scene.google.script(keys[0]!, { kind: 'keySuspended', times: 'forever' })
        for (const answer of await askInTurn(scene, 6)) assertGood(answer)
        const states = await statesOf(scene, ['key-1', 'key-2', 'key-3'])
        assert.deepEqual(states, ['suspended', 'suspended', 'active'])
        assert.equal(uses(scene, keys[0]!), 1)
        assert.ok(uses(scene, keys[1]!) <= 1, 'the second key may only have been used before the first')
      },
      settings,
    )
  })

  test('says that no key will return where all have a limit of zero', () =>
    inScene(3, async (scene) => {
      scene.google.script('*', { kind: 'limitZero429', times: 'forever' })
      for (const form of GENERATIONS) assertNoKeys(await ask(scene, form))
      assert.equal(scene.google.calls.length, 3)
    }))

  test('says at once when it will be back where all keys rest, and is', () =>
    inScene(3, async (scene) => {
      scene.google.script('*', { kind: 'perMinute429', retrySeconds: 1.2, times: 3 })
      for (const form of GENERATIONS) assertResting(await ask(scene, form))
      assert.equal(scene.google.calls.length, 3)
      await until(async () => (await ask(scene, 'whole')).status === 200, 'the first key is back')
    }))

  test('still counts tokens, which spends another quota, where all keys rest', () =>
    inScene(2, async (scene) => {
      scene.google.script('*', { kind: 'perMinute429', times: 2 })
      assert.equal((await ask(scene, 'whole')).status, 429)
      assertGood(await ask(scene, 'countTokens'))
    }))

  test('without a key says that asking again is of no use', () =>
    inScene(0, async (scene) => {
      for (const form of FORMS) assertNoKeys(await ask(scene, form))
      assert.equal(scene.google.calls.length, 0)
    }))

  test('with nothing but dead keys says so, and never tries one of them for want of a better one', () =>
    inScene(2, async (scene) => {
      scene.google.script('*', { kind: 'keyInvalid', times: 'forever' })
      for (const form of FORMS) assertNoKeys(await ask(scene, form))
      assert.equal(scene.google.calls.length, 2)
    }))
})

describe('A refusal that is not of the key', () => {
  test('is told as the page that it is, whole and streamed alike, also where its status is 200', () =>
    inScene(2, async (scene) => {
      const sorry = '<html>\n\n<title>Sorry...</title>'
      for (const form of GENERATIONS) {
        const headers = { 'content-type': 'text/html' }
        scene.google.script('*', { kind: 'raw', headers, body: sorry })
        const { status, error, attempts } = await ask(scene, form)
        assert.deepEqual([status, attempts], [502, 1])
        assert.match(error?.message ?? '', /automated queries/)
      }
      assert.deepEqual(await statesOf(scene, ['key-1', 'key-2']), ['active', 'active'])
    }))

  const kinds = [
    ['fileNotPermitted', 403],
    ['multipleCredentials', 500],
    ['unregisteredCallers', 500],
  ] as const
  for (const [kind, status] of kinds) {
    test(`touches no key and is not tried again: ${kind}`, () =>
      inScene(2, async (scene) => {
        for (const form of FORMS) {
          scene.google.reset()
          scene.google.script('*', { kind })
          const answer = await ask(scene, form)
          assert.equal(answer.status, status)
          assert.equal(answer.error?.code, status)
          assert.equal(scene.google.calls.length, 1)
        }
        assert.deepEqual(await statesOf(scene, ['key-1', 'key-2']), ['active', 'active'])
      }))
  }
})

async function inScene(
  count: number,
  run: (scene: Scene, keys: readonly string[]) => Promise<void>,
  settings: Record<string, unknown> = {},
): Promise<void> {
  const keys = fakeKeys(count)
  const scene = await openScene(keys, settings)
  try {
    await run(scene, keys)
  } finally {
    await scene.close()
  }
}

async function askInTurn(scene: Scene, count: number, forms = FORMS): Promise<NativeAnswer[]> {
  const answers: NativeAnswer[] = []
  for (let index = 0; index < count; index++) answers.push(await ask(scene, forms[index % forms.length]!))
  return answers
}

function assertGood({ status, said, messages, text }: NativeAnswer): void {
  assert.equal(status, 200, text)
  const [{ totalTokens } = {}] = messages
  if (totalTokens === undefined) assert.equal(said, GOOD_ANSWER)
}

function assertNoKeys({ status, headers, error }: NativeAnswer): void {
  assert.equal(status, 503)
  assert.equal(headers.get('x-should-retry'), 'false')
  assert.equal(headers.get('retry-after'), null)
  assert.equal(error?.status, 'UNAVAILABLE')
  assert.equal(error?.details?.[0]?.reason, 'NO_AVAILABLE_KEYS')
}

function assertResting({ status, headers, error }: NativeAnswer): void {
  assert.equal(status, 429)
  assert.match(headers.get('retry-after') ?? '', /^[12]$/)
  assert.equal(error?.code, 429)
  assert.equal(error?.status, 'RESOURCE_EXHAUSTED')
  const retry = error?.details?.find(
    (detail) => detail['@type'] === 'type.googleapis.com/google.rpc.RetryInfo',
  )
  assert.equal(retry?.retryDelay, `${headers.get('retry-after')}s`)
}

/** Calls with a key but for the free probes. */
function uses({ google }: Scene, key: string): number {
  return google.calls.filter((call) => call.key === key && call.method === 'POST').length
}

function probes({ google }: Scene, key: string): number {
  return google.calls.filter((call) => call.key === key && call.path === '/v1beta/models').length
}

async function keyNamed(scene: Scene, name: string) {
  const key = (await scene.keys()).find((item) => item.name === name)
  assert.ok(key, `there is a key named ${name}`)
  return key
}

async function statesOf(scene: Scene, names: readonly string[]): Promise<string[]> {
  const keys = await scene.keys()
  return names.map((name) => keys.find((item) => item.name === name)?.state ?? 'gone')
}

/** Neither a client nor what is kept of the calls shows the key. */
async function assertKeptSecret(scene: Scene, key: string, answers: readonly NativeAnswer[]): Promise<void> {
  for (const { text, headers } of answers) {
    assert.doesNotMatch(text, new RegExp(key))
    assert.doesNotMatch(JSON.stringify([...headers]), new RegExp(key))
  }
  assert.doesNotMatch(JSON.stringify(await scene.keys()), new RegExp(key))
  await scene.gateway.end('SIGTERM')
  assert.ok(!scene.gateway.output().includes(key), 'the output names no key')
  const data = join(scene.gateway.folder, 'data')
  const stored = readdirSync(data).map((name) => readFileSync(join(data, name), 'latin1'))
  assert.ok(stored.join('').includes(MODEL), 'the request log is there')
  assert.ok(!stored.join('').includes(key), 'the storage names no key')
}

describe('A key that is out', () => {
  test('comes back by a free request once Google takes it again, and costs no generation till then', async () => {
    const keys = fakeKeys(2)
    const scene = await openScene(keys, { routing: { checkHours: 0.0002 } })
    try {
      scene.google.script(keys[0]!, { kind: 'keyInvalid', times: 'forever' })
      for (let calls = 0; calls < 4; calls++) assert.equal((await ask(scene, 'whole')).said, GOOD_ANSWER)
      assert.equal((await scene.keys())[0]?.state, 'invalid')
      const generations = () =>
        scene.google.calls.filter(({ key, method }) => key === keys[0] && method === 'POST').length
      assert.equal(generations(), 1)
      scene.google.reset()
      await until(async () => (await scene.keys())[0]?.state === 'active', 'the key is active again')
      assert.equal(generations(), 0)
    } finally {
      await scene.close()
    }
  })
})
