import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createKeyMemory, type KeyChanges, type KeyMemoryOptions } from '../core/pool/key-memory.ts'
import type { KeyRecord, RestRecord } from '../core/store.ts'
import { createAnnouncer } from './fixtures/storage/fake-request-records.ts'

const NEVER = 1_000_000

describe('the key memory', () => {
  test('saves by itself, and never while it is told', async () => {
    const { memory, saved, nextSave } = start({ delayMilliseconds: 1 })
    memory.changed({ keys: [key('a')], rests: [rest('p', 'm')] })
    assert.deepEqual(saved, [])
    assert.deepEqual(await nextSave(), { keys: [key('a')], rests: [rest('p', 'm')] })
    await memory.close()
  })

  test('saves the last of each key and of each project and model, in one batch', async () => {
    const { memory, saved } = start()
    memory.changed({ keys: [key('a'), key('b')], rests: [rest('p', 'm'), rest('p', 'n')] })
    memory.changed({ keys: [key('a', 2)], rests: [rest('p', 'm', 2), rest('q', 'm')] })
    await memory.flush()
    const rests = [rest('p', 'm', 2), rest('p', 'n'), rest('q', 'm')]
    assert.deepEqual(saved, [{ keys: [key('a', 2), key('b')], rests }])
    await memory.close()
  })

  test('saves nothing when nothing changed', async () => {
    const { memory, saved } = start()
    memory.changed({ keys: [], rests: [] })
    await memory.flush()
    await memory.close()
    assert.deepEqual(saved, [])
  })

  test('saves one batch at a time, and what came meanwhile after it', async () => {
    const gate = Promise.withResolvers<void>()
    let writers = 0
    const { memory, saved, nextAttempt } = start({
      save: async () => {
        assert.equal(++writers, 1)
        await gate.promise
        writers--
      },
    })
    memory.changed({ keys: [key('a')], rests: [] })
    const attempted = nextAttempt()
    const first = memory.flush()
    await attempted
    memory.changed({ keys: [key('a', 2)], rests: [] })
    const rest = [memory.flush(), memory.flush()]
    gate.resolve()
    await Promise.all([first, ...rest])
    assert.deepEqual(
      saved.map(({ keys }) => keys),
      [[key('a')], [key('a', 2)]],
    )
    await memory.close()
  })

  test('saves by itself what came while it was saving', async () => {
    const { memory, nextSave } = start({ delayMilliseconds: 1, save: () => late?.() })
    let late: (() => void) | undefined = () => {
      late = undefined
      memory.changed({ keys: [key('b')], rests: [] })
    }
    memory.changed({ keys: [key('a')], rests: [] })
    assert.deepEqual((await nextSave()).keys, [key('a')])
    assert.deepEqual((await nextSave()).keys, [key('b')])
    await memory.close()
  })

  test('keeps a batch that failed, but not over what came later, and warns once', async () => {
    let broken = true
    const { memory, saved, warnings, nextAttempt } = start({
      save: async () => {
        await Promise.resolve()
        if (broken) throw new Error('disk full')
      },
    })
    memory.changed({ keys: [key('a'), key('b')], rests: [rest('p', 'm'), rest('q', 'm')] })
    const attempted = nextAttempt()
    const flushed = memory.flush()
    await attempted
    memory.changed({ keys: [key('a', 2)], rests: [rest('p', 'm', 2)] })
    await flushed
    await memory.flush()
    assert.deepEqual(saved, [])
    assert.equal(warnings.length, 1)
    broken = false
    await memory.flush()
    assert.deepEqual(saved, [{ keys: [key('a', 2), key('b')], rests: [rest('p', 'm', 2), rest('q', 'm')] }])
    await memory.close()
  })

  test('tries a failed save again by itself', async () => {
    let failures = 2
    const { memory, nextSave } = start({
      delayMilliseconds: 1,
      save: () => {
        if (failures-- > 0) throw new Error('locked')
      },
    })
    memory.changed({ keys: [key('a')], rests: [] })
    assert.deepEqual((await nextSave()).keys, [key('a')])
    await memory.close()
  })

  test('saves what is left when closed, and takes no more', async () => {
    const { memory, saved } = start()
    memory.changed({ keys: [key('a')], rests: [] })
    await memory.close()
    memory.changed({ keys: [key('b')], rests: [] })
    await memory.flush()
    await memory.close()
    assert.deepEqual(saved, [{ keys: [key('a')], rests: [] }])
  })

  test('says what was lost when it is closed over broken storage', async () => {
    const { memory, warnings } = start({
      save: () => {
        throw new Error('disk full')
      },
    })
    memory.changed({ keys: [key('a')], rests: [rest('p', 'm'), rest('p', 'n')] })
    await memory.close()
    assert.deepEqual(warnings.at(-1)?.fields, { keys: 1, rests: 2 })
  })
})

interface StartOptions {
  readonly delayMilliseconds?: number
  readonly save?: (changes: KeyChanges) => unknown
}

function start({ delayMilliseconds = NEVER, save }: StartOptions = {}) {
  const saved: KeyChanges[] = []
  const warnings: { message: string; fields: Record<string, unknown> }[] = []
  const attempts = createAnnouncer<KeyChanges>()
  const saves = createAnnouncer<KeyChanges>()
  const records: KeyMemoryOptions['records'] = {
    load: async () => ({ keys: [], rests: [] }),
    async save(changes) {
      attempts.announce(changes)
      await save?.(changes)
      saved.push(changes)
      saves.announce(changes)
    },
  }
  const warn = (message: string, fields: Record<string, unknown>) => void warnings.push({ message, fields })
  const memory = createKeyMemory({ records, warn, delayMilliseconds })
  return { memory, saved, warnings, nextAttempt: attempts.next, nextSave: saves.next }
}

function key(id: string, since = 1): KeyRecord {
  return { id, state: 'invalid', reason: 'test', project: undefined, since }
}

function rest(project: string, model: string, until = 1): RestRecord {
  return { project, model, until, state: 'resting', reason: 'test' }
}
