import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Key, KeyStrategy, StrategyContext, UsableKeys } from '../../core/keys.ts'
import { seededRandom } from '../seeded-random.ts'

/** What every key strategy must do, whatever it prefers. `create` is called anew for each test. */
export function keyStrategyContract(name: string, create: (context: StrategyContext) => KeyStrategy): void {
  describe(`The key strategy ${name}`, () => {
    test('picks one of the usable keys, and undefined only when there is none', () => {
      const { strategy, random } = setUp(create)
      for (let turn = 0; turn < 500; turn++) {
        const usable = countedKeys(makeKeys(Math.floor(random() * 6)), random)
        const picked = strategy.pick(usable, { model: 'm' })
        if (usable.size === 0) assert.equal(picked, undefined)
        else assert.ok(picked !== undefined && usable.keys.includes(picked))
      }
    })

    test('spreads the calls of each model evenly over keys of one weight', () => {
      const { strategy, random } = setUp(create)
      const usable = countedKeys(makeKeys(8), random)
      const counts = new Map<string, number>()
      for (let turn = 0; turn < 8_000; turn++) {
        const model = turn % 2 === 0 ? 'even' : 'odd'
        const picked = strategy.pick(usable, { model })!
        strategy.settle?.(picked, { model }, { ok: true })
        counts.set(`${model} ${picked.id}`, (counts.get(`${model} ${picked.id}`) ?? 0) + 1)
      }
      assert.equal(counts.size, 16)
      for (const [who, count] of counts) assert.ok(count > 350 && count < 650, `${who}: ${count}`)
    })

    test('leaves no key out when the list changes between picks', () => {
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

    test('looks at a few keys only, of however many', () => {
      const { strategy, random } = setUp(create)
      const usable = countedKeys(makeKeys(100_000), random)
      for (let turn = 0; turn < 10; turn++) strategy.pick(usable, { model: 'm' })
      assert.ok(usable.looks() <= 10 * 8, `${usable.looks()} looks for 10 picks`)
    })

    test('takes outcomes of keys it never picked', () => {
      const { strategy, random } = setUp(create)
      const [key] = makeKeys(1)
      const fault = { kind: 'quota_minute', status: 429, reason: '', text: '' } as const
      strategy.settle?.(key!, { model: 'm' }, { ok: true })
      strategy.settle?.(key!, { model: 'm' }, { ok: false, ...fault })
      assert.ok(strategy.pick(countedKeys(makeKeys(3), random), { model: 'm' }))
    })
  })
}

function setUp(create: (context: StrategyContext) => KeyStrategy) {
  const random = seededRandom(1)
  let time = 1_800_000_000_000
  const context: StrategyContext = {
    random,
    now: () => (time += 5),
    slack: () => 0.5,
    inFlight: () => 0,
  }
  return { random, strategy: create(context) }
}

function makeKeys(count: number): Key[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `k${index}`,
    name: undefined,
    project: `p${index}`,
    weight: 1,
    tags: [],
  }))
}

/** Usable keys that count how many of them were looked at. */
function countedKeys(keys: readonly Key[], random: () => number) {
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
    find: (id) => keys.find((key) => key.id === id),
  }
  return { ...usable, keys, looks: () => looks }
}
