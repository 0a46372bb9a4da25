import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import type { Key } from '../core/keys.ts'
import { createProber, type ProberOptions, type Verdict } from '../core/probing/prober.ts'

const keyOf = (id: string): Key => ({ id, name: undefined, project: id, weight: 1, tags: [] })

/** A prober whose probes wait to be answered by hand. */
function proberByHand(options: Partial<ProberOptions> = {}) {
  const asked: string[] = []
  const answers = new Map<string, PromiseWithResolvers<Verdict>>()
  const resolved: [id: string, verdict: Verdict][] = []
  const waits: number[] = []
  const prober = createProber({
    ask(key) {
      asked.push(key.id)
      answers.set(key.id, Promise.withResolvers())
      return answers.get(key.id)!.promise
    },
    resolve: (key, verdict) => void resolved.push([key.id, verdict]),
    wait: async (milliseconds) => void waits.push(milliseconds),
    random: () => 0.5,
    ...options,
  })
  async function answer(id: string, verdict: Verdict) {
    answers.get(id)!.resolve(verdict)
    await setImmediate()
  }
  return { prober, asked, resolved, waits, answer, answers }
}

describe('the prober', () => {
  test('tells what a probe came to', async () => {
    const { prober, resolved, answer } = proberByHand()
    const fault = { kind: 'key_invalid', status: 400, reason: 'API key not valid', text: '' } as const
    prober.check(keyOf('a'))
    prober.check(keyOf('b'))
    await answer('a', 'good')
    await answer('b', fault)
    assert.deepEqual(resolved, [
      ['a', 'good'],
      ['b', fault],
    ])
  })

  test('probes a key once at a time, and again when it comes into doubt again', async () => {
    const { prober, asked, answer } = proberByHand()
    for (let count = 0; count < 3; count++) prober.check(keyOf('a'))
    assert.deepEqual(asked, ['a'])
    await answer('a', 'good')
    assert.deepEqual(asked, ['a'])
    prober.check(keyOf('a'))
    assert.deepEqual(asked, ['a', 'a'])
  })

  test('runs four probes at once and the others in the order they came', async () => {
    const { prober, asked, answer } = proberByHand()
    for (const id of 'abcdefabcdef') prober.check(keyOf(id))
    assert.deepEqual(asked.join(''), 'abcd')
    await answer('c', 'good')
    assert.deepEqual(asked.join(''), 'abcde')
    await answer('a', 'good')
    await answer('b', 'good')
    assert.deepEqual(asked.join(''), 'abcdef')
  })

  test('asks three times, ever later, before a key stays unknown', async () => {
    const { prober, asked, resolved, waits, answer } = proberByHand()
    prober.check(keyOf('a'))
    await answer('a', 'unknown')
    await answer('a', 'unknown')
    assert.deepEqual(resolved, [])
    await answer('a', 'unknown')
    assert.deepEqual(resolved, [['a', 'unknown']])
    assert.deepEqual(waits, [1000, 4000])
    assert.equal(asked.length, 3)
  })

  test('lives through probes, pauses and listeners that throw', async () => {
    const resolved: string[] = []
    const { prober } = proberByHand({
      concurrency: 1,
      ask() {
        throw new Error('no way out')
      },
      resolve(key) {
        resolved.push(key.id)
        throw new Error('not now')
      },
    })
    for (const id of 'ab') prober.check(keyOf(id))
    await setImmediate()
    assert.deepEqual(resolved, ['a', 'b'])

    const { prober: restless, answers } = proberByHand({ wait: () => Promise.reject(new Error('no clock')) })
    restless.check(keyOf('a'))
    answers.get('a')!.reject(new Error('no way out'))
    await setImmediate()
    restless.check(keyOf('a'))
  })

  test('probes a key anew for whoever is told and asks at once', async () => {
    let again = true
    const { prober, asked, answer } = proberByHand({
      resolve(key) {
        if (again) prober.check(key)
        again = false
      },
    })
    prober.check(keyOf('a'))
    await answer('a', 'good')
    assert.deepEqual(asked, ['a', 'a'])
    await answer('a', 'good')
    assert.deepEqual(asked, ['a', 'a'])
  })

  test('asks and tells nothing after it was closed', async () => {
    const { prober, asked, resolved, answer } = proberByHand({ concurrency: 1 })
    for (const id of 'ab') prober.check(keyOf(id))
    prober.close()
    prober.check(keyOf('c'))
    await answer('a', 'good')
    assert.deepEqual(asked, ['a'])
    assert.deepEqual(resolved, [])
  })
})
