import assert from 'node:assert/strict'
import { test } from 'node:test'
import { flawsOf, type Outcome } from './soak/verdict.ts'

const after = (...megabytes: number[]): Outcome => ({
  samples: megabytes.map((each, index) => ({ seconds: index * 30, megabytes: each, sockets: 9, calls: 1 })),
  socketsBefore: 2,
  socketsAfter: 2,
  calls: 1_000,
  failures: 10,
})

test('a soak is good whose memory is flat once it is warm, and whose sockets are closed', () => {
  assert.deepEqual(flawsOf(after(60, 90, 120, 121, 119, 120, 124, 122, 123)), [])
})

test('a soak finds memory that grows on', () => {
  assert.match(
    flawsOf(after(60, 90, 120, 130, 140, 150, 160, 170, 180)).join(),
    /Memory grows: 140 MB, then 170 MB/,
  )
})

test('a soak finds sockets that were left open', () => {
  assert.match(flawsOf({ ...after(100, 100, 100), socketsAfter: 5 }).join(), /5 sockets/)
})

test('a soak finds more failures than were ordered', () => {
  assert.match(flawsOf({ ...after(100, 100, 100), failures: 90 }).join(), /90 of 1000 calls/)
})
