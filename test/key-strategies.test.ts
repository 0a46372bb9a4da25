import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Key, KeyStrategy, StrategyContext } from '../core/keys.ts'
import { fillFirst } from '../plugins/key-strategies/fill-first.ts'
import plugin from '../plugins/key-strategies/index.ts'
import { leastBusy } from '../plugins/key-strategies/least-busy.ts'
import { quotaAware } from '../plugins/key-strategies/quota-aware.ts'
import { random } from '../plugins/key-strategies/random.ts'
import { roundRobin } from '../plugins/key-strategies/round-robin.ts'
import { weighted } from '../plugins/key-strategies/weighted.ts'
import { countedKeys, keyStrategyContract, makeKeys, spreadingContract } from './contract/key-strategy.ts'
import { seededRandom } from './seeded-random.ts'

const SPREADING = {
  'quota-aware': quotaAware,
  weighted,
  'least-busy': leastBusy,
  'round-robin': roundRobin,
  random,
}

for (const [name, create] of Object.entries(SPREADING)) {
  keyStrategyContract(name, create)
  spreadingContract(name, create)
}
keyStrategyContract('fill-first', fillFirst)

test('the plugin key-strategies registers all by the names of the config', async () => {
  const hooks = await plugin.setup({}, undefined as never)
  assert.deepEqual(
    Object.keys(hooks.strategies ?? {}).sort(),
    [...Object.keys(SPREADING), 'fill-first'].sort(),
  )
})

describe('round-robin', () => {
  test('picks each key once a round, wherever it starts', () => {
    assert.deepEqual(
      picks(roundRobin({ random: () => 0.99 }), makeKeys(3), 7),
      'k2 k0 k1 k2 k0 k1 k2'.split(' '),
    )
  })

  test('gives each model a round of its own', () => {
    const strategy = roundRobin({ random: () => 0 })
    const picked = ['m', 'n', 'm', 'n'].map((model) => picks(strategy, makeKeys(2), 1, model)[0])
    assert.deepEqual(picked, ['k0', 'k0', 'k1', 'k1'])
  })

  test('starts a new round when the list got shorter than its place', () => {
    const strategy = roundRobin({ random: () => 0.99 })
    picks(strategy, makeKeys(3), 1)
    assert.deepEqual(picks(strategy, makeKeys(2), 1), ['k0'])
  })

  test('forgets the places of models that were used long ago', () => {
    let starts = 0
    const strategy = roundRobin({ random: () => 0 * starts++ })
    for (let model = 0; model <= 1000; model++) picks(strategy, makeKeys(2), 1, `m${model}`)
    picks(strategy, makeKeys(2), 1, 'm1')
    assert.equal(starts, 1001)
    picks(strategy, makeKeys(2), 1, 'm0')
    assert.equal(starts, 1002)
  })
})

describe('weighted', () => {
  for (const size of [4, 40]) {
    test(`picks a key of three times the weight three times as often, of ${size} keys`, () => {
      const keys = makeKeys(size).map((key, index) => ({ ...key, weight: index % 2 === 0 ? 0.5 : 1.5 }))
      const heavy = picks(weighted({ random: seededRandom(2) }), keys, 8_000).filter((id) =>
        isHeavy(keys, id),
      )
      assert.ok(Math.abs(heavy.length / 8_000 - 0.75) < 0.02, `${heavy.length} of 8000`)
    })
  }

  test('picks well again after the heaviest key is gone', () => {
    const strategy = weighted({ random: seededRandom(3) })
    const keys = makeKeys(40).map((key, index) => ({ ...key, weight: index % 2 === 0 ? 1 : 3 }))
    picks(strategy, [{ ...keys[0]!, weight: 1_000 }, ...keys], 100)
    picks(strategy, keys, 8_000)
    const heavy = picks(strategy, keys, 8_000).filter((id) => keys.find((key) => key.id === id)!.weight === 3)
    assert.ok(Math.abs(heavy.length / 8_000 - 0.75) < 0.02, `${heavy.length} of 8000`)
  })

  function isHeavy(keys: readonly Key[], id: string): boolean {
    return keys.find((key) => key.id === id)!.weight === 1.5
  }
})

describe('least-busy', () => {
  test('picks the key with the fewest calls of a small pool', () => {
    const strategy = leastBusy({ random: () => 0.5, inFlight: ({ id }) => (id === 'k5' ? 1 : 2) })
    assert.deepEqual(picks(strategy, makeKeys(8), 3), ['k5', 'k5', 'k5'])
  })

  test('keeps a large pool about equally busy', () => {
    const busy = new Map<string, number>()
    const strategy = leastBusy({ random: seededRandom(4), inFlight: ({ id }) => busy.get(id) ?? 0 })
    const usable = countedKeys(makeKeys(1_000), seededRandom(5))
    for (let call = 0; call < 10_000; call++) {
      const { id } = strategy.pick(usable, { model: 'm' })!
      busy.set(id, (busy.get(id) ?? 0) + 1)
    }
    assert.ok(
      Math.max(...busy.values()) <= 13,
      `${Math.max(...busy.values())} calls on one key of 10 on average`,
    )
  })
})

describe('fill-first', () => {
  const [k0, k1, k2] = makeKeys(3) as [Key, Key, Key]

  test('keeps to one key while that is usable, then takes the next', () => {
    const strategy = fillFirst()
    assert.deepEqual(picks(strategy, [k0, k1, k2], 3), ['k0', 'k0', 'k0'])
    assert.deepEqual(picks(strategy, [k2, k1], 2), ['k2', 'k2'])
    assert.deepEqual(picks(strategy, [k1, k2], 2), ['k2', 'k2'])
  })

  test('comes back to a key that may be used again', () => {
    const strategy = fillFirst()
    picks(strategy, [k1, k2], 1)
    picks(strategy, [k2], 1)
    assert.deepEqual(picks(strategy, [k0, k2, k1], 1), ['k1'])
  })

  test('takes another key of the same project before a new project', () => {
    const sister = { ...k2, project: k0.project }
    const strategy = fillFirst()
    picks(strategy, [k0, k1, sister], 1)
    assert.deepEqual(picks(strategy, [k1, sister], 1), ['k2'])
  })

  test('fills for each model separately', () => {
    const strategy = fillFirst()
    picks(strategy, [k0, k1], 1, 'm')
    picks(strategy, [k1], 1, 'n')
    assert.deepEqual(picks(strategy, [k0, k1], 1, 'n'), ['k1'])
  })
})

describe('quota-aware', () => {
  const slacks = (of: Record<string, number>) =>
    quotaAware(context({ slack: ({ project }) => of[project] ?? 0 }))

  test('picks the project with most left of a small pool', () => {
    assert.deepEqual(picks(slacks({ p0: 0.2, p1: 0.7, p2: 0.6 }), makeKeys(3), 2), ['k1', 'k1'])
  })

  test('asks for the room that this very call needs', () => {
    const strategy = quotaAware(
      context({ slack: ({ project }, { tokens = 0 }) => (project === 'p0' ? 1 - tokens / 1_000 : 0.5) }),
    )
    const usable = countedKeys(makeKeys(2), seededRandom(1))
    assert.equal(strategy.pick(usable, { model: 'm', tokens: 10 })?.id, 'k0')
    assert.equal(strategy.pick(usable, { model: 'm', tokens: 2_000 })?.id, 'k1')
  })

  test('finds one of the few projects of a large pool that this call fits', () => {
    const strategy = quotaAware(
      context({ slack: ({ project }) => (Number(project.slice(1)) % 4 === 0 ? 0.1 : -1) }),
    )
    const fitting = picks(strategy, makeKeys(1_000), 1_000).filter((id) => Number(id.slice(1)) % 4 === 0)
    assert.ok(fitting.length > 990, `${fitting.length} of 1000`)
  })

  test('takes the least busy key of a project', () => {
    const keys = makeKeys(4).map((key) => ({ ...key, project: 'p' }))
    const strategy = quotaAware(context({ inFlight: ({ id }) => (id === 'k2' ? 0 : 1) }))
    assert.deepEqual(picks(strategy, keys, 3), ['k2', 'k2', 'k2'])
  })

  test('serves a mixed load in turn as quota is spent, never in bursts on one key', () => {
    const used = new Map<string, number>()
    const strategy = quotaAware(context({ slack: ({ project }) => 1 - (used.get(project) ?? 0) / 20 }))
    const usable = countedKeys(makeKeys(4), seededRandom(8))
    let longest = 0
    let inARow = 0
    let last: Key | undefined
    for (let call = 0; call < 80; call++) {
      const picked = strategy.pick(usable, { model: 'm' })!
      used.set(picked.project, (used.get(picked.project) ?? 0) + 1)
      inARow = picked === last ? inARow + 1 : 1
      last = picked
      longest = Math.max(longest, inARow)
    }
    assert.deepEqual([...used.values()], [20, 20, 20, 20])
    assert.ok(longest <= 2, `${longest} calls in a row on one key`)
  })
})

function context(quota: Partial<StrategyContext>): StrategyContext {
  return { random: seededRandom(6), now: () => 0, slack: () => 0.5, inFlight: () => 0, ...quota }
}

function picks(strategy: KeyStrategy, keys: readonly Key[], count: number, model = 'm'): string[] {
  const usable = countedKeys(keys, seededRandom(7))
  return Array.from({ length: count }, () => strategy.pick(usable, { model })!.id)
}
