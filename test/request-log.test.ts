import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createRequestLog, type RequestLogOptions } from '../core/log/request-log.ts'
import type { RequestRecord } from '../core/store.ts'
import {
  createAnnouncer,
  type FakeBehaviour,
  fakeRequestRecords,
} from './fixtures/storage/fake-request-records.ts'
import { request } from './fixtures/storage/records.ts'

const NEVER = 1_000_000

describe('the request log', () => {
  test('stores what was pushed, in order and in batches', async () => {
    const { log, appended } = start({ batch: 3 })
    pushAll(log, 7)
    await log.flush()
    assert.deepEqual(appended.map(idsOf), [['0', '1', '2'], ['3', '4', '5'], ['6']])
    await log.close()
  })

  test('touches storage neither while a row is pushed nor when there is none', async () => {
    const { log, appended } = start({ batch: 2 })
    await log.flush()
    pushAll(log, 9)
    assert.deepEqual(appended, [])
    await log.close()
  })

  test('stores a lone row by itself after a while', async () => {
    const { log, nextAppend } = start({ everyMilliseconds: 1 })
    pushAll(log, 1)
    assert.deepEqual(idsOf(await nextAppend()), ['0'])
    await log.close()
  })

  test('stores a full batch at once, time after time', async () => {
    const { log, nextAppend } = start({ batch: 3 })
    for (let round = 0; round < 3; round++) {
      const append = nextAppend()
      pushAll(log, 3)
      assert.equal((await append).length, 3)
      await log.flush()
    }
    await log.close()
  })

  test('stores large bodies a few at a time', async () => {
    const { log, appended } = start()
    const body = 'x'.repeat(400_000)
    for (let row = 0; row < 7; row++) log.push(request({ id: String(row), requestBody: body }))
    await log.flush()
    assert.deepEqual(
      appended.map((rows) => rows.length),
      [3, 3, 1],
    )
    await log.close()
  })

  test('has one writer at a time', async () => {
    let writers = 0
    let most = 0
    const { log, appended } = start({
      batch: 1,
      append: async () => {
        most = Math.max(most, ++writers)
        await Promise.resolve()
        writers--
      },
    })
    pushAll(log, 5)
    await Promise.all([log.flush(), log.flush(), log.close()])
    assert.equal(most, 1)
    assert.equal(appended.length, 5)
  })

  test('flushes rows that came while others were being stored', async () => {
    const gate = Promise.withResolvers<void>()
    const { log, appended, nextAttempt } = start({ append: () => gate.promise })
    pushAll(log, 1)
    const attempted = nextAttempt()
    const first = log.flush()
    await attempted
    log.push(request({ id: 'late' }))
    const second = log.flush()
    gate.resolve()
    await Promise.all([first, second])
    assert.deepEqual(appended.map(idsOf), [['0'], ['late']])
    await log.close()
  })

  test('drops the oldest rows of a full queue and counts them', async () => {
    const { log, appended, warnings } = start({ capacity: 4 })
    pushAll(log, 10)
    await log.close()
    assert.deepEqual(appended.map(idsOf), [['6', '7', '8', '9']])
    assert.deepEqual(lossesOf(warnings), [6])
  })

  test('drops the oldest bodies past the bound of what may wait', async () => {
    const { log, appended, warnings } = start({ capacityCharacters: 25 })
    for (let row = 0; row < 4; row++)
      log.push(request({ id: String(row), requestBody: 'x'.repeat(8), replyBody: '' }))
    log.push(request({ id: 'huge', requestBody: undefined, replyBody: 'x'.repeat(20) }))
    await log.close()
    assert.deepEqual(lossesOf(warnings), [4])
    assert.deepEqual(appended.map(idsOf), [['huge']])
  })

  test('tells of lost rows at most once a minute', async () => {
    const { log, warnings, clock, nextWarning } = start({ capacity: 1 })
    const told = nextWarning()
    pushAll(log, 4)
    await told
    assert.deepEqual(lossesOf(warnings), [3])
    pushAll(log, 1)
    await turn()
    assert.deepEqual(lossesOf(warnings), [3])
    await log.close()
    assert.deepEqual(lossesOf(warnings), [3, 1])
    assert.ok(clock.at > 0)
  })

  test('tells again when a minute has passed', async () => {
    const { log, warnings, clock, nextWarning } = start({ capacity: 1 })
    let told = nextWarning()
    pushAll(log, 2)
    await told
    clock.at += 60_000
    told = nextWarning()
    pushAll(log, 2)
    await told
    assert.deepEqual(lossesOf(warnings), [1, 2])
    await log.close()
  })

  test('keeps the rows of a failed write, in order, and warns once until one succeeds', async () => {
    let broken = true
    const { log, appended, warnings } = start({
      batch: 2,
      append: async () => {
        if (broken) throw new Error('disk full')
      },
    })
    pushAll(log, 3)
    await log.flush()
    await log.flush()
    assert.deepEqual(appended, [])
    assert.equal(warnings.length, 1)
    broken = false
    await log.flush()
    assert.deepEqual(appended.map(idsOf), [['0', '1'], ['2']])
    broken = true
    pushAll(log, 1)
    await log.flush()
    assert.equal(warnings.length, 2)
    await log.close()
  })

  test('tries a failed write again by itself', async () => {
    let failures = 2
    const { log, nextAppend } = start({
      everyMilliseconds: 1,
      append: () => {
        if (failures-- > 0) throw new Error('locked')
      },
    })
    pushAll(log, 1)
    assert.deepEqual(idsOf(await nextAppend()), ['0'])
    await log.close()
  })

  test('does not hurry after a failed write, however many rows come', async () => {
    let attempts = 0
    const { log } = start({
      batch: 2,
      append: () => {
        attempts++
        throw new Error('disk full')
      },
    })
    pushAll(log, 2)
    await log.flush()
    pushAll(log, 5)
    await turn()
    assert.equal(attempts, 1)
    await log.close()
  })

  test('stays bounded while storage fails, and loses the oldest rows', async () => {
    let broken = true
    const { log, appended, warnings } = start({
      capacity: 5,
      batch: 2,
      append: () => {
        if (broken) throw new Error('disk full')
      },
    })
    for (let round = 0; round < 3; round++) {
      pushAll(log, 4, round * 4)
      await log.flush()
    }
    broken = false
    await log.close()
    assert.equal(sum(lossesOf(warnings)), 7)
    assert.deepEqual(appended.flatMap(idsOf), ['7', '8', '9', '10', '11'])
  })

  test('loses what a full queue has no room for when a write fails', async () => {
    const gate = Promise.withResolvers<void>()
    let broken = true
    const { log, appended, warnings, nextAttempt } = start({
      capacity: 3,
      append: () => (broken ? gate.promise : undefined),
    })
    pushAll(log, 2)
    const attempted = nextAttempt()
    const flushed = log.flush()
    await attempted
    pushAll(log, 2, 2)
    gate.reject(new Error('gone'))
    broken = false
    await flushed
    await log.close()
    assert.deepEqual(appended.flatMap(idsOf), ['1', '2', '3'])
    assert.equal(sum(lossesOf(warnings)), 1)
  })

  test('says how many rows were lost when it is closed over broken storage, and takes no more', async () => {
    const { log, warnings } = start({
      append: () => {
        throw new Error('disk full')
      },
    })
    pushAll(log, 3)
    await log.close()
    await log.close()
    pushAll(log, 3)
    assert.deepEqual(lossesOf(warnings), [3])
  })

  test('prunes by age and size at the start, and a failure of that is only a warning', async () => {
    const limits: unknown[] = []
    const { log, clock } = start({ keepDays: 2, maxMegabytes: 3, prune: (limit) => limits.push(limit) })
    assert.deepEqual(limits, [{ before: clock.at - 2 * 86_400_000, maxBytes: 3 * 1024 * 1024 }])
    await log.close()

    const failing = start({
      prune: () => {
        throw new Error('locked')
      },
    })
    await failing.log.close()
    assert.equal(failing.warnings.length, 1)
  })
})

interface StartOptions extends Partial<RequestLogOptions>, FakeBehaviour {}

function start({ append, prune, ...options }: StartOptions = {}) {
  const { records, ...observed } = fakeRequestRecords({ append, prune })
  const warnings: { message: string; fields: Record<string, unknown> }[] = []
  const clock = { at: 1_800_000_000_000 }
  const warned = createAnnouncer<string>()
  const log = createRequestLog({
    records,
    warn(message, fields) {
      warnings.push({ message, fields })
      warned.announce(message)
    },
    now: () => clock.at,
    everyMilliseconds: NEVER,
    keepDays: 30,
    maxMegabytes: 512,
    ...options,
  })
  return { log, warnings, clock, nextWarning: warned.next, ...observed }
}

/** Lets every timer run that is due by now. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0))
}

function pushAll(log: { push(row: RequestRecord): void }, count: number, from = 0): void {
  for (let row = from; row < from + count; row++) log.push(request({ id: String(row) }))
}

function idsOf(rows: readonly RequestRecord[]): string[] {
  return rows.map((row) => row.id)
}

function lossesOf(warnings: readonly { readonly fields: Record<string, unknown> }[]): unknown[] {
  return warnings.flatMap(({ fields }) => ('rows' in fields ? [fields.rows] : []))
}

function sum(counts: readonly unknown[]): number {
  return counts.reduce<number>((total, count) => total + Number(count), 0)
}
