import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Key, UsableKeys } from '../core/keys.ts'
import plugin from '../plugins/key-strategies/index.ts'
import { random } from '../plugins/key-strategies/random.ts'
import { roundRobin } from '../plugins/key-strategies/round-robin.ts'
import { keyStrategyContract } from './contract/key-strategy.ts'

keyStrategyContract('round-robin', roundRobin)
keyStrategyContract('random', random)

test('the plugin key-strategies registers both by the names of the config', async () => {
  const hooks = await plugin.setup({}, undefined as never)
  assert.deepEqual(Object.keys(hooks.strategies ?? {}), ['round-robin', 'random'])
})

test('round-robin picks each key once a round, wherever it starts', () => {
  const strategy = roundRobin({ random: () => 0.99 })
  const usable = usableKeys(['a', 'b', 'c'])
  const picked = Array.from({ length: 7 }, () => strategy.pick(usable, { model: 'm' })?.id)
  assert.deepEqual(picked, ['c', 'a', 'b', 'c', 'a', 'b', 'c'])
})

test('round-robin gives each model a round of its own', () => {
  const strategy = roundRobin({ random: () => 0 })
  const usable = usableKeys(['a', 'b'])
  const picked = ['m', 'n', 'm', 'n'].map((model) => strategy.pick(usable, { model })?.id)
  assert.deepEqual(picked, ['a', 'a', 'b', 'b'])
})

test('round-robin starts a new round when the list got shorter than its place', () => {
  const strategy = roundRobin({ random: () => 0.99 })
  strategy.pick(usableKeys(['a', 'b', 'c']), { model: 'm' })
  assert.equal(strategy.pick(usableKeys(['a', 'b']), { model: 'm' })?.id, 'a')
})

test('round-robin forgets the places of models that were used long ago', () => {
  let starts = 0
  const strategy = roundRobin({ random: () => 0 * starts++ })
  const usable = usableKeys(['a', 'b'])
  for (let model = 0; model <= 1000; model++) strategy.pick(usable, { model: `m${model}` })
  strategy.pick(usable, { model: 'm1' })
  assert.equal(starts, 1001)
  strategy.pick(usable, { model: 'm0' })
  assert.equal(starts, 1002)
})

function usableKeys(ids: readonly string[]): UsableKeys {
  const keys: Key[] = ids.map((id) => ({ id, name: undefined, project: id, weight: 1, tags: [] }))
  return {
    size: keys.length,
    at: (index) => keys[index]!,
    sample: () => keys[0]!,
    byProject: (project) => keys.filter((key) => key.project === project),
    find: (id) => keys.find((key) => key.id === id),
  }
}
