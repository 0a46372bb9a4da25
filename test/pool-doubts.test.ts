import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FLASH, fault, ids, key, PRO, record, START, setUpPool } from './virtual-pool.ts'

test('a key in doubt is aside for every model and asked about once', () => {
  const { pool, settle, doubted, changes } = setUpPool([key('a', 'p'), key('b', 'p')])
  settle('a', PRO, fault('key_doubtful'))
  settle('a', FLASH, fault('key_doubtful'))
  assert.deepEqual(doubted, ['a'])
  assert.deepEqual([ids(pool.usable(PRO)), ids(pool.usable(FLASH))], [['b'], ['b']])
  assert.deepEqual(changes, [])
  const [view] = pool.list()
  assert.deepEqual([view?.state, view?.rests[0]?.model], ['resting', '*'])
})

test('a good verdict puts a key back at once', () => {
  const { pool, settle, resolve } = setUpPool([key('a')])
  settle('a', PRO, fault('key_doubtful'))
  assert.equal(pool.returnsAt(PRO), START + 1_000)
  resolve('a', 'good')
  assert.equal(pool.pick(PRO, [])?.id, 'a')
})

test('a second 401 puts a key in doubt out, and so does any fault of the key', () => {
  for (const [kind, state] of [
    ['key_doubtful', 'invalid'],
    ['key_expired', 'expired'],
  ] as const) {
    const { pool, settle, resolve } = setUpPool([key('a')])
    settle('a', PRO, fault('key_doubtful'))
    resolve('a', fault(kind))
    assert.equal(pool.list()[0]?.state, state)
    assert.equal(pool.returnsAt(PRO), undefined)
  }
})

test('a key nobody can tell about stays aside, twice as long each time, and is asked about again', () => {
  const { pool, settle, resolve, clock, doubted } = setUpPool([key('a')])
  settle('a', PRO, fault('key_doubtful'))
  for (const [round, seconds] of [60, 120, 240, 480, 960, 1920, 3600, 3600].entries()) {
    resolve('a', round % 2 === 0 ? 'unknown' : fault('model_overloaded'))
    assert.equal(pool.returnsAt(PRO), clock.now() + seconds * 1000)
    assert.equal(doubted.length, round + 1)
    clock.advance(seconds * 1000)
    assert.equal(pool.pick(PRO, []), undefined)
    assert.equal(doubted.length, round + 2)
  }
})

test('a good verdict revives a key that was out, but not one that an operator disabled', () => {
  const { pool, resolve, changes } = setUpPool([key('a'), key('b')], {
    keys: [record('a', 'expired'), record('b', 'disabled')],
    rests: [],
  })
  assert.equal(pool.distinctUsable(PRO), 0)
  resolve('a', 'good')
  resolve('b', 'good')
  assert.deepEqual(ids(pool.usable(PRO)), ['a'])
  assert.deepEqual(
    changes.flatMap(({ keys }) => keys.map(({ id, state }) => [id, state])),
    [['a', 'active']],
  )
})

test('a verdict asked for before another fault put the key out does not revive it, the next one does', () => {
  for (const kind of ['key_leaked', 'project_suspended'] as const) {
    const { pool, settle, resolve } = setUpPool([key('a', 'p'), key('b', 'p')])
    settle('a', PRO, fault('key_doubtful'))
    settle(kind === 'key_leaked' ? 'a' : 'b', PRO, fault(kind))
    resolve('a', 'good')
    assert.notEqual(pool.list()[0]?.state, 'active')
    resolve('a', 'good')
    assert.equal(pool.list()[0]?.state, 'active')
  }
})

test('a verdict that puts a key out does not make the next one stale', () => {
  const { pool, settle, resolve } = setUpPool([key('a')])
  settle('a', PRO, fault('key_doubtful'))
  resolve('a', fault('key_expired'))
  resolve('a', 'good')
  assert.equal(pool.list()[0]?.state, 'active')
})
