import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRequestLog } from '../core/log/request-log.ts'
import { fakeRequestRecords } from './fixtures/storage/fake-request-records.ts'
import { attempt, request } from './fixtures/storage/records.ts'

test('the request log keeps the first and the last 25 of many failures, and all of 50', async () => {
  const { records, appended } = fakeRequestRecords({})
  const quiet = { warn() {}, now: () => 0, keepDays: 1, maxMegabytes: 1 }
  const log = createRequestLog({ records, ...quiet })
  const failures = Array.from({ length: 90 }, (_, at) => attempt({ at }))
  log.push(request({ failures }))
  log.push(request({ failures: failures.slice(0, 50) }))
  await log.close()
  const [cut, whole] = appended.flat()
  assert.deepEqual(cut?.failures, [...failures.slice(0, 25), ...failures.slice(65)])
  assert.deepEqual(whole?.failures, failures.slice(0, 50))
})

test('the request log counts the texts of failures among what may wait and what is stored at once', async () => {
  const warnings: unknown[] = []
  const { records, appended } = fakeRequestRecords({})
  const log = createRequestLog({
    records,
    warn: (_, fields) => warnings.push(fields),
    now: () => 0,
    keepDays: 1,
    maxMegabytes: 1,
    capacityCharacters: 1_500_000,
  })
  const failures = [attempt({ text: 'x'.repeat(400_000) })]
  for (let row = 0; row < 5; row++)
    log.push(request({ id: String(row), requestBody: undefined, replyBody: undefined, failures }))
  await log.close()
  assert.deepEqual(
    appended.map((rows) => rows.map(({ id }) => id)),
    [['2', '3', '4']],
  )
  assert.deepEqual(warnings, [{ rows: 2 }])
})
