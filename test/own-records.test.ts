import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openSqliteStore } from '../adapters/storage/sqlite-store.ts'
import { UPSTREAMS, type UpstreamName } from '../core/keys.ts'
import { ownRecords } from '../core/service/own-records.ts'
import { key } from './fixtures/storage/records.ts'

const METER = { day: [0, 1, 2], minute: [], learned: {} }

describe('What is learned of one service', () => {
  test('is kept apart from the other’s, for the same key, project and model', async () => {
    const store = await openSqliteStore(':memory:')
    const records = (upstream: UpstreamName) => ownRecords(store, upstream)
    for (const upstream of UPSTREAMS) {
      const rest = { project: 'p', model: 'm', until: 5, state: 'resting', reason: upstream } as const
      await records(upstream).keys.save({ keys: [key({ id: 'k', reason: upstream })], rests: [rest] })
      await records(upstream).meters.save([{ project: 'p', model: upstream, state: METER }])
    }
    for (const upstream of UPSTREAMS) {
      const { keys, rests } = await records(upstream).keys.load()
      assert.deepEqual(
        [keys, rests].map((list) => list.map(({ reason }) => reason)),
        [[upstream], [upstream]],
      )
      assert.deepEqual([keys[0]?.id, rests[0]?.project], ['k', 'p'])
      assert.deepEqual(await records(upstream).meters.load(), [
        { project: 'p', model: upstream, state: METER },
      ])
    }
    await store.close()
  })

  test('of the Gemini API is what was kept before there was another', async () => {
    const store = await openSqliteStore(':memory:')
    await store.keys.save({ keys: [key({ id: 'k' })], rests: [] })
    assert.deepEqual((await ownRecords(store, 'gemini').keys.load()).keys, [key({ id: 'k' })])
    assert.deepEqual((await ownRecords(store, 'vertex').keys.load()).keys, [])
    await store.close()
  })
})
