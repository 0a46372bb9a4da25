import { definePlugin } from '../../core/plugin.ts'
import { random } from './random.ts'
import { roundRobin } from './round-robin.ts'

export default definePlugin({
  name: 'key-strategies',
  api: 1,
  description: 'Chooses keys in turn (round-robin) or by chance (random).',
  setup: () => ({ strategies: { 'round-robin': roundRobin, random } }),
})
