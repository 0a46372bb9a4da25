import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { GatewayError } from '../core/errors.ts'
import type { Key } from '../core/keys.ts'
import { createModelCatalogue } from '../core/models/model-catalogue.ts'

const HOUR = 3_600_000

/** A Google of projects, and a store that outlives the catalogues made on it. */
function world(lists: Record<string, readonly unknown[] | Error>) {
  const kept = new Map<string, unknown>()
  const state = { now: 1e12, asked: [] as string[], sampled: [] as number[], warned: [] as string[], lists }
  const documents = {
    get: async (scope: string, name: string) => structuredClone(kept.get(`${scope}/${name}`)),
    put: async (scope: string, name: string, value: unknown) => {
      kept.set(`${scope}/${name}`, structuredClone(value))
    },
    delete: async () => {},
    names: async () => [],
  }
  const create = (changes: Partial<Parameters<typeof createModelCatalogue>[0]> = {}) =>
    createModelCatalogue({
      documents,
      sample(count) {
        state.sampled.push(count)
        return Object.keys(state.lists).slice(0, count).map(keyOf)
      },
      async fetchPage(key, query) {
        state.asked.push(`${key.project}${query}`)
        await setImmediate()
        const pages = state.lists[key.project]!
        if (pages instanceof Error) throw pages
        return pages[Number(new URLSearchParams(query).get('pageToken') ?? 0)]
      },
      now: () => state.now,
      warn: (_fields, message) => void state.warned.push(message),
      ...changes,
    })
  return { state, kept, create }
}

const keyOf = (project: string): Key => ({ id: project, name: undefined, project, weight: 1, tags: [] })
const pageOf = (...names: string[]) => ({ models: names.map((name) => ({ name: `models/${name}` })) })
const namesOf = (models: readonly { name: string }[]) => models.map(({ name }) => name.replace('models/', ''))

async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await setImmediate()
}

describe('the model catalogue', () => {
  test('is the union of what three projects see, in the order of Google', async () => {
    const { create, state } = world({
      p1: [pageOf('a', 'c', 'e')],
      p2: [pageOf('a', 'b', 'c', 'd')],
      p3: [pageOf('z', 'a', 'e')],
      p4: [pageOf('never asked')],
    })
    const catalogue = create()
    assert.deepEqual(namesOf(await catalogue.models()), ['z', 'a', 'b', 'c', 'd', 'e'])
    assert.deepEqual(state.asked, ['p1?pageSize=1000', 'p2?pageSize=1000', 'p3?pageSize=1000'])
    assert.deepEqual(catalogue.seenBy('b'), ['p2'])
    assert.deepEqual(catalogue.seenBy('models/e'), ['p1', 'p3'])
    assert.deepEqual(catalogue.seenBy('unheard of'), [])
  })

  test('reads all pages, and stops where pages do not end', async () => {
    const endless = { ...pageOf('d'), nextPageToken: '1' }
    const { create, state } = world({
      p1: [{ ...pageOf('a'), nextPageToken: '1' }, { ...pageOf('b'), nextPageToken: '2' }, pageOf('c')],
      p2: [endless, endless],
    })
    assert.deepEqual(namesOf(await create().models()), ['d', 'a', 'b', 'c'])
    assert.ok(state.asked.includes('p1?pageSize=1000&pageToken=2'))

    const growing = world({
      p1: Array.from({ length: 99 }, (_, n) => ({ ...pageOf(`m${n}`), nextPageToken: `${n + 1}` })),
    })
    assert.equal((await growing.create().models()).length, 20)
  })

  test('asks once for all who want it at the same time', async () => {
    const { create, state } = world({ p1: [pageOf('a')] })
    const catalogue = create()
    const lists = await Promise.all([catalogue.models(), catalogue.models(), catalogue.models()])
    assert.equal(state.asked.length, 1)
    assert.equal(lists[0], lists[2])
  })

  test('serves a kept copy after a restart, without asking', async () => {
    const { create, state } = world({ p1: [pageOf('a')] })
    await create().models()
    state.now += HOUR - 1
    const catalogue = create()
    assert.deepEqual(namesOf(await catalogue.models()), ['a'])
    assert.deepEqual(catalogue.seenBy('a'), ['p1'])
    await settled()
    assert.equal(state.asked.length, 1)
  })

  test('refreshes an old copy in the background, once an hour, with eight projects', async () => {
    const { create, state } = world({ p1: [pageOf('a', 'b')] })
    await create().models()
    state.lists.p1 = [pageOf('b', 'c')]
    state.now += HOUR
    const catalogue = create()
    assert.deepEqual(namesOf(await catalogue.models()), ['a', 'b'])
    await catalogue.models()
    await settled()
    assert.deepEqual(namesOf(await catalogue.models()), ['b', 'c'])
    assert.deepEqual(state.sampled, [3, 8])
    assert.equal(state.asked.length, 2)
  })

  test('serves the last good copy while Google fails, and asks again an hour later', async () => {
    const { create, state } = world({ p1: [pageOf('a')] })
    const catalogue = create()
    await catalogue.models()
    state.lists.p1 = new Error('down')
    for (let hour = 0; hour < 2; hour++) {
      state.now += HOUR
      for (let count = 0; count < 3; count++) {
        assert.deepEqual(namesOf(await catalogue.models()), ['a'])
        await settled()
      }
    }
    assert.equal(state.asked.length, 3)
    assert.equal(state.warned.length, 2)
  })

  test('passes over a project that fails and over pages that are none', async () => {
    const { create } = world({
      p1: new Error('down'),
      p2: [{ models: [null, { name: 7 }, 'x', { name: 'models/a', extra: [1] }] }],
      p3: ['<html>'],
    })
    const catalogue = create()
    assert.deepEqual(await catalogue.models(), [{ name: 'models/a', extra: [1] }])
    assert.deepEqual(catalogue.seenBy('a'), ['p2'])
  })

  test('believes the newest of two that differ', async () => {
    const { create, state } = world({ p1: [{ models: [{ name: 'models/a', version: 1 }] }] })
    await create().models()
    state.lists = { p2: [{ models: [{ name: 'models/a', version: 2 }] }] }
    state.now += HOUR
    const catalogue = create()
    await catalogue.models()
    await settled()
    assert.deepEqual(await catalogue.models(), [{ name: 'models/a', version: 2 }])
    assert.deepEqual(catalogue.seenBy('a'), ['p1', 'p2'])
  })

  test('remembers the 64 projects asked last, none older than a week', async () => {
    const { create, state } = world({ p0: [pageOf('a', 'old')] })
    const catalogue = create()
    await catalogue.models()
    for (let round = 0; round < 10; round++) {
      state.lists = Object.fromEntries(
        Array.from({ length: 8 }, (_, n) => [`p${round * 8 + n + 1}`, [pageOf('a')]]),
      )
      state.now += HOUR
      await catalogue.models()
      await settled()
    }
    assert.equal(catalogue.seenBy('a').length, 64)
    assert.deepEqual(catalogue.seenBy('old'), [])
    state.lists = { last: [pageOf('a')] }
    state.now += 8 * 24 * HOUR
    await catalogue.models()
    await settled()
    assert.deepEqual(catalogue.seenBy('a'), ['last'])
  })

  test('says so when there is no key to ask with', async () => {
    await assert.rejects(world({}).create().models(), { name: 'GatewayError', kind: 'no_available_keys' })
  })

  test('tells what Google said when nobody gave a list, and tries again at the next call', async () => {
    const refused = new GatewayError('upstream_refused', 'denied', { upstream: { status: 403 } })
    const { create, state } = world({ p1: new Error('reset'), p2: refused })
    const catalogue = create()
    await assert.rejects(catalogue.models(), (error) => error === refused)
    state.lists = { p1: new Error('reset'), p3: [{}] }
    await assert.rejects(catalogue.models(), { kind: 'bad_upstream' })
    state.lists = { p1: new Error('reset') }
    await assert.rejects(catalogue.models(), { kind: 'bad_upstream', message: /"upstream\.gemini\.baseUrl"/ })
    state.lists = { p1: [pageOf('a')] }
    assert.deepEqual(namesOf(await catalogue.models()), ['a'])
  })

  test('lives with a store that fails and with a kept copy that is none', async () => {
    const broken = () => Promise.reject(new Error('disk full'))
    const { create, kept, state } = world({ p1: [pageOf('a')] })
    const documents = { get: broken, put: broken, delete: broken, names: broken }
    assert.deepEqual(namesOf(await create({ documents }).models()), ['a'])
    assert.equal(state.warned.length, 2)
    kept.set('core/models', { models: 'x' })
    assert.deepEqual(namesOf(await create().models()), ['a'])
  })

  test('learns and keeps nothing after it was closed', async () => {
    const { create, kept } = world({ p1: [pageOf('a')] })
    const catalogue = create()
    const asking = catalogue.models()
    catalogue.close()
    await asking
    assert.equal(kept.size, 0)
  })
})
