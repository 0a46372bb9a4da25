import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Key, KeyQuery, StrategyContext } from '../core/keys.ts'
import { withAffinity } from '../core/pool/affinity.ts'
import { roundRobin } from '../plugins/key-strategies/round-robin.ts'
import { countedKeys, keyStrategyContract, makeKeys, spreadingContract } from './contract/key-strategy.ts'
import { seededRandom } from './seeded-random.ts'

const overRoundRobin = (context: StrategyContext) => withAffinity(roundRobin(context), context)
keyStrategyContract('round-robin with affinity', overRoundRobin)
spreadingContract('round-robin with affinity', overRoundRobin)

const HOUR = 3_600_000
const CALL: KeyQuery = { model: 'm', affinity: 'a' }

describe('Affinity', () => {
  test('keeps calls that belong together with one key, and others in turn', () => {
    const { pick } = setUp()
    assert.deepEqual(
      [pick(CALL), pick({ model: 'm' }), pick(CALL), pick({ model: 'm' }), pick(CALL)],
      ['k0', 'k1', 'k0', 'k2', 'k0'],
    )
  })

  test('keeps conversations and models apart', () => {
    const { pick } = setUp()
    assert.equal(pick(CALL), 'k0')
    assert.equal(pick({ ...CALL, affinity: 'b' }), 'k1')
    pick({ model: 'n' })
    assert.equal(pick({ ...CALL, model: 'n' }), 'k1')
    assert.equal(pick(CALL), 'k0')
  })

  test('takes another key of the project where its key is gone', () => {
    const sisters = makeKeys(4).map((key, index) => ({ ...key, project: index === 3 ? 'p0' : key.project }))
    const { pick } = setUp()
    assert.equal(pick(CALL, sisters), 'k0')
    assert.equal(pick(CALL, sisters.slice(1)), 'k3')
  })

  test('moves where the project is gone, and stays there', () => {
    const { pick } = setUp()
    assert.equal(pick(CALL), 'k0')
    const moved = pick(CALL, KEYS.slice(1))
    assert.notEqual(moved, 'k0')
    assert.equal(pick(CALL), moved)
  })

  test('moves where the call does not fit what the project has left', () => {
    const { pick, left } = setUp()
    assert.equal(pick(CALL), 'k0')
    left.set('p0', -0.1)
    const moved = pick(CALL)
    assert.notEqual(moved, 'k0')
    left.set('p0', 1)
    assert.equal(pick(CALL), moved)
  })

  test('never refuses: where nothing fits, the strategy chooses', () => {
    const { pick, left } = setUp()
    for (const { project } of KEYS) left.set(project, -1)
    for (let turn = 0; turn < 5; turn++) assert.ok(pick(CALL))
  })

  test('follows the key that answered, whatever was picked', () => {
    const { pick, strategy } = setUp()
    pick(CALL)
    strategy.settle?.(KEYS[2]!, CALL, { ok: true })
    assert.equal(pick(CALL), 'k2')
  })

  test('does not follow a key that failed', () => {
    const { pick, strategy } = setUp()
    pick(CALL)
    const fault = { kind: 'model_overloaded', status: 503, reason: '', text: '' } as const
    strategy.settle?.(KEYS[2]!, CALL, { ok: false, ...fault })
    assert.equal(pick(CALL), 'k0')
  })

  test('is forgotten after an hour of silence, and not before', () => {
    const { pick, advance } = setUp()
    pick(CALL)
    advance(HOUR)
    assert.equal(pick(CALL), 'k0')
    advance(HOUR + 1)
    assert.equal(pick(CALL), 'k1')
  })

  test('remembers ten thousand conversations, and lets go of the one silent longest', () => {
    const { pick } = setUp()
    for (let index = 0; index < 10_000; index++) pick({ model: 'm', affinity: `c${index}` })
    assert.equal(pick({ model: 'm', affinity: 'c0' }), 'k0')
    pick({ model: 'm', affinity: 'one more' })
    assert.equal(pick({ model: 'm', affinity: 'c0' }), 'k0')
    pick({ model: 'm' })
    assert.notEqual(pick({ model: 'm', affinity: 'c1' }), 'k1')
  })
})

const KEYS = makeKeys(3)

function setUp() {
  let time = 1_800_000_000_000
  const left = new Map<string, number>()
  const context = {
    now: () => time,
    random: () => 0,
    slack: ({ project }: Key) => left.get(project) ?? 1,
    inFlight: () => 0,
  }
  const strategy = overRoundRobin(context)
  return {
    strategy,
    left,
    advance(milliseconds: number) {
      time += milliseconds
    },
    pick: (call: KeyQuery, keys: readonly Key[] = KEYS) =>
      strategy.pick(countedKeys(keys, seededRandom(1)), call)?.id,
  }
}
