import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  type AttemptRecord,
  FOREVER,
  type KeyRecord,
  type RequestRecord,
  type Store,
} from '../../core/store.ts'
import { attempt, key, keySetting, request, rest, token } from '../fixtures/storage/records.ts'
import { keySettingsContract } from './key-setting-records.ts'
import { metersContract } from './meter-records.ts'
import { requestSearchContract } from './request-search.ts'
import { resourcesContract } from './resource-records.ts'

/** One store on fresh data; `reopen` closes it and opens the same data again. */
export interface StoreUnderTest {
  readonly store: Store
  reopen(): Promise<Store>
  dispose(): Promise<void>
}

/** What every store must do. `open` is called once a test. */
export function storeContract(name: string, open: () => Promise<StoreUnderTest>): void {
  const testStore = (title: string, run: (store: Store, reopen: () => Promise<Store>) => Promise<void>) =>
    test(title, async () => {
      const { store, reopen, dispose } = await open()
      try {
        await run(store, reopen)
      } finally {
        await dispose()
      }
    })

  describe(name, () => {
    keysContract(testStore)
    metersContract(testStore)
    resourcesContract(testStore)
    keySettingsContract(testStore)
    tokensContract(testStore)
    requestsContract(testStore)
    requestSearchContract(testStore)
    pruningContract(testStore)
    documentsContract(testStore)

    testStore('a store starts empty', async (store) => {
      assert.deepEqual(await store.keys.load(), { keys: [], rests: [] })
      assert.deepEqual(await store.keySettings.since(0), { revision: 0, records: [], count: 0 })
      assert.deepEqual(await store.tokens.list(), [])
      assert.deepEqual(await store.requests.list({ limit: 10 }), [])
      assert.equal(await store.requests.count(), 0)
    })

    testStore('a closed store rejects, and closing it again is harmless', async (store) => {
      await store.close()
      await store.close()
      await assert.rejects(store.requests.count())
      await assert.rejects(store.tokens.put(token()))
    })
  })
}

/** Declares one test on a store of its own. */
export type TestStore = (
  title: string,
  run: (store: Store, reopen: () => Promise<Store>) => Promise<void>,
) => void

function keysContract(testStore: TestStore): void {
  testStore('keys and rests are the same after reopening', async (store, reopen) => {
    const keys = [key(), key({ id: 'b', project: 'projects/1' })]
    const rests = [rest(), rest({ model: '*', until: FOREVER, state: 'exhausted' })]
    await store.keys.save({ keys, rests })
    const loaded = await (await reopen()).keys.load()
    assert.deepEqual(byText(loaded.keys), byText(keys))
    assert.deepEqual(byText(loaded.rests), byText(rests))
  })

  testStore('a key replaces the one of its id, to the last field', async (store) => {
    await store.keys.save({ keys: [key({ project: 'projects/1' }), key({ id: 'b' })], rests: [] })
    const changed = key({ state: 'active', reason: '', project: undefined, since: 2 })
    await store.keys.save({ keys: [changed], rests: [] })
    assert.deepEqual(byText((await store.keys.load()).keys), byText([changed, key({ id: 'b' })]))
  })

  testStore('a rest replaces the one of its project and model, and goes with until 0', async (store) => {
    await store.keys.save({ keys: [], rests: [rest(), rest({ model: 'm2' }), rest({ project: 'p2' })] })
    const changed = rest({ until: 99, reason: 'again' })
    await store.keys.save({ keys: [], rests: [changed, rest({ model: 'm2', until: 0 })] })
    assert.deepEqual(byText((await store.keys.load()).rests), byText([changed, rest({ project: 'p2' })]))
  })

  testStore('removing a rest that is not there changes nothing', async (store) => {
    await store.keys.save({ keys: [], rests: [rest({ until: 0 })] })
    assert.deepEqual(await store.keys.load(), { keys: [], rests: [] })
  })

  testStore('a batch of keys of which one cannot be kept is kept not at all', async (store) => {
    const broken = key({ id: 'c', state: undefined as unknown as KeyRecord['state'] })
    await assert.rejects(store.keys.save({ keys: [key(), broken], rests: [] }))
    assert.deepEqual((await store.keys.load()).keys, [])
    await store.keys.save({ keys: [key()], rests: [] })
    assert.deepEqual((await store.keys.load()).keys, [key()])
  })
}

function tokensContract(testStore: TestStore): void {
  testStore('a token replaces the one of its kind and name', async (store, reopen) => {
    const admin = token({ kind: 'admin', createdAt: 2 })
    await store.tokens.put(token())
    await store.tokens.put(admin)
    await store.tokens.put(token({ hash: 'new', createdAt: 3 }))
    const expected = [admin, token({ hash: 'new', createdAt: 3 })]
    assert.deepEqual(byText(await (await reopen()).tokens.list()), byText(expected))
  })
}

function requestsContract(testStore: TestStore): void {
  testStore('requests come back with their failures in order, after reopening too', async (store, reopen) => {
    const failed = request({ id: 'r2', at: 2, failures: [attempt(), attempt({ text: 'second', status: 0 })] })
    await store.requests.append([request(), failed])
    assert.deepEqual(await (await reopen()).requests.list({ limit: 10 }), [failed, request()])
  })

  testStore('a request of which nothing is known comes back so', async (store) => {
    const unknown = request({
      client: undefined,
      model: undefined,
      answeredBy: undefined,
      errorKind: undefined,
      keyId: undefined,
      project: undefined,
      promptTokens: undefined,
      outputTokens: undefined,
      thoughtTokens: undefined,
      cachedTokens: undefined,
      totalTokens: undefined,
      firstTokenMilliseconds: undefined,
      requestBody: undefined,
      replyBody: undefined,
      stream: false,
      failures: [attempt({ googleStatus: undefined })],
    })
    await store.requests.append([unknown])
    assert.deepEqual(await store.requests.list({ limit: 1 }), [unknown])
  })

  testStore('requests are listed newest first, in pages', async (store) => {
    const at = [5, 1, 4, 2, 3]
    await store.requests.append(at.map((at) => request({ id: `r${at}`, at })))
    const idsOf = async (page: { limit: number; offset?: number }) =>
      (await store.requests.list(page)).map((row) => row.id)
    assert.deepEqual(await idsOf({ limit: 2 }), ['r5', 'r4'])
    assert.deepEqual(await idsOf({ limit: 2, offset: 2 }), ['r3', 'r2'])
    assert.deepEqual(await idsOf({ limit: 2, offset: 4 }), ['r1'])
    assert.deepEqual(await idsOf({ limit: 2, offset: 9 }), [])
    assert.equal(await store.requests.count(), 5)
  })

  testStore('of requests of one moment the last appended is the newest', async (store) => {
    await store.requests.append([request({ id: 'a' }), request({ id: 'b' })])
    await store.requests.append([request({ id: 'c' })])
    assert.deepEqual(
      (await store.requests.list({ limit: 3 })).map((row) => row.id),
      ['c', 'b', 'a'],
    )
  })

  testStore('texts of any kind and numbers of any size are kept', async (store) => {
    const odd = request({
      id: 'é😀\'";--',
      requestBody: `${'x'.repeat(3_000_000)}\n😀`,
      replyBody: '',
      promptTokens: Number.MAX_SAFE_INTEGER,
      totalTokens: 2 ** 60,
      durationMilliseconds: 1.25,
    })
    await store.requests.append([odd])
    assert.deepEqual(await store.requests.list({ limit: 1 }), [odd])
  })

  testStore('requests of one id are both kept, for clients may choose the id', async (store) => {
    await store.requests.append([request(), request()])
    assert.equal(await store.requests.count(), 2)
  })

  testStore('an empty batch is no error', async (store) => {
    await store.requests.append([])
    await store.keys.save({ keys: [], rests: [] })
    assert.equal(await store.requests.count(), 0)
  })

  testStore('a batch of requests of which one cannot be kept is kept not at all', async (store) => {
    const broken = request({ failures: undefined as unknown as AttemptRecord[] })
    await assert.rejects(store.requests.append([request(), broken]))
    assert.equal(await store.requests.count(), 0)
    await store.requests.append([request()])
    assert.equal(await store.requests.count(), 1)
  })
}

function pruningContract(testStore: TestStore): void {
  const many = (count: number, changes: Partial<RequestRecord> = {}) =>
    Array.from({ length: count }, (_, at) => request({ id: `r${at}`, at, ...changes }))

  testStore('pruning removes what is older, with its failures, and says how many', async (store) => {
    await store.requests.append(many(1300, { failures: [attempt()] }))
    assert.equal(await store.requests.prune({ before: 1200, maxBytes: 1e9 }), 1200)
    const left = await store.requests.list({ limit: 1000 })
    assert.deepEqual([left.length, left.at(-1)?.id, left[0]?.id], [100, 'r1200', 'r1299'])
    assert.ok(left.every((row) => row.failures.length === 1))
    assert.equal(await store.requests.prune({ before: 1200, maxBytes: 1e9 }), 0)
  })

  testStore('pruning by size removes the oldest, no more than it must', async (store) => {
    await store.requests.append(many(600, { requestBody: 'x'.repeat(10_000) }))
    const removed = await store.requests.prune({ before: 0, maxBytes: 3_000_000 })
    const left = await store.requests.list({ limit: 1000 })
    assert.equal(left.length, 600 - removed)
    assert.equal(left[0]?.id, 'r599')
    assert.equal(left.at(-1)?.id, `r${removed}`)
    assert.ok(left.length > 150 && left.length <= 300, `${left.length} rows are left`)
  })

  testStore('pruning leaves everything but the log', async (store) => {
    await store.keys.save({ keys: [key()], rests: [rest()] })
    await store.keySettings.save({ put: [keySetting({ note: 'x'.repeat(300_000) })], removed: [] })
    await store.tokens.put(token())
    await store.documents.put('plugin', 'big', 'x'.repeat(500_000))
    await store.requests.append(many(20))
    assert.equal(await store.requests.prune({ before: 0, maxBytes: 400_000 }), 0)
    assert.equal(await store.requests.prune({ before: 0, maxBytes: 0 }), 20)
    assert.deepEqual(await store.keys.load(), { keys: [key()], rests: [rest()] })
    assert.deepEqual(await store.tokens.list(), [token()])
    assert.deepEqual(await store.documents.names('plugin'), ['big'])
  })

  testStore('a log pruned to nothing takes rows again', async (store) => {
    await store.requests.append([request({ failures: [attempt(), attempt()] })])
    assert.equal(await store.requests.prune({ before: 2, maxBytes: 1e9 }), 1)
    const again = request({ id: 'again', failures: [attempt({ text: 'new' })] })
    await store.requests.append([again])
    assert.deepEqual(await store.requests.list({ limit: 9 }), [again])
  })

  testStore('rows are appended while others are pruned', async (store) => {
    await store.requests.append(many(1500))
    const pruning = store.requests.prune({ before: 1500, maxBytes: 1e9 })
    await store.requests.append([request({ id: 'new', at: 2000 })])
    assert.equal(await pruning, 1500)
    assert.deepEqual(await store.requests.list({ limit: 9 }), [request({ id: 'new', at: 2000 })])
  })

  testStore('pruning ends quietly when the store is closed meanwhile', async (store, reopen) => {
    await store.requests.append(many(1500))
    const pruning = store.requests.prune({ before: 1500, maxBytes: 0 })
    const reopened = await reopen()
    const removed = await pruning
    assert.equal(await reopened.requests.count(), 1500 - removed)
  })
}

function documentsContract(testStore: TestStore): void {
  testStore('a document comes back as it was put, after reopening too', async (store, reopen) => {
    const value = { text: 'é😀', list: [1, null, { deep: true }], none: null }
    await store.documents.put('plugin', 'one', value)
    assert.deepEqual(await (await reopen()).documents.get('plugin', 'one'), value)
  })

  testStore('a missing document is undefined, one that holds null is null', async (store) => {
    await store.documents.put('plugin', 'null', null)
    assert.equal(await store.documents.get('plugin', 'null'), null)
    assert.equal(await store.documents.get('plugin', 'missing'), undefined)
  })

  testStore('a document is replaced, deleted, and seen by its own scope alone', async (store) => {
    await store.documents.put('a', 'x', 1)
    await store.documents.put('a', 'x', 2)
    await store.documents.put('b', 'x', 3)
    await store.documents.put('b', 'y', 4)
    await store.documents.delete('b', 'y')
    await store.documents.delete('b', 'missing')
    assert.deepEqual([await store.documents.get('a', 'x'), await store.documents.get('b', 'x')], [2, 3])
    assert.deepEqual([await store.documents.names('a'), await store.documents.names('b')], [['x'], ['x']])
  })

  testStore('names of documents are sorted', async (store) => {
    for (const name of ['b', 'c', 'a']) await store.documents.put('plugin', name, 0)
    assert.deepEqual(await store.documents.names('plugin'), ['a', 'b', 'c'])
  })
}

function byText<T>(items: readonly T[]): T[] {
  return [...items].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
}
