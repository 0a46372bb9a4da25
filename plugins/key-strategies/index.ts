import { definePlugin } from '../../core/plugin.ts'
import { fillFirst } from './fill-first.ts'
import { leastBusy } from './least-busy.ts'
import { quotaAware } from './quota-aware.ts'
import { random } from './random.ts'
import { roundRobin } from './round-robin.ts'
import { weighted } from './weighted.ts'

export default definePlugin({
  name: 'key-strategies',
  api: 1,
  description:
    'Chooses keys by quota left (quota-aware), weight (weighted), load (least-busy), one after the other ' +
    '(fill-first), in turn (round-robin) or by chance (random).',
  setup: () => ({
    strategies: {
      'quota-aware': quotaAware,
      weighted,
      'least-busy': leastBusy,
      'fill-first': fillFirst,
      'round-robin': roundRobin,
      random,
    },
  }),
})
