import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createResourceMemory } from '../core/ownership/resource-memory.ts'
import { createResourceTable } from '../core/ownership/resource-table.ts'
import type { ResourceRecords } from '../core/store.ts'
import { resource } from './fixtures/storage/records.ts'

test('a table keeps so many of each kind and owner, and lets the oldest go', () => {
  const table = createResourceTable(({ client }) => client, 2)
  const put = (name: string, client = 'me') => table.put(resource({ name, client }))
  put('files/a')
  put('files/b')
  put('cachedContents/a')
  put('files/x', 'you')
  assert.deepEqual(put('files/a'), [], 'the same again is not one more')
  assert.deepEqual(
    put('files/c').map(({ name }) => name),
    ['files/b'],
  )
  assert.deepEqual(
    table.ownedBy('me', 'files').map(({ name }) => name),
    ['files/a', 'files/c'],
  )
  assert.equal(table.size, 4)
})

describe('The memory of resources', () => {
  const records = (save: ResourceRecords['save']): ResourceRecords => ({ load: async () => [], save })

  test('has saved a change when it says so, many at once in one batch', async () => {
    const batches: number[] = []
    const memory = createResourceMemory({
      records: records(async ({ put }) => {
        await new Promise((resolve) => setTimeout(resolve, 1))
        batches.push(put.length)
      }),
      warn() {},
    })
    await Promise.all(
      Array.from({ length: 50 }, (_, index) => memory.save({ put: [resource({ name: `files/${index}` })] })),
    )
    assert.equal(
      batches.reduce((sum, count) => sum + count, 0),
      50,
    )
    assert.ok(batches.length <= 3, `${batches.length} batches`)
  })

  test('does not hold an answer up where nothing can be saved, and tries again', async () => {
    let failures = 2
    const kept: string[] = []
    const warnings: string[] = []
    const memory = createResourceMemory({
      records: records(async ({ put, removed }) => {
        if (failures-- > 0) throw new Error('disk full')
        kept.push(...put.map(({ name }) => name), ...removed.map(({ name }) => `-${name}`))
      }),
      warn: (message) => warnings.push(message),
      retryMilliseconds: 5,
    })
    await memory.save({ put: [resource({ name: 'files/a' })] })
    await memory.save({ removed: [resource({ name: 'files/b' })] })
    await new Promise((resolve) => setTimeout(resolve, 40))
    assert.deepEqual(kept, ['files/a', '-files/b'])
    assert.equal(warnings.length, 1)
    await memory.close()
  })
})
