import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fault, key, PRO, START, setUpPool } from './virtual-pool.ts'

const of = (project: string, keyId?: string) => ({ ...PRO, project, ...(keyId !== undefined && { keyId }) })

test('a call that only one project can serve gets keys of that project alone', () => {
  const { pool } = setUpPool([key('a', 'p'), key('b', 'q'), key('c', 'p')])
  assert.equal(pool.pick(of('p'), [])?.id, 'a')
  assert.equal(pool.pick(of('p'), [key('a', 'p')])?.id, 'c')
  assert.equal(pool.pick(of('q'), [])?.id, 'b')
  assert.equal(pool.pick(of('none'), []), undefined)
  assert.equal(pool.returnsAt(of('none')), undefined)
})

test('the key that is wanted is taken where it is usable, else another of the project', () => {
  const { pool, settle } = setUpPool([key('a', 'p'), key('b', 'p')])
  for (let round = 0; round < 10; round++) assert.equal(pool.take(of('p', 'b'), [])?.key.id, 'b')
  settle('b', PRO, fault('key_invalid'))
  assert.equal(pool.take(of('p', 'b'), [])?.key.id, 'a')
})

test('a project that rests is waited for, although others are free', () => {
  const { pool, settle } = setUpPool([key('a', 'p'), key('b', 'q')])
  settle('a', PRO, fault('quota_minute', { retryAfterMilliseconds: 37_000 }))
  assert.equal(pool.take(of('p'), []), undefined)
  assert.equal(pool.returnsAt(of('p')), START + 37_000)
  assert.equal(pool.distinctUsable(of('p')), 1, 'breakers count all')
})

test('a project all of whose keys are out never returns by itself', () => {
  const { pool, settle } = setUpPool([key('a', 'p'), key('b', 'q')])
  settle('a', PRO, fault('key_leaked'))
  assert.equal(pool.take(of('p'), []), undefined)
  assert.equal(pool.returnsAt(of('p')), undefined)
  assert.ok(pool.take(PRO, []))
})

test('a key in doubt may return with its verdict', () => {
  const { pool, settle } = setUpPool([key('a', 'p'), key('b', 'q')])
  settle('a', PRO, fault('key_doubtful'))
  assert.equal(pool.returnsAt(of('p')), START + 1000)
})

test('calls bound to a project leave the others their turns', () => {
  const { pool } = setUpPool([key('a', 'p'), key('b', 'q'), key('c', 'r')])
  const turns = Array.from({ length: 6 }, () => {
    pool.pick(of('q'), [])
    return pool.pick(PRO, [])?.id
  })
  assert.deepEqual(new Set(turns).size, 3)
})
