import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import type { PluginStore } from '../core/plugin.ts'
import {
  type KeepingLimits,
  type KeptResponse,
  type KeptResponses,
  keepResponses,
} from '../plugins/openai-compat/responses/kept-responses.ts'

const LIMITS: KeepingLimits = { count: 3, bytes: 10_000, bytesEach: 5_000, milliseconds: 1_000 }

/** A store that counts what is read, and can be told to fail. */
function memoryStore() {
  const documents = new Map<string, unknown>()
  const store = {
    documents,
    fails: false,
    get: async (name: string) => structuredClone(documents.get(name)),
    async put(name: string, value: unknown) {
      if (store.fails) throw new Error('the disk is full')
      documents.set(name, structuredClone(value))
    },
    delete: async (name: string) => void documents.delete(name),
    names: async () => [...documents.keys()],
  }
  return store satisfies PluginStore
}

function response(text = 'Hi', client = 'me'): KeptResponse {
  return { client, previous: undefined, input: [], response: { output: [], text } }
}

const idOf = (number: number) => `resp_${String(number).padStart(32, '0')}`

describe('kept responses', () => {
  let store: ReturnType<typeof memoryStore>
  let kept: KeptResponses
  let now: number
  let failures: unknown[]

  const open = () =>
    keepResponses({ store, limits: LIMITS, now: () => now, failed: (cause) => failures.push(cause) })

  /** Keeps one and waits until it is written. */
  async function put(number: number, value = response()): Promise<void> {
    now++
    kept.put(idOf(number), value)
    await kept.written()
  }

  const has = async (number: number) => (await kept.get(idOf(number), 'me')) !== undefined

  beforeEach(() => {
    store = memoryStore()
    now = 1_800_000_000_000
    failures = []
    kept = open()
  })

  test('are there at once, before they are written', async () => {
    kept.put(idOf(1), response('now'))
    assert.equal(store.documents.size, 0)
    assert.equal((await kept.get(idOf(1), 'me'))?.response.text, 'now')
  })

  test('are their client’s alone', async () => {
    await put(1, response('mine', 'me'))
    assert.equal(await kept.get(idOf(1), 'other'), undefined)
    assert.equal(await kept.delete(idOf(1), 'other'), false)
    assert.ok(await has(1))
  })

  test('are gone when deleted, also before they are written', async () => {
    await put(1)
    assert.equal(await kept.delete(idOf(1), 'me'), true)
    assert.equal(await kept.delete(idOf(1), 'me'), false)
    kept.put(idOf(2), response())
    assert.equal(await kept.delete(idOf(2), 'me'), true)
    await kept.written()
    assert.equal(await has(2), false)
    assert.equal(store.documents.size, 0)
  })

  test('outlive a restart', async () => {
    await put(1, response('before'))
    kept = open()
    assert.equal((await kept.get(idOf(1), 'me'))?.response.text, 'before')
  })

  test('give way by number, those first that were used longest ago', async () => {
    for (const number of [1, 2, 3]) await put(number)
    assert.ok(await has(1))
    await put(4)
    assert.deepEqual(await Promise.all([1, 2, 3, 4].map(has)), [true, false, true, true])
    assert.equal(store.documents.size, 3)
  })

  test('give way by size, also those of before a restart', async () => {
    await put(1, response('x'.repeat(4_000)))
    await put(2, response('x'.repeat(4_000)))
    kept = open()
    await put(3, response('x'.repeat(4_000)))
    assert.deepEqual(await Promise.all([1, 2, 3].map(has)), [false, true, true])
  })

  test('are not kept where they are too big', async () => {
    await put(1, response('x'.repeat(6_000)))
    assert.equal(await has(1), false)
    assert.equal(store.documents.size, 0)
  })

  test('are forgotten when they are too old', async () => {
    await put(1)
    now += 800
    await put(2)
    now += 300
    assert.deepEqual([await has(1), await has(2)], [false, true])
    await kept.sweep()
    assert.equal(store.documents.size, 1)
  })

  test('that cannot be written are told of, and do no harm', async () => {
    store.fails = true
    await put(1)
    assert.match(String(failures), /the disk is full/)
    assert.equal(await has(1), false)
  })
})
