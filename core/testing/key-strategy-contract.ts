import assert from 'node:assert/strict'
import type { Key, KeyStrategy, StrategyContext, UsableKeys } from '../keys.ts'
import { type ContractCase, collectCases } from './contract-case.ts'
import { seededRandom } from './seeded-random.ts'

/** What every key strategy must do, whatever it prefers. `create` is called anew for each test. */
export function keyStrategyContract(
  create: (context: StrategyContext) => KeyStrategy,
): readonly ContractCase[] {
  const { cases, add } = collectCases()
  add('picks one of the usable keys, and undefined only when there is none', () => {
    const { strategy, random } = setUp(create)
    for (let turn = 0; turn < 500; turn++) {
      const usable = countedKeys(makeKeys(Math.floor(random() * 20)), random)
      const picked = strategy.pick(usable, { model: 'm' })
      if (usable.size === 0) assert.equal(picked, undefined)
      else assert.ok(picked !== undefined && usable.keys.includes(picked))
    }
  })

  add('never picks a key that is no longer usable', () => {
    const { strategy, random } = setUp(create)
    const keys = makeKeys(30)
    for (let turn = 0; turn < 500; turn++) {
      const usable = countedKeys(
        keys.filter(() => random() < 0.5),
        random,
      )
      const picked = strategy.pick(usable, { model: `m${turn % 3}`, tokens: turn, affinity: 'a' })
      assert.ok(usable.size === 0 || usable.keys.includes(picked!))
    }
  })

  add('picks where every project is short of quota and every key is busy', () => {
    const { strategy, random } = setUp(create, { slack: () => -1, inFlight: () => 1_000 })
    for (const size of [1, 8, 100]) {
      assert.ok(strategy.pick(countedKeys(makeKeys(size), random), { model: 'm', tokens: 1e6 }))
    }
  })

  add('looks at a few keys only, of however many', () => {
    const { strategy, random } = setUp(create)
    const keys = makeKeys(100_000)
    let looks = 0
    for (let turn = 0; turn < 40; turn++) {
      const usable = countedKeys(turn % 2 === 0 ? keys : keys.slice(turn), random)
      strategy.pick(usable, { model: 'm' })
      looks += usable.looks()
    }
    assert.ok(looks <= 40 * 8, `${looks} looks for 40 picks`)
  })

  add('looks at no more than thirty keys where no project has room', () => {
    const { strategy, random } = setUp(create, { slack: () => -1, inFlight: () => 1_000 })
    const usable = countedKeys(makeKeys(100_000), random)
    strategy.pick(usable, { model: 'm' })
    assert.ok(usable.looks() <= 30, `${usable.looks()} looks for one pick`)
  })

  add('takes outcomes of keys it never picked', () => {
    const { strategy, random } = setUp(create)
    const [key] = makeKeys(1)
    const fault = { kind: 'quota_minute', status: 429, reason: '', text: '' } as const
    strategy.settle?.(key!, { model: 'm' }, { ok: true })
    strategy.settle?.(key!, { model: 'm' }, { ok: false, ...fault })
    assert.ok(strategy.pick(countedKeys(makeKeys(3), random), { model: 'm' }))
  })
  return cases
}

/** What a strategy must do, beside the above, that prefers no key of several alike. */
export function spreadingContract(
  create: (context: StrategyContext) => KeyStrategy,
): readonly ContractCase[] {
  const { cases, add } = collectCases()
  for (const size of [8, 16]) {
    add(`spreads the calls of each model evenly over ${size} keys that are alike`, () => {
      const { strategy, random } = setUp(create)
      const usable = countedKeys(makeKeys(size), random)
      const counts = new Map<string, number>()
      for (let turn = 0; turn < 1_000 * size; turn++) {
        const model = turn % 2 === 0 ? 'even' : 'odd'
        const picked = strategy.pick(usable, { model })!
        strategy.settle?.(picked, { model }, { ok: true })
        counts.set(`${model} ${picked.id}`, (counts.get(`${model} ${picked.id}`) ?? 0) + 1)
      }
      assert.equal(counts.size, 2 * size)
      for (const [who, count] of counts) assert.ok(count > 350 && count < 650, `${who}: ${count}`)
    })
  }

  add('leaves no key out when the list changes between picks', () => {
    const { strategy, random } = setUp(create)
    const keys = makeKeys(5)
    const picked = new Set<string>()
    for (let turn = 0; turn < 2_000; turn++) {
      const missing = Math.floor(random() * 5)
      const usable = countedKeys(
        keys.filter((_, index) => index !== missing),
        random,
      )
      picked.add(strategy.pick(usable, { model: undefined })!.id)
    }
    assert.equal(picked.size, 5)
  })
  return cases
}

function setUp(
  create: (context: StrategyContext) => KeyStrategy,
  quota: Partial<Pick<StrategyContext, 'slack' | 'inFlight'>> = {},
) {
  const random = seededRandom(1)
  let time = 1_800_000_000_000
  const context: StrategyContext = {
    random,
    now: () => (time += 5),
    slack: () => 0.5,
    inFlight: () => 0,
    ...quota,
  }
  return { random, strategy: create(context) }
}

/** Keys that are projects of their own. */
export function makeKeys(count: number): Key[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `k${index}`,
    name: undefined,
    project: `p${index}`,
    weight: 1,
    tags: [],
  }))
}

/** Usable keys that count how many of them were looked at. */
export function countedKeys(keys: readonly Key[], random: () => number) {
  let looks = 0
  const at = (index: number): Key => {
    looks++
    const key = keys[index]
    if (key === undefined) throw new RangeError(`No usable key at ${index}`)
    return key
  }
  const usable: UsableKeys = {
    size: keys.length,
    at,
    sample: () => at(Math.floor(random() * keys.length)),
    byProject(project) {
      const found = keys.filter((key) => key.project === project)
      looks += found.length
      return found
    },
    find(id) {
      looks++
      return keys.find((key) => key.id === id)
    },
  }
  return { ...usable, keys, looks: () => looks }
}
