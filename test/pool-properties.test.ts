import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FAULTS, type Fault, type FaultKind } from '../core/fault.ts'
import type { Key } from '../core/keys.ts'
import { createPool, type Pool } from '../core/pool/pool.ts'
import { FOREVER, type KeyRecord, type RestRecord } from '../core/store.ts'
import { random as randomStrategy } from '../plugins/key-strategies/random.ts'
import { createNaivePool } from './naive-pool.ts'
import { seededRandom } from './seeded-random.ts'
import { emptyQuotas } from './virtual-pool.ts'

const MODELS = ['gemini-a', 'gemini-b', '']
const KINDS = Object.keys(FAULTS) as FaultKind[]
const QUOTAS = KINDS.filter((kind) => FAULTS[kind].charge === 'project-and-model')
const PERMANENT = KINDS.filter((kind) => ['key', 'project'].includes(FAULTS[kind].charge))
const HARMLESS = KINDS.filter((kind) =>
  ['model', 'way-out', 'attempt', 'client', 'ourselves', 'nobody'].includes(FAULTS[kind].charge),
)

test('a pool agrees with the rules written down naively, whatever happens', () => {
  for (let seed = 1; seed <= 80; seed++) createRun(seed).play(250)
})

test('a pool made anew from what it reported knows what the old one knew', () => {
  for (let seed = 1001; seed <= 1070; seed++) {
    const run = createRun(seed)
    run.play(80)
    run.endDoubts()
    run.restart()
    run.compare('after the restart')
    run.play(80)
  }
})

/** A pool and its naive twin, to which the same things happen by chance in virtual time. */
function createRun(seed: number) {
  const random = seededRandom(seed)
  const below = (limit: number) => Math.floor(random() * limit)
  const oneOf = <T>(list: readonly T[]): T => list[below(list.length)]!
  let time = 1_800_000_000_000
  let asked = 0
  const now = () => time
  const keys = makeKeys(1 + below(14), random)
  const minuteSeconds = oneOf([60, 2])
  const records = new Map<string, KeyRecord>()
  const rests = new Map<string, RestRecord>()
  const naive = createNaivePool(keys, now, minuteSeconds * 1000)
  let pool = makePool()

  function makePool(): Pool {
    return createPool({
      keys,
      strategy: randomStrategy(),
      quotas: emptyQuotas(minuteSeconds),
      saved: { keys: [...records.values()], rests: [...rests.values()] },
      now,
      random,
      minuteSeconds,
      changed(changes) {
        for (const record of changes.keys) records.set(record.id, record)
        for (const rest of changes.rests) keep(rest)
      },
      doubted: () => void asked++,
    })
  }

  function keep(rest: RestRecord): void {
    const place = `${rest.project}|${rest.model}`
    if (rest.until === 0) rests.delete(place)
    else rests.set(place, rest)
  }

  function makeFault(kind: FaultKind): Fault {
    return {
      kind,
      status: 400,
      reason: kind,
      text: '',
      ...(random() < 0.6 ? { retryAfterMilliseconds: below(oneOf([50, 5_000, 90_000, 1e9])) } : {}),
      ...(random() < 0.15 ? { project: `projects/${below(3)}` } : {}),
    }
  }

  function act(): void {
    const key = oneOf(keys)
    const model = oneOf(MODELS)
    const chance = random()
    if (chance < 0.2) time += below(oneOf([10, 2_000, 70_000, 4_000_000]))
    else if (chance < 0.55) fail(key, model, makeFault(oneOf(QUOTAS)))
    else if (chance < 0.62) succeed(key, model)
    else if (chance < 0.68) fail(key, model, makeFault(oneOf(PERMANENT)))
    else if (chance < 0.76) fail(key, model, makeFault('key_doubtful'))
    else if (chance < 0.84) fail(key, model, makeFault(oneOf(HARMLESS)))
    else if (chance < 0.92) resolve(key, oneOf(['good', 'unknown']))
    else if (chance < 0.94) for (const one of keys) resolve(one, 'good')
    else if (naive.isInDoubt(key.id)) confirm(key)
  }

  function fail(key: Key, model: string, fault: Fault): void {
    const query = { model: model === '' ? undefined : model }
    pool.settle(key, query, { ok: false, ...fault })
    naive.charge(key.id, model, fault)
  }

  function succeed(key: Key, model: string): void {
    pool.settle(key, { model: model === '' ? undefined : model }, { ok: true })
    naive.succeed(key.id, model)
  }

  function resolve(key: Key, verdict: 'good' | 'unknown'): void {
    pool.resolveDoubt(key, verdict)
    naive.resolve(key.id, verdict)
  }

  function confirm(key: Key): void {
    pool.resolveDoubt(key, makeFault('key_doubtful'))
    naive.confirm(key.id)
  }

  function compare(where: string): void {
    naive.recall()
    for (const model of MODELS) compareModel(model, `${where}, model "${model}"`)
    assert.equal(asked, naive.asked(), `${where}: verdicts asked for`)
    compareList(where)
  }

  function compareModel(model: string, where: string): void {
    const query = { model: model === '' ? undefined : model }
    const expected = naive.usable(model)
    const usable = pool.usable(query)
    const reached = Array.from({ length: usable.size }, (_, index) => usable.at(index))
    assert.deepEqual(reached.map(({ id }) => id).sort(), [...expected].sort(), `${where}: usable`)
    assert.equal(pool.distinctUsable(query), expected.length, where)
    for (const { id, project } of reached) assert.equal(project, naive.projectOf(id), `${where}: project`)
    assert.equal(pool.returnsAt(query), naive.returnsAt(model), `${where}: returnsAt`)
    for (const key of reached.slice(0, 2)) {
      const siblings = expected.filter((id) => naive.projectOf(id) === key.project)
      assert.deepEqual(
        usable
          .byProject(key.project)
          .map(({ id }) => id)
          .sort(),
        siblings.sort(),
        where,
      )
    }
    comparePick(query, expected, where)
  }

  function comparePick(query: { model: string | undefined }, expected: string[], where: string): void {
    const tried = keys.filter(() => random() < 0.4)
    const fresh = expected.filter((id) => tried.every((key) => key.id !== id))
    const picked = pool.pick(query, tried)
    if (expected.length === 0) assert.equal(picked, undefined, where)
    else assert.ok((fresh.length > 0 ? fresh : expected).includes(picked?.id ?? ''), `${where}: picked`)
  }

  function compareList(where: string): void {
    for (const view of pool.list()) {
      assert.equal(view.project, naive.projectOf(view.id), where)
      if (naive.isOut(view.id)) {
        assert.ok(!['active', 'resting', 'exhausted'].includes(view.state), `${where}: ${view.id} is out`)
      } else {
        const rests = naive.isInDoubt(view.id) || naive.isResting(view.id, MODELS)
        assert.equal(view.state !== 'active', rests, `${where}: ${view.id} is ${view.state}`)
      }
    }
  }

  return {
    compare: (where: string) => compare(`seed ${seed}, ${where}`),
    play(steps: number): void {
      for (let step = 0; step < steps; step++) {
        act()
        compare(`seed ${seed}, step ${step}`)
      }
    },
    endDoubts(): void {
      for (const key of keys) if (naive.isInDoubt(key.id)) resolve(key, 'good')
    },
    restart(): void {
      for (const { until } of rests.values()) assert.ok(until <= FOREVER)
      pool = makePool()
      naive.restart()
    },
  }
}

function makeKeys(count: number, random: () => number): Key[] {
  return Array.from({ length: count }, (_, index) => {
    const id = `k${index}`
    const stated = random() < 0.5 ? ['p1', 'p2', 'projects/1'][Math.floor(random() * 3)]! : id
    return { id, name: undefined, project: stated, weight: 1, tags: [] }
  })
}
