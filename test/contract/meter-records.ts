import assert from 'node:assert/strict'
import type { MeterRecord } from '../../core/store.ts'
import type { TestStore } from './store.ts'

/** What every store must do with meters. */
export function metersContract(testStore: TestStore): void {
  const meter = (model: string, requests: number): MeterRecord => ({
    project: 'p1',
    model,
    state: {
      day: [1_800_000_000_000, requests, 4_321, 0],
      minute: [[1_800_000_000_500, requests, 4_321]],
      learned: { 'requests/minute': { limit: 15, at: 1_800_000_000_400 } },
    },
  })

  testStore(
    'meters come back as they were, replaced and removed by project and model',
    async (store, reopen) => {
      await store.meters.save([meter('a', 1), meter('b', 2), meter('c', 3)])
      await store.meters.save([meter('a', 9), { project: 'p1', model: 'b', state: undefined }])
      await store.meters.save([])
      const loaded = await (await reopen()).meters.load()
      assert.deepEqual(byModel(loaded), [meter('a', 9), meter('c', 3)])
    },
  )
}

function byModel(meters: readonly MeterRecord[]): readonly MeterRecord[] {
  return meters.toSorted((one, other) => one.model.localeCompare(other.model))
}
