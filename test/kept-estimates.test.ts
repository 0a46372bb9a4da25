import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTokenEstimates } from '../core/quota/kept-estimates.ts'

const WEIGHT = { textBytes: 4_000, mediaTokens: 0 }

function setUp() {
  const puts: unknown[] = []
  const warnings: string[] = []
  const disk = { fails: false }
  const documents = {
    get: async () => (disk.fails ? Promise.reject(new Error('no disk')) : puts.at(-1)),
    async put(_scope: string, _name: string, value: unknown) {
      if (disk.fails) throw new Error('no disk')
      puts.push(JSON.parse(JSON.stringify(value)))
    },
  }
  return {
    puts,
    warnings,
    disk,
    open: (everyMilliseconds?: number) =>
      openTokenEstimates({ documents, warn: (message) => void warnings.push(message), everyMilliseconds }),
  }
}

test('what was learned of the size of calls is known after a restart', async () => {
  const { open, puts } = setUp()
  const before = await open()
  before.learn('m', WEIGHT, 2_000)
  await before.close()
  const after = await open()
  assert.equal(after.estimate('m', WEIGHT), 2_000)
  await after.close()
  assert.deepEqual(puts, [{ m: 0.5 }], 'what did not change is not saved again')
})

test('what was learned is saved from time to time, in case that nobody closes', async () => {
  const { open, puts } = setUp()
  const estimates = await open(1)
  estimates.learn('m', WEIGHT, 2_000)
  for (let turn = 0; turn < 500 && puts.length === 0; turn++)
    await new Promise((resolve) => setTimeout(resolve, 2))
  assert.deepEqual(puts, [{ m: 0.5 }])
  await estimates.close()
})

test('a store that fails costs no estimate, and is tried again', async () => {
  const { open, puts, warnings, disk } = setUp()
  disk.fails = true
  const estimates = await open()
  estimates.learn('m', WEIGHT, 2_000)
  assert.equal(estimates.estimate('m', WEIGHT), 2_000)
  await estimates.close()
  assert.equal(warnings.length, 2)
  disk.fails = false
  const again = await open()
  again.learn('m', WEIGHT, 1_000)
  await again.close()
  assert.deepEqual(puts, [{ m: 0.25 }])
})
