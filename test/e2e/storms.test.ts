import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Behaviour } from '../../adapters/simulated-google/index.ts'
import { seededRandom } from '../seeded-random.ts'
import {
  ask,
  type Form,
  fakeKeys,
  GOOD_ANSWER,
  type NativeAnswer,
  openScene,
  type Scene,
  until,
} from './scene.ts'

/** Attempts are paced by seconds; this only ends a test that hangs. */
const LONG = { timeout: 30_000 }
const FORMS: readonly Form[] = ['whole', 'sse', 'array']

describe('While the model is overloaded for every key', () => {
  test(
    'calls are refused at once, Google is asked once a second, and all is well with the first success',
    LONG,
    () =>
      inScene(8, {}, async (scene) => {
        scene.google.script('*', { kind: 'overloaded503', times: 'forever' })
        const first = await Promise.all([ask(scene, 'whole'), ask(scene, 'sse'), ask(scene, 'array')])
        for (const answer of first) assertFails(answer, 503)
        assert.ok(triedKeys(scene) >= 5, 'five keys have been tried before it was given up')

        const before = scene.google.calls.length
        const begun = performance.now()
        let refused = 0
        const elapsed = () => performance.now() - begun
        // A trial call may alone outlast the time on a busy machine; the call after it is refused.
        while (elapsed() < 1_500 || (refused === 0 && elapsed() < 15_000)) {
          const answer = await ask(scene, FORMS[refused % FORMS.length]!)
          assertFails(answer, 503)
          if (answer.attempts > 0) continue
          assert.equal(answer.headers.get('retry-after'), '1')
          refused++
        }
        assert.ok(refused > 0)
        const trials = Math.ceil(elapsed() / 1000) + 1
        assert.ok(scene.google.calls.length - before <= trials * ATTEMPTS_OF_A_TRIAL)

        scene.google.reset()
        await until(async () => (await ask(scene, 'whole')).status === 200, 'a trial call succeeds')
        const later = await Promise.all(
          Array.from({ length: 20 }, (_, index) => ask(scene, FORMS[index % 3]!)),
        )
        for (const answer of later) assert.equal(answer.said, GOOD_ANSWER)
        await assertUntouched(scene)
      }),
  )

  test('calls that wait for the trial call get answers, though it needed a second key', () =>
    inScene(8, { upstream: { timeoutSeconds: 0.4 } }, async (scene) => {
      scene.google.script('*', { kind: 'overloaded503', times: 'forever' })
      await Promise.all([ask(scene, 'whole'), ask(scene, 'whole'), ask(scene, 'whole')])
      scene.google.reset()
      scene.google.script('*', { kind: 'hang' })
      const trial = ask(scene, 'whole')
      await until(() => scene.google.open() === 1, 'the trial call is at Google')
      const waiting = Array.from({ length: 8 }, (_, index) => ask(scene, FORMS[index % FORMS.length]!))
      for (const answer of await Promise.all([trial, ...waiting]))
        assert.equal(answer.said, GOOD_ANSWER, answer.text)
    }))

  test('another model goes on as if nothing were', () =>
    inScene(8, {}, async (scene) => {
      scene.google.script('*', { kind: 'overloaded503', times: 'forever' }, { model: 'gemini-3.8-flash' })
      await Promise.all([ask(scene, 'whole'), ask(scene, 'whole'), ask(scene, 'whole')])
      assert.equal((await ask(scene, 'whole')).status, 503)
      const other = await scene.post('/v1beta/models/gemini-2.5-flash:generateContent', {
        contents: [{ parts: [{ text: 'Say hello' }] }],
      })
      assert.equal(other.status, 200)
    }))
})

describe('From a place that Google does not serve', () => {
  test("calls get Google's own words, then the breaker's, and no key is blamed", () =>
    inScene(8, {}, async (scene) => {
      scene.google.script('*', { kind: 'region400', times: 'forever' })
      for (const form of [...FORMS, 'whole', 'sse'] as const) {
        const answer = await ask(scene, form)
        assertFails(answer, 400)
        assert.match(answer.error!.message, /^User location is not supported/)
        assert.equal(answer.attempts, 1)
      }
      await until(async () => (await ask(scene, 'whole')).status === 503, 'the breaker is open')
      const refused = await ask(scene, 'sse')
      assertFails(refused, 503)
      assert.equal(refused.headers.get('retry-after'), '1')
      await assertUntouched(scene)

      scene.google.reset()
      await until(async () => (await ask(scene, 'whole')).status === 200, 'a trial call succeeds')
      for (const form of FORMS) assert.equal((await ask(scene, form)).said, GOOD_ANSWER)
    }))
})

describe('When a third of all attempts fail', () => {
  test('no client notices', LONG, () =>
    // Enough keys that some are always usable: at full speed dozens rest at a time for their short 429s.
    inScene(300, {}, async (scene) => {
      const random = seededRandom(20_260_101)
      const script = Array.from({ length: 2_000 }, () => mishapOf(random()))
      scene.google.script('*', script)
      const answers = await askMany(scene, 400, 16)
      const failed = answers.filter(({ status, said }) => status !== 200 || said !== GOOD_ANSWER)
      assert.deepEqual(
        failed.map(({ status, text }) => `${status} ${text}`),
        [],
      )
      const attempts = answers.reduce((sum, answer) => sum + answer.attempts, 0)
      assert.ok(attempts > 500, `${attempts} attempts were enough of a storm`)
      await until(async () => (await scene.keys()).every(({ state }) => state === 'active'), 'all are active')
    }),
  )
})

describe('A pool of one key', () => {
  const blips: readonly Behaviour[] = [
    { kind: 'overloaded503' },
    { kind: 'internal500' },
    { kind: 'reset' },
    { kind: 'reset', after: 'headers' },
    { kind: 'html502' },
    { kind: 'notJson' },
    { kind: 'empty' },
    { kind: 'malformedFunctionCall' },
    { kind: 'hang' },
    { kind: 'hangAfterHeaders' },
  ]
  // A silence that is none of the script's must not count as one, however busy the machine is.
  const timeoutOf = ({ kind }: Behaviour) => (kind.startsWith('hang') ? 0.7 : 20)
  for (const blip of blips) {
    test(`survives a single ${JSON.stringify(blip)}`, () =>
      inScene(1, { upstream: { timeoutSeconds: timeoutOf(blip) } }, async (scene) => {
        for (const form of FORMS) {
          scene.google.script('*', blip)
          const answer = await ask(scene, form)
          assert.equal(answer.said, GOOD_ANSWER, answer.text)
          assert.equal(answer.attempts, 2)
        }
        await assertUntouched(scene)
      }))
  }
})

describe('The deadline', () => {
  test('lets no attempt start after it', () =>
    inScene(12, { routing: { deadlineSeconds: 0.5 }, upstream: { timeoutSeconds: 0.2 } }, async (scene) => {
      for (const form of FORMS) {
        scene.google.reset()
        scene.google.script('*', { kind: 'hang', times: 'forever' })
        assertFails(await ask(scene, form), 504)
        const times = scene.google.calls.map(({ at }) => at)
        assert.ok(times.length >= 2, 'more than one key was tried')
        assert.ok(Math.max(...times) - Math.min(...times) <= 500 + CLOCK_SLACK)
      }
    }))

  test("that ends a walk over dead keys is not told as the client's mistake", () =>
    inScene(200, { routing: { deadlineSeconds: 0.005 } }, async (scene) => {
      scene.google.script('*', { kind: 'keyInvalid', times: 'forever' })
      const answer = await ask(scene, 'whole')
      assert.ok(scene.google.calls.length < 200, 'the deadline came before the last key')
      assertFails(answer, 503)
      assert.match(answer.headers.get('retry-after') ?? '', /^\d+$/)
    }))

  test('does not cut an attempt that runs', () =>
    inScene(2, { routing: { deadlineSeconds: 0.1 } }, async (scene) => {
      for (const form of FORMS) {
        scene.google.script('*', { kind: 'slow', headersMilliseconds: 300 })
        assert.equal((await ask(scene, form)).said, GOOD_ANSWER)
      }
    }))
})

/** A trial goes on to other keys as every call does. */
const ATTEMPTS_OF_A_TRIAL = 4
const CLOCK_SLACK = 100

/** What becomes of an attempt: three in ten fail, each in its own way. */
function mishapOf(chance: number): Behaviour {
  if (chance < 0.08) return { kind: 'overloaded503' }
  if (chance < 0.13) return { kind: 'reset' }
  if (chance < 0.17) return { kind: 'reset', after: 'headers' }
  if (chance < 0.22) return { kind: 'internal500' }
  if (chance < 0.25) return { kind: 'streamError', after: 'headers' }
  if (chance < 0.28) return { kind: 'perMinute429', retrySeconds: 0.2, retryDelay: '0.2s' }
  if (chance < 0.3) return { kind: 'empty' }
  return { kind: 'ok' }
}

async function askMany(scene: Scene, count: number, atOnce: number): Promise<NativeAnswer[]> {
  const answers: NativeAnswer[] = []
  let asked = 0
  const askOn = async () => {
    while (asked < count) answers.push(await ask(scene, FORMS[asked++ % FORMS.length]!))
  }
  await Promise.all(Array.from({ length: atOnce }, askOn))
  return answers
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

function assertFails({ status, error, text }: NativeAnswer, code: number): void {
  assert.equal(status, code, text)
  assert.equal(error?.code, code)
}

function triedKeys({ google }: Scene): number {
  return new Set(google.calls.map(({ key }) => key)).size
}

async function assertUntouched(scene: Scene): Promise<void> {
  for (const { state, rests } of await scene.keys())
    assert.deepEqual({ state, rests }, { state: 'active', rests: [] })
}
