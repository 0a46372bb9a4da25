import assert from 'node:assert/strict'
import { resource } from '../fixtures/storage/records.ts'
import type { TestStore } from './store.ts'

/** What every store must do with the owners of resources. */
export function resourcesContract(testStore: TestStore): void {
  testStore(
    'resources come back as they were, oldest first, replaced by name and key',
    async (store, reopen) => {
      const later = resource({
        name: 'uploads/u',
        createdAt: 3,
        uploadPath: '/upload/v1beta/files?upload_id=u',
      })
      const others = resource({ keyId: 'k_2', client: 'é😀', createdAt: 2 })
      await store.resources.save({ put: [later, resource(), others], removed: [] })
      await store.resources.save({ put: [resource({ expiresAt: 1_950_000_000_000 })], removed: [] })
      assert.deepEqual(await (await reopen()).resources.load(0), [
        resource({ expiresAt: 1_950_000_000_000 }),
        others,
        later,
      ])
    },
  )

  testStore('resources are removed one by one, and kept where they are put as well', async (store) => {
    const [a, b] = [resource(), resource({ keyId: 'k_2' })]
    await store.resources.save({ put: [a, b], removed: [] })
    await store.resources.save({ put: [b], removed: [a, b, { name: 'files/none', keyId: 'k_1' }] })
    assert.deepEqual(await store.resources.load(0), [b])
  })

  testStore('resources that are over do not come back', async (store) => {
    const [over, lasting] = [resource({ expiresAt: 100 }), resource({ name: 'files/b', expiresAt: 101 })]
    await store.resources.save({ put: [over, lasting], removed: [] })
    assert.deepEqual(await store.resources.load(100), [lasting])
  })
}
