import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FaultKind } from '../core/fault.ts'
import type { Key, KeyStrategy, UsableKeys } from '../core/keys.ts'
import { FOREVER } from '../core/store.ts'
import { FLASH, fault, ids, key, PRO, record, START, setUpPool } from './virtual-pool.ts'

test('a pool without keys picks none, and none returns', () => {
  const { pool } = setUpPool([])
  assert.equal(pool.pick(PRO, []), undefined)
  assert.equal(pool.returnsAt(PRO), undefined)
  assert.equal(pool.total, 0)
})

test('a per-minute quota rests the whole project for that model alone, as long as Google says', () => {
  const { pool, clock, settle } = setUpPool([key('a', 'p'), key('b', 'p')])
  settle('a', PRO, fault('quota_minute', { retryAfterMilliseconds: 37_000 }))
  assert.equal(pool.pick(PRO, []), undefined)
  assert.equal(pool.returnsAt(PRO), START + 37_000)
  assert.equal(pool.distinctUsable(FLASH), 2)
  clock.advance(36_999)
  assert.equal(pool.distinctUsable(PRO), 0)
  clock.advance(1)
  assert.equal(pool.distinctUsable(PRO), 2)
})

test('a late outcome never makes a longer rest shorter', () => {
  const { pool, settle } = setUpPool([key('a')])
  settle('a', PRO, fault('quota_day', { retryAfterMilliseconds: 500_000 }))
  settle('a', PRO, fault('quota_minute', { retryAfterMilliseconds: 1_000 }))
  assert.equal(pool.returnsAt(PRO), START + 500_000)
  assert.equal(pool.list()[0]?.state, 'exhausted')
})

test('a delay is trusted up to a week, and is never below a second', () => {
  const { pool, settle } = setUpPool([key('a')])
  settle('a', PRO, fault('quota_minute', { retryAfterMilliseconds: 0 }))
  assert.equal(pool.returnsAt(PRO), START + 1_000)
  settle('a', PRO, fault('quota_minute', { retryAfterMilliseconds: 1e12 }))
  assert.equal(pool.returnsAt(PRO), START + 7 * 86_400_000)
})

test('a quota of unknown length rests 60 s, twice as long each time up to an hour, and anew after a success', () => {
  const { pool, clock, settle } = setUpPool([key('a')])
  const lengths = Array.from({ length: 8 }, () => {
    settle('a', PRO, fault('quota_unknown'))
    const length = pool.returnsAt(PRO)! - clock.now()
    clock.advance(length)
    return length / 1000
  })
  assert.deepEqual(lengths, [60, 120, 240, 480, 960, 1920, 3600, 3600])
  settle('a', PRO, { ok: true })
  settle('a', PRO, fault('quota_unknown'))
  assert.equal(pool.returnsAt(PRO), clock.now() + 60_000)
})

test('a failure of unknown length is forgotten two hours after its rest', () => {
  const { pool, clock, settle } = setUpPool([key('a')])
  settle('a', PRO, fault('quota_unknown'))
  clock.advance(60_000 + 2 * 3_600_000 + 1)
  settle('a', PRO, fault('quota_unknown'))
  assert.equal(pool.returnsAt(PRO), clock.now() + 60_000)
})

test('a project without a free tier rests for that model, twice as long each time', () => {
  const { pool, clock, settle } = setUpPool([key('a', 'p'), key('b', 'p'), key('c')])
  settle('a', PRO, fault('free_tier_blocked'))
  assert.deepEqual(ids(pool.usable(PRO)), ['c'])
  assert.equal(pool.distinctUsable(FLASH), 3)
  assert.equal(pool.list()[1]?.state, 'resting')
  settle('c', PRO, fault('key_invalid'))
  assert.equal(pool.returnsAt(PRO), START + 60_000)
  clock.advance(60_000)
  settle('b', PRO, fault('free_tier_blocked'))
  assert.equal(pool.returnsAt(PRO), clock.now() + 120_000)
})

test('many calls that fail at once make an unknown rest no longer than one does', () => {
  const { pool, settle } = setUpPool([key('a')])
  for (let call = 0; call < 20; call++) settle('a', PRO, fault('quota_unknown'))
  assert.equal(pool.returnsAt(PRO), START + 60_000)
})

test('a project without the model rests for ever, and no return is promised', () => {
  for (const kind of ['quota_none', 'model_closed'] as const) {
    const { pool, clock, settle, changes } = setUpPool([key('a')])
    settle('a', PRO, fault(kind, { retryAfterMilliseconds: 1_000 }))
    clock.advance(400 * 86_400_000)
    assert.equal(pool.pick(PRO, []), undefined)
    assert.equal(pool.returnsAt(PRO), undefined)
    assert.equal(pool.pick(FLASH, [])?.id, 'a')
    assert.equal(changes.at(-1)?.rests[0]?.until, FOREVER)
  }
})

test('a dead key is out at the first hit, with its state and reason', () => {
  const { pool, settle, changes } = setUpPool([key('a', 'p'), key('b', 'p')])
  settle('a', PRO, fault('key_leaked'))
  assert.deepEqual(ids(pool.usable(PRO)), ['b'])
  const [view] = pool.list()
  assert.equal(view?.state, 'leaked')
  assert.equal(view?.reason, 'key_leaked happened')
  assert.deepEqual(changes, [
    {
      keys: [{ id: 'a', state: 'leaked', reason: 'key_leaked happened', since: START, project: undefined }],
      rests: [],
    },
  ])
})

test('a suspended project takes all its keys along', () => {
  const { pool, settle, changes } = setUpPool([key('a', 'p'), key('b', 'p'), key('c')])
  settle('a', PRO, fault('project_suspended'))
  assert.deepEqual(ids(pool.usable(FLASH)), ['c'])
  assert.deepEqual(changes.flatMap((change) => change.keys.map(({ id, state }) => `${id} ${state}`)).sort(), [
    'a suspended',
    'b suspended',
  ])
})

test('a key whose project nobody stated joins the one Google names, and shares its fate', () => {
  const { pool, settle, changes } = setUpPool([key('a'), key('b'), key('c', 'stated')])
  settle('a', PRO, fault('quota_minute', { retryAfterMilliseconds: 50_000, project: 'projects/7' }))
  settle('b', FLASH, fault('quota_minute', { retryAfterMilliseconds: 9_000 }))
  assert.deepEqual(ids(pool.usable(PRO)), ['b', 'c'])
  settle('b', PRO, fault('quota_minute', { retryAfterMilliseconds: 1_000, project: 'projects/7' }))
  settle('c', PRO, fault('quota_minute', { retryAfterMilliseconds: 1_000, project: 'projects/7' }))
  assert.deepEqual(
    pool.list().map(({ project }) => project),
    ['projects/7', 'projects/7', 'stated'],
  )
  assert.equal(pool.returnsAt(PRO), START + 1_000)
  assert.deepEqual(ids(pool.usable(FLASH)), ['c'], 'b brought its own rest along')
  const moved = changes.flatMap(({ rests }) => rests).filter(({ model }) => model === 'gemini-flash')
  assert.deepEqual(
    moved.map(({ project, until }) => [project, until]),
    [
      ['b', START + 9_000],
      ['b', 0],
      ['projects/7', START + 9_000],
    ],
  )
  settle('a', PRO, fault('project_denied'))
  assert.deepEqual(ids(pool.usable({ model: 'other' })), ['c'])
})

test('faults of the model, the way out, the attempt, the client and ourselves touch no key', () => {
  const { pool, settle, changes, doubted } = setUpPool([key('a')])
  const kinds: FaultKind[] = [
    'model_overloaded',
    'cut_off',
    'bad_gateway',
    'region_blocked',
    'empty',
    'client_mistake',
  ]
  for (const kind of [...kinds, 'not_owned', 'credentials_rejected', 'refused'] as const) {
    settle('a', PRO, fault(kind, { project: 'projects/1', retryAfterMilliseconds: 60_000 }))
  }
  assert.equal(pool.pick(PRO, [])?.id, 'a')
  assert.equal(pool.list()[0]?.project, 'a')
  assert.deepEqual([changes, doubted], [[], []])
})

test('a pool passes by what was saved of keys that are gone, and reports which rests are over', () => {
  const rest = { state: 'resting', reason: 'quota' } as const
  const { pool, changes } = setUpPool([key('a'), key('b', 'p'), key('c')], {
    keys: [record('gone', 'leaked'), { ...record('a', 'active'), project: 'projects/7' }],
    rests: [
      { project: 'projects/7', model: 'gemini-pro', until: START + 5_000, ...rest },
      { project: 'p', model: 'gemini-pro', until: START, ...rest },
      { project: 'gone', model: 'gemini-flash', until: FOREVER, ...rest },
    ],
  })
  assert.deepEqual(ids(pool.usable(PRO)), ['b', 'c'])
  assert.equal(pool.distinctUsable(FLASH), 3)
  assert.deepEqual(changes, [{ keys: [], rests: [{ project: 'p', model: 'gemini-pro', until: 0, ...rest }] }])
})

test('a project that the operator stated is not overridden by one that was learned and saved', () => {
  const { pool } = setUpPool([key('a', 'stated'), key('b')], {
    keys: ['a', 'b'].map((id) => ({ ...record(id, 'active'), project: 'projects/7' })),
    rests: [],
  })
  assert.deepEqual(
    pool.list().map(({ project }) => project),
    ['stated', 'projects/7'],
  )
})

test('tried keys are left out while another is left, and used again when none is', () => {
  const { pool, settle, find } = setUpPool([key('a', 'p'), key('b'), key('c', 'p')])
  assert.equal(pool.pick(PRO, [find('a'), find('c')])?.id, 'b')
  assert.ok(pool.pick(PRO, [find('a'), find('b'), find('c')]))
  settle('b', PRO, fault('key_invalid'))
  assert.equal(pool.pick(PRO, [find('a')])?.id, 'c')
})

test('what a strategy sees leaves tried keys out of every question', () => {
  let seen: string[] = []
  const strategy: KeyStrategy = {
    pick(usable) {
      seen = [...ids(usable), ...usable.byProject('p').map(({ id }) => id), usable.sample().id]
      return usable.at(0)
    },
  }
  const { pool, find } = setUpPool([key('a', 'p'), key('b', 'p'), key('c')], undefined, strategy)
  pool.pick(PRO, [find('a'), find('c'), find('a')])
  assert.deepEqual(seen, ['b', 'b', 'b'])
})

test('a strategy that answers with an unusable key, or none, is overruled', () => {
  for (const answer of [key('gone'), key('a'), undefined]) {
    const { pool, settle } = setUpPool([key('a'), key('b')], undefined, { pick: () => answer })
    settle('a', PRO, fault('key_invalid'))
    assert.equal(pool.pick(PRO, [])?.id, 'b')
  }
})

test('a strategy that throws costs no call, and is told of once a minute', () => {
  const broken = () => {
    throw new Error('broken')
  }
  const { pool, settle, warnings, clock } = setUpPool([key('a')], undefined, { pick: broken, settle: broken })
  assert.equal(pool.pick(PRO, [])?.id, 'a')
  settle('a', PRO, { ok: true })
  assert.equal(warnings.length, 1)
  clock.advance(60_000)
  settle('a', PRO, fault('key_invalid'))
  assert.equal(warnings.length, 2)
  assert.equal(pool.list()[0]?.state, 'invalid')
})

test('a strategy that answers with the key it was given long ago is overruled once that key is out', () => {
  let first: Key | undefined
  const strategy: KeyStrategy = {
    pick(usable) {
      first ??= usable.at(0)
      return first
    },
  }
  const { pool, settle } = setUpPool([key('a'), key('b')], undefined, strategy)
  assert.equal(pool.pick(PRO, [])?.id, 'a')
  settle('a', PRO, fault('key_invalid'))
  assert.equal(pool.pick(PRO, [])?.id, 'b')
})

test('a strategy that takes a key from what it was shown for another model is overruled', () => {
  let ofPro: UsableKeys | undefined
  const strategy: KeyStrategy = {
    pick(usable) {
      ofPro ??= usable
      return ofPro.at(0)
    },
  }
  const { pool, settle } = setUpPool([key('a'), key('b')], undefined, strategy)
  assert.equal(pool.pick(PRO, [])?.id, 'a')
  settle('a', FLASH, fault('quota_minute'))
  assert.equal(pool.pick(FLASH, [])?.id, 'b')
})

test('a strategy is told of every outcome of a key it knows', () => {
  const told: unknown[] = []
  const strategy: KeyStrategy = {
    pick: (usable) => usable.at(0),
    settle: (settled, query, { ok }) => told.push([settled.id, query, ok]),
  }
  const { settle, pool } = setUpPool([key('a')], undefined, strategy)
  settle('a', PRO, { ok: true })
  settle('a', PRO, fault('empty'))
  settle('gone', PRO, { ok: true })
  assert.deepEqual(told, [
    ['a', PRO, true],
    ['a', PRO, false],
  ])
  const query = { ...PRO, tokens: 5, affinity: 'of one conversation' }
  pool.take(query, [])?.settle({ ok: true })
  assert.deepEqual(told.at(-1), ['a', query, true])
})

test('a call without a model is a model of its own', () => {
  const { pool, settle } = setUpPool([key('a')])
  settle('a', { model: undefined }, fault('quota_minute'))
  assert.equal(pool.pick({ model: undefined }, []), undefined)
  assert.equal(pool.pick(PRO, [])?.id, 'a')
})
