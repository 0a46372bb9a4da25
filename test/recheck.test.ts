import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KEY_STATES, type KeyState } from '../core/keys.ts'
import type { KeyView } from '../core/pool/key-view.ts'
import { startRecheck } from '../core/probing/recheck.ts'

function bench(hours: number, states: readonly KeyState[]) {
  const checked: string[] = []
  const planned: { run: () => void; milliseconds: number; cancelled: boolean }[] = []
  const views = states.map((state) => ({ id: state, state }) as KeyView)
  const recheck = startRecheck({
    hours,
    list: () => views,
    keyOf: (id) => ({ id, name: undefined, project: id, weight: 1, tags: [] }),
    check: ({ id }) => checked.push(id),
    random: () => 0.5,
    later(run, milliseconds) {
      const plan = { run, milliseconds, cancelled: false }
      planned.push(plan)
      return {
        cancel() {
          plan.cancelled = true
        },
      }
    },
  })
  return { checked, planned, recheck }
}

test('keys that are out are checked, and no others', () => {
  const { checked, planned } = bench(2, KEY_STATES)
  assert.equal(planned[0]?.milliseconds, 60_000, 'a gateway that is started often checks too')
  planned[0]?.run()
  assert.deepEqual(checked, ['invalid', 'expired', 'suspended', 'leaked', 'restricted'])
  assert.deepEqual(
    planned.map(({ milliseconds }) => milliseconds),
    [60_000, 7_200_000],
  )
})

test('checking can be switched off, and stops with the gateway', () => {
  assert.equal(bench(0, KEY_STATES).planned.length, 0)
  const { planned, recheck } = bench(1, [])
  planned[0]?.run()
  recheck.close()
  assert.ok(planned[1]?.cancelled)
})
