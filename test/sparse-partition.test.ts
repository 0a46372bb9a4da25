import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSparsePartition, type SparsePartition } from '../core/pool/sparse-partition.ts'
import { seededRandom } from './seeded-random.ts'

test('a sparse partition reaches exactly the included numbers, whatever was done to it', () => {
  for (let seed = 1; seed <= 40; seed++) {
    const random = seededRandom(seed)
    const below = (limit: number) => Math.floor(random() * limit)
    const expected = Array.from({ length: below(9) }, () => true)
    const partition = createSparsePartition(expected.length)
    for (let step = 0; step < 400; step++) {
      act(partition, expected, below(6), below(expected.length))
      check(partition, expected, `seed ${seed}, step ${step}`)
    }
  }
})

test('a sparse partition keeps an included number below its size in its own slot', () => {
  const partition = createSparsePartition(10)
  for (const number of [2, 9, 5]) partition.exclude(number)
  assert.deepEqual(slots(partition), [0, 1, 8, 3, 4, 7, 6])
  partition.include(2)
  assert.equal(partition.at(2), 2)
})

function act(partition: SparsePartition, expected: boolean[], action: number, number: number): void {
  if (action === 0 && expected.length < 12) {
    partition.grow()
    expected.push(true)
  }
  if (expected.length === 0) return
  if (action === 1) {
    partition.remove(number)
    const last = expected.pop()
    if (number < expected.length) expected[number] = last === true
  }
  if (number >= expected.length) return
  if (action === 2 || action === 3) {
    partition.exclude(number)
    expected[number] = false
  }
  if (action >= 4) {
    partition.include(number)
    expected[number] = true
  }
}

function check(partition: SparsePartition, expected: readonly boolean[], where: string): void {
  const included = expected.flatMap((isIncluded, number) => (isIncluded ? [number] : []))
  const reached = slots(partition)
  assert.deepEqual(
    [...reached].sort((a, b) => a - b),
    included,
    where,
  )
  expected.forEach((isIncluded, number) => {
    assert.equal(partition.slotOf(number), isIncluded ? reached.indexOf(number) : undefined, where)
  })
}

function slots(partition: SparsePartition): number[] {
  return Array.from({ length: partition.size }, (_, slot) => partition.at(slot))
}
