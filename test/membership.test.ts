import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { KeyRecord, RestRecord } from '../core/store.ts'
import { seededRandom } from './seeded-random.ts'
import { FLASH, fault, key, PRO, START, setUpPool } from './virtual-pool.ts'

type Bench = ReturnType<typeof setUpPool>

function usableIds({ pool }: Bench, query = PRO): string[] {
  const usable = pool.usable(query)
  return Array.from({ length: usable.size }, (_, index) => usable.at(index).id).sort()
}

const stateOf = ({ pool }: Bench, id: string) => pool.list().find((view) => view.id === id)?.state

/** What a store would hold after all that was reported. */
function keptOf({ changes }: Bench) {
  const keys = new Map<string, KeyRecord>()
  const rests = new Map<string, RestRecord>()
  for (const change of changes) {
    for (const record of change.keys) keys.set(record.id, record)
    for (const rest of change.rests) {
      if (rest.until === 0) rests.delete(`${rest.project} ${rest.model}`)
      else rests.set(`${rest.project} ${rest.model}`, rest)
    }
  }
  return { keys: [...keys.values()], rests: [...rests.values()] }
}

describe('a pool whose keys come and go', () => {
  test('uses a key that is added, and one that is added to an empty pool', () => {
    const bench = setUpPool([])
    bench.pool.membership.set(key('a'), undefined)
    bench.pool.membership.set(key('b', 'p'), undefined)
    assert.deepEqual(usableIds(bench), ['a', 'b'])
    assert.equal(bench.pool.total, 2)
    assert.equal(bench.pool.find('b')?.project, 'p')
  })

  test('counts what a key spends for its own project, though the project before it had its place', () => {
    const { pool } = setUpPool([key('a'), key('b')])
    const spend = (id: string) => pool.take({ ...PRO, project: id }, [])?.settle({ ok: true })
    const slackOf = (id: string) => pool.slack(key(id), PRO)
    for (let turn = 0; turn < 50; turn++) {
      pool.membership.drop('a')
      pool.membership.set(key(`new ${turn}`), undefined)
      assert.equal(slackOf(`new ${turn}`), 1)
      for (let call = 0; call <= turn; call++) spend(`new ${turn}`)
      pool.membership.set(key('a'), undefined)
    }
    const slacks = Array.from({ length: 50 }, (_, turn) => slackOf(`new ${turn}`))
    assert.deepEqual(
      slacks,
      slacks.toSorted((one, other) => other - one),
    )
    assert.equal(new Set(slacks).size, 50)
    assert.equal(slackOf('a'), 1)
  })

  test('lets a key that is added rest with its project', () => {
    const bench = setUpPool([key('a', 'p')])
    bench.settle('a', PRO, fault('quota_minute'))
    bench.pool.membership.set(key('b', 'p'), undefined)
    assert.deepEqual([usableIds(bench, PRO), usableIds(bench, FLASH)], [[], ['a', 'b']])
    bench.clock.advance(60_000)
    assert.deepEqual(usableIds(bench, PRO), ['a', 'b'])
  })

  test('gives no key any more that was dropped, and forgets what it knew of it', () => {
    const bench = setUpPool([key('a'), key('b')])
    bench.settle('a', PRO, fault('quota_none'))
    bench.settle('b', PRO, fault('key_invalid'))
    bench.pool.membership.drop('a')
    bench.pool.membership.drop('b')
    bench.pool.membership.drop('never there')
    assert.deepEqual([usableIds(bench, FLASH), bench.pool.total, bench.pool.list()], [[], 0, []])
    const { keys, rests } = keptOf(bench)
    assert.deepEqual([keys.map(({ state }) => state), rests], [['active'], []])
    bench.pool.membership.set(key('a'), undefined)
    assert.deepEqual(usableIds(bench), ['a'])
  })

  test('takes in what becomes of a call whose key was dropped meanwhile', () => {
    const bench = setUpPool([key('a'), key('b')])
    bench.pool.membership.drop('a')
    bench.settle('a', PRO, fault('key_invalid'))
    bench.settle('a', PRO, { ok: true })
    bench.resolve('a', 'good')
    assert.deepEqual([usableIds(bench), bench.changes], [['b'], []])
  })

  test('does not take back a dropped key when the last of its calls ends', () => {
    const { pool } = setUpPool([{ ...key('a'), maxConcurrent: 1 }])
    const lease = pool.take(PRO, [])
    pool.membership.drop('a')
    lease?.ended(undefined)
    assert.deepEqual([pool.usable(PRO).size, pool.returnsAt(PRO)], [0, undefined])
  })

  for (const kind of ['quota_minute', 'project_suspended', 'key_leaked', 'key_doubtful'] as const) {
    test(`charges a dropped key with nothing: ${kind}`, () => {
      const { pool, doubted, changes } = setUpPool([key('a')])
      const lease = pool.take(PRO, [])
      pool.membership.drop('a')
      lease?.settle({ ok: false, ...fault(kind, { project: 'projects/1' }) })
      assert.deepEqual([doubted, changes, pool.returnsAt(PRO)], [[], [], undefined])
    })
  }

  test('leaves a project its rests while it has a key', () => {
    const bench = setUpPool([key('a', 'p'), key('b', 'p')])
    bench.settle('a', PRO, fault('quota_none'))
    bench.pool.membership.drop('a')
    assert.equal(stateOf(bench, 'b'), 'exhausted')
    assert.equal(keptOf(bench).rests.length, 1)
  })

  test('shows a key as it is now: name, weight and tags', () => {
    const bench = setUpPool([key('a')])
    bench.pool.membership.set({ ...key('a'), name: 'new', weight: 3, tags: ['t'] }, undefined)
    const { name, weight, tags } = bench.pool.pick(PRO, [])!
    assert.deepEqual([name, weight, tags], ['new', 3, ['t']])
  })

  test('moves a key to another project: what it rested for alone goes along, what its project did not', () => {
    const bench = setUpPool([key('a'), key('b', 'p')])
    bench.settle('a', PRO, fault('quota_day'))
    bench.settle('b', FLASH, fault('quota_day'))
    bench.pool.membership.set(key('a', 'q'), undefined)
    bench.pool.membership.set(key('b', 'q'), undefined)
    assert.deepEqual([usableIds(bench, PRO), usableIds(bench, FLASH)], [[], ['a', 'b']])
    assert.deepEqual(
      keptOf(bench).rests.map(({ project, model }) => [project, model]),
      [['q', PRO.model]],
    )
  })

  test('keeps the project that Google named until the operator states one', () => {
    const bench = setUpPool([key('a')])
    bench.settle('a', PRO, fault('quota_minute', { project: 'projects/1' }))
    bench.pool.membership.set({ ...key('a'), weight: 2 }, undefined)
    assert.equal(bench.pool.find('a')?.project, 'projects/1')
    bench.pool.membership.set(key('a', 'mine'), undefined)
    assert.equal(bench.pool.find('a')?.project, 'mine')
  })

  test('uses no disabled key, whatever is found out about it, until it is enabled', () => {
    const bench = setUpPool([key('a'), key('b')])
    bench.settle('a', PRO, fault('key_doubtful'))
    bench.pool.membership.set(key('a'), START)
    bench.resolve('a', 'good')
    bench.settle('a', PRO, fault('key_invalid'))
    bench.pool.membership.reset('a')
    assert.deepEqual([usableIds(bench), stateOf(bench, 'a')], [['b'], 'disabled'])
    bench.pool.membership.set(key('a'), undefined)
    assert.deepEqual([usableIds(bench), stateOf(bench, 'a')], [['a', 'b'], 'active'])
  })

  test('does not keep that a key is disabled: that is the operator’s to say', () => {
    const bench = setUpPool([key('a')])
    bench.pool.membership.set(key('a'), START)
    assert.deepEqual(keptOf(bench), { keys: [], rests: [] })
  })
})

describe('a reset', () => {
  test('puts a dead key back, and one in doubt, of which an old verdict says nothing any more', () => {
    const bench = setUpPool([key('a'), key('b')])
    bench.settle('a', PRO, fault('key_leaked'))
    bench.settle('b', PRO, fault('key_doubtful'))
    assert.ok(bench.pool.membership.reset('a') && bench.pool.membership.reset('b'))
    bench.resolve('b', fault('key_invalid'))
    assert.deepEqual(usableIds(bench), ['a', 'b'])
    assert.deepEqual(
      keptOf(bench).keys.map(({ state }) => state),
      ['active'],
    )
  })

  test('ends what the key’s project rests for, also without end', () => {
    const bench = setUpPool([key('a', 'p'), key('b', 'p')])
    bench.settle('a', PRO, fault('quota_none'))
    bench.settle('a', FLASH, fault('model_closed'))
    bench.pool.membership.reset('b')
    assert.deepEqual(
      [usableIds(bench, PRO), usableIds(bench, FLASH)],
      [
        ['a', 'b'],
        ['a', 'b'],
      ],
    )
    assert.deepEqual(keptOf(bench).rests, [])
  })

  test('for one model leaves the other rests and the state', () => {
    const bench = setUpPool([key('a'), key('b', 'p')])
    bench.settle('a', PRO, fault('key_invalid'))
    bench.settle('b', PRO, fault('quota_none'))
    bench.settle('b', FLASH, fault('quota_none'))
    bench.pool.membership.reset('a', PRO.model)
    bench.pool.membership.reset('b', PRO.model)
    assert.deepEqual([usableIds(bench, PRO), usableIds(bench, FLASH)], [['b'], []])
  })

  test('of a key that is not there says so', () => {
    assert.equal(setUpPool([]).pool.membership.reset('a'), false)
  })
})

test('a pool gives just the keys it should, whatever comes, changes, fails and goes', () => {
  for (let seed = 1; seed <= 60; seed++) playAtRandom(seed)
})

/** What a key should be, written down naively. */
interface Twin {
  project: string
  isOut: boolean
  isDisabled: boolean
}

function playAtRandom(seed: number): void {
  const random = seededRandom(seed)
  const below = (limit: number) => Math.floor(random() * limit)
  const bench = setUpPool([])
  const { membership } = bench.pool
  const twins = new Map<string, Twin>()
  const rests = new Set<string>()
  const queries = [PRO, FLASH]
  const place = (project: string, model: string | undefined) => `${project} ${model}`
  const clear = (project: string) => {
    for (const { model } of queries) rests.delete(place(project, model))
  }
  const leave = (project: string) => {
    if (![...twins.values()].some((twin) => twin.project === project)) clear(project)
  }

  for (let step = 0; step < 300; step++) {
    const id = `k${below(12)}`
    const twin = twins.get(id)
    const query = queries[below(2)]!
    const action = below(6)
    if (action < 2) {
      const project = `p${below(4)}`
      const isDisabled = random() < 0.2
      membership.set(key(id, project), isDisabled ? START : undefined)
      const isOut = (twin?.isOut ?? false) && !(twin?.isDisabled || isDisabled)
      twins.set(id, { project, isOut, isDisabled })
      if (twin) leave(twin.project)
    } else if (action === 2) {
      membership.drop(id)
      twins.delete(id)
      if (twin) leave(twin.project)
    } else if (action === 3 && twin) {
      membership.reset(id)
      twin.isOut = false
      clear(twin.project)
    } else if (action === 4 && twin) {
      bench.settle(id, query, fault('key_invalid'))
      twin.isOut = !twin.isDisabled
    } else if (action === 5 && twin) {
      bench.settle(id, query, fault('quota_none'))
      rests.add(place(twin.project, query.model))
    }
    for (const { model } of queries) {
      const expected = [...twins]
        .filter(
          ([, { project, isOut, isDisabled }]) => !isOut && !isDisabled && !rests.has(place(project, model)),
        )
        .map(([name]) => name)
      assert.deepEqual(usableIds(bench, { model }), expected.sort(), `seed ${seed}, step ${step}, ${model}`)
    }
  }
}
