import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Value } from '@sinclair/typebox/value'
import { findKeys, KeyListQuery, listKeys } from '../core/admin/key-list.ts'
import { pageOf } from '../core/admin/page-of.ts'
import type { ManagedKey } from '../core/keyring/managed-key.ts'
import { toKey } from '../core/keyring/managed-key.ts'
import type { PoolSnapshot } from '../core/pool/pool-snapshot.ts'
import { seededRandom } from './seeded-random.ts'
import { FLASH, fault, PRO, START, setUpPool } from './virtual-pool.ts'

function managed(id: string, changes: Partial<ManagedKey> = {}): ManagedKey {
  return {
    id,
    origin: 'admin',
    upstream: 'gemini',
    writtenIn: undefined,
    name: undefined,
    project: undefined,
    weight: 1,
    tags: [],
    note: undefined,
    maxConcurrent: undefined,
    proxy: undefined,
    disabledSince: undefined,
    createdAt: 1,
    masked: 'AQ.abc…wxyz',
    isLegacy: false,
    ...changes,
  }
}

const query = (changes: Partial<KeyListQuery>) => Value.Default(KeyListQuery, { ...changes }) as KeyListQuery

function idsOf(keys: readonly ManagedKey[], snapshot: PoolSnapshot, changes: Partial<KeyListQuery>) {
  return listKeys(keys, snapshot, query(changes)).items.map(({ id }) => id)
}

/** a rests for pro, b is dead, c is exhausted for flash, d is disabled, e is fine. */
function scene() {
  const keys = [
    managed('a', { name: 'Zoe', tags: ['paid'], project: 'p1', createdAt: 3, isLegacy: true }),
    managed('b', { name: 'anna', origin: 'config', createdAt: undefined, note: 'of Bob' }),
    managed('c', { tags: ['paid', 'eu'], createdAt: 2, masked: 'AIzaSy…1234' }),
    managed('d', { origin: 'environment', disabledSince: 5 }),
    managed('e', { name: 'Mia' }),
  ]
  const bench = setUpPool(keys.map(toKey))
  bench.settle('a', PRO, fault('quota_minute'))
  bench.settle('b', PRO, fault('key_invalid'))
  bench.clock.advance(1000)
  bench.settle('c', FLASH, fault('quota_none'))
  bench.pool.membership.set(toKey(keys[3]!), 5)
  return { keys, pool: bench.pool, snapshot: bench.pool.snapshot() }
}

const CASES: readonly (readonly [title: string, Partial<KeyListQuery>, ids: string])[] = [
  ['all, in their order', {}, 'abcde'],
  ['by state', { state: 'resting' }, 'a'],
  ['by state: out', { state: 'invalid' }, 'b'],
  ['by state: exhausted', { state: 'exhausted' }, 'c'],
  ['by state: disabled', { state: 'disabled' }, 'd'],
  ['usable for all', { usable: true }, 'e'],
  ['that may serve a model', { model: 'gemini-pro', usable: true }, 'ce'],
  ['that rest for a model', { model: 'gemini-pro', state: 'resting' }, 'a'],
  ['by tag', { tag: 'paid' }, 'ac'],
  ['by project', { project: 'p1' }, 'a'],
  ['by text in a name, in any letters', { text: 'ZO' }, 'a'],
  ['by text in a note', { text: 'bob' }, 'b'],
  ['by text in the masked form', { text: 'y…12' }, 'c'],
  ['by form', { legacy: true }, 'a'],
  ['by origin', { origin: 'environment' }, 'd'],
  ['by several at once', { tag: 'paid', usable: false, legacy: false }, 'c'],
  ['a page', { offset: 1, limit: 2 }, 'bc'],
  ['behind the end', { offset: 9 }, ''],
  ['sorted by name', { sort: 'name' }, 'cdbea'],
  ['sorted by name, downwards', { sort: 'name', order: 'desc' }, 'aebcd'],
  ['sorted by state', { sort: 'state' }, 'eacbd'],
  ['sorted by time in the state', { sort: 'since', order: 'desc' }, 'cabed'],
  ['sorted by when they were added', { sort: 'createdAt' }, 'bdeca'],
  ['a page of the sorted', { sort: 'createdAt', order: 'desc', offset: 1, limit: 2 }, 'cd'],
]

describe('the list of keys', () => {
  for (const [title, asked, ids] of CASES) {
    test(`gives ${title}`, () => {
      const { keys, snapshot } = scene()
      assert.equal(idsOf(keys, snapshot, asked).join(''), ids)
    })
  }

  test('tells how many there are beside the page', () => {
    const { keys, snapshot } = scene()
    assert.equal(listKeys(keys, snapshot, query({ limit: 1 })).total, 5)
    assert.equal(listKeys(keys, snapshot, query({ limit: 0, tag: 'paid', sort: 'name' })).total, 2)
  })

  test('shows what a key rests for, of one model alone where it is asked for that', () => {
    const { keys, snapshot } = scene()
    const restsOf = (changes: Partial<KeyListQuery>) =>
      listKeys(keys, snapshot, query(changes)).items[0]?.rests.map(({ model, until }) => [model, until])
    assert.deepEqual(restsOf({ text: 'zoe' }), [['gemini-pro', START + 60_000]])
    assert.deepEqual(restsOf({ text: 'zoe', model: 'gemini-flash' }), [])
  })

  test('says the same of each key as the pool does', () => {
    const { keys, pool, snapshot } = scene()
    const { items } = listKeys(keys, snapshot, query({}))
    for (const [index, view] of pool.list().entries()) {
      const { id, state, since } = view
      assert.deepEqual(snapshot.glance(id), { project: view.project, state, since })
      assert.deepEqual({ ...items[index], ...view }, items[index])
    }
  })

  test('says of a key in doubt whose project is spent what the pool says', () => {
    const { pool, settle, clock } = setUpPool([toKey(managed('a')), toKey(managed('b'))])
    settle('a', PRO, fault('quota_none'))
    clock.advance(1000)
    for (const id of ['a', 'b']) settle(id, FLASH, fault('key_doubtful'))
    assert.deepEqual(
      pool.list().map(({ state, since }) => [state, since]),
      [
        ['exhausted', START],
        ['resting', START + 1000],
      ],
    )
    for (const { id, project, state, since } of pool.list()) {
      assert.deepEqual(pool.snapshot().glance(id), { project, state, since })
      assert.equal(pool.snapshot().view(id)?.state, state)
    }
  })

  test('of a hundred thousand keys builds the views of its page alone', () => {
    const keys = Array.from({ length: 100_000 }, (_, index) =>
      managed(`k${index}`, { name: `n${index % 977}` }),
    )
    const { pool } = setUpPool(keys.map(toKey))
    let views = 0
    const real = pool.snapshot()
    const counted = {
      ...real,
      view(id: string) {
        views++
        return real.view(id)
      },
    }
    for (const sort of [undefined, 'name', 'state', 'project', 'since', 'createdAt'] as const) {
      views = 0
      const { items, total } = listKeys(keys, counted, query({ sort, offset: 70_000, limit: 50 }))
      assert.deepEqual([items.length, total, views], [50, 100_000, 50], `sorted by ${sort}`)
    }
    assert.equal(findKeys(keys, counted, { usable: true }).length, 100_000)
    assert.equal(views, 50)
  })
})

describe('pageOf', () => {
  test('gives what sorting gives', () => {
    const random = seededRandom(7)
    for (let round = 0; round < 300; round++) {
      const size = Math.floor(random() * 60)
      const items = Array.from({ length: size }, (_, place) => ({ value: Math.floor(random() * 8), place }))
      const compare = (a: (typeof items)[0], b: (typeof items)[0]) => a.value - b.value || a.place - b.place
      const span = { offset: Math.floor(random() * 70), limit: Math.floor(random() * 20) }
      const expected = items.toSorted(compare).slice(span.offset, span.offset + span.limit)
      assert.deepEqual(pageOf([...items], compare, span), expected)
    }
  })

  test('compares a large list a few times over, not as sorting would', () => {
    let comparisons = 0
    const compare = (a: number, b: number) => {
      comparisons++
      return a - b
    }
    const sorted = Array.from({ length: 100_000 }, (_, index) => index)
    for (const items of [sorted, sorted.toReversed()]) {
      comparisons = 0
      assert.deepEqual(pageOf([...items], compare, { offset: 50_000, limit: 3 }), [50_000, 50_001, 50_002])
      assert.ok(comparisons < 800_000, `${comparisons} comparisons`)
    }
  })
})
