import assert from 'node:assert/strict'
import type { KeySettingRecord, Store } from '../../core/store.ts'
import { keySetting } from '../fixtures/storage/records.ts'
import type { TestStore } from './store.ts'

/** What every store does with the operator's keys. */
export function keySettingsContract(testStore: TestStore): void {
  const put = (store: Store, ...records: KeySettingRecord[]) =>
    store.keySettings.save({ put: records, removed: [] })

  testStore('what is said of keys is the same after reopening, oldest first', async (store, reopen) => {
    const nothing = keySetting({
      id: 'k_0',
      secret: undefined,
      name: undefined,
      project: undefined,
      weight: undefined,
      tags: undefined,
      note: undefined,
      upstream: undefined,
      disabledSince: undefined,
      isDeleted: true,
    })
    const none = keySetting({ id: 'k_2', name: '', project: '', tags: [], note: '' })
    await put(store, keySetting(), nothing, none)
    const changes = await (await reopen()).keySettings.since(0)
    assert.deepEqual(changes, { revision: 1, records: [keySetting(), nothing, none], count: 3 })
  })

  testStore('a key that is put again keeps its place, and nothing else of before', async (store) => {
    await put(store, keySetting({ id: 'k_b' }), keySetting({ id: 'k_a' }))
    const changed = keySetting({
      id: 'k_b',
      secret: 'other',
      name: 'other',
      project: 'other',
      weight: 9,
      tags: ['other'],
      note: 'other',
      proxy: 'http://other:1',
      upstream: 'gemini',
      disabledSince: 9,
      createdAt: 9,
    })
    await put(store, changed)
    assert.deepEqual((await store.keySettings.since(0)).records, [changed, keySetting({ id: 'k_a' })])
  })

  testStore('each batch has the next number, and what is new since one is found by it', async (store) => {
    assert.equal(await store.keySettings.revision(), 0)
    assert.equal(await put(store, keySetting(), keySetting({ id: 'k_2' })), 1)
    assert.equal(await put(store, keySetting({ name: 'new' })), 2)
    assert.equal(await store.keySettings.revision(), 2)
    const { revision, records, count } = await store.keySettings.since(1)
    assert.deepEqual([revision, records, count], [2, [keySetting({ name: 'new' })], 2])
    assert.deepEqual((await store.keySettings.since(2)).records, [])
  })

  testStore('a removed key is gone, and removing it again is harmless', async (store) => {
    await put(store, keySetting(), keySetting({ id: 'k_2' }))
    await store.keySettings.save({ put: [], removed: ['k_1'] })
    assert.equal(await store.keySettings.save({ put: [], removed: ['k_1', 'k_9'] }), 3)
    assert.deepEqual(await store.keySettings.ids(), ['k_2'])
    assert.equal((await store.keySettings.since(2)).count, 1)
  })

  testStore('a batch of which one record cannot be kept is kept not at all', async (store) => {
    const broken = keySetting({ id: 'k_2', createdAt: undefined as unknown as number })
    await assert.rejects(put(store, keySetting(), broken))
    assert.deepEqual(await store.keySettings.since(0), { revision: 0, records: [], count: 0 })
  })
}
