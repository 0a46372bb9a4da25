import assert from 'node:assert/strict'
import type { RequestFilter } from '../../core/store.ts'
import { attempt, request } from '../fixtures/storage/records.ts'
import type { TestStore } from './store.ts'

const ROWS = [
  request({ id: 'r1', at: 1, client: 'me', model: 'pro', status: 200, keyId: 'k1' }),
  request({
    id: 'r2',
    at: 2,
    client: 'you',
    model: 'pro',
    status: 429,
    keyId: 'k2',
    failures: [attempt({ keyId: 'k1' })],
  }),
  request({ id: 'r3', at: 3, client: 'you', model: undefined, status: 499, keyId: undefined }),
  request({ id: 'r4', at: 4, client: 'me', model: 'flash', status: 503, keyId: 'k2' }),
]

const FILTERS: readonly (readonly [RequestFilter, readonly string[]])[] = [
  [{}, ['r4', 'r3', 'r2', 'r1']],
  [{ client: 'you' }, ['r3', 'r2']],
  [{ model: 'pro' }, ['r2', 'r1']],
  [{ status: [400, 499] }, ['r3', 'r2']],
  [{ status: [503, 503] }, ['r4']],
  [{ keyId: 'k1' }, ['r2', 'r1']],
  [{ since: 3 }, ['r4', 'r3']],
  [{ client: 'me', since: 2, keyId: 'k2' }, ['r4']],
  [{ client: 'nobody' }, []],
]

/** How every store finds rows of its request log. */
export function requestSearchContract(testStore: TestStore): void {
  testStore('requests are found by client, model, status, key and time', async (store) => {
    await store.requests.append(ROWS)
    for (const [filter, ids] of FILTERS) {
      const { rows, total } = await store.requests.search(filter, { limit: 10 })
      assert.deepEqual([rows.map(({ id }) => id), total], [ids, ids.length], JSON.stringify(filter))
    }
  })

  testStore('found requests come in pages, without bodies and failures', async (store) => {
    await store.requests.append(ROWS)
    const { rows, total } = await store.requests.search({ client: 'you' }, { limit: 1, offset: 1 })
    const { requestBody: _, replyBody: __, ...rest } = ROWS[1]!
    assert.deepEqual(
      [rows, total],
      [[{ ...rest, requestBody: undefined, replyBody: undefined, failures: [] }], 2],
    )
  })

  testStore('a request is found whole by its id, the newest where there are several', async (store) => {
    const again = request({ id: 'r2', at: 9, failures: [attempt(), attempt({ text: 'second' })] })
    await store.requests.append([...ROWS, again])
    assert.deepEqual(await store.requests.get('r2'), again)
    assert.equal(await store.requests.get('r9'), undefined)
  })
}
