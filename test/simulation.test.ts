import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { leastBusy } from '../plugins/key-strategies/least-busy.ts'
import { quotaAware } from '../plugins/key-strategies/quota-aware.ts'
import { roundRobin } from '../plugins/key-strategies/round-robin.ts'
import { drivePool } from './simulation/drive-pool.ts'
import { bestPossible } from './simulation/oracle.ts'
import { mixedScenario } from './simulation/scenario.ts'

const MINUTE_SECONDS = 60
/** A quarter of an hour before a midnight in California, which falls into each scenario with days. */
const START = 1_800_000_000_000 - 900_000

describe('A pool of mixed quotas, offered half as much again as it can serve,', () => {
  for (const [seed, withDays] of [
    [1, false],
    [2, true],
    [3, false],
    [4, true],
  ] as const) {
    test(`serves 97 % of what an all-knowing scheduler does, and wastes nearly no call: ${seed}`, () => {
      const scenario = mixedScenario({ seed, minutes: withDays ? 30 : 12, start: START, withDays })
      const best = bestPossible(scenario, MINUTE_SECONDS)
      const { served, wasted, sent, refused } = drivePool(scenario, MINUTE_SECONDS, quotaAware)
      assert.equal(served + refused, scenario.calls.length, 'every call comes to an end')
      assert.ok(served >= 0.97 * best, `${served} of ${best}`)
      assert.ok(wasted < 0.05 * sent, `${wasted} of ${sent} were refused by Google`)
    })
  }

  test('comes close to it with every strategy that spreads', () => {
    const scenario = mixedScenario({ seed: 9, minutes: 8, start: START, withDays: false })
    const best = bestPossible(scenario, MINUTE_SECONDS)
    for (const strategy of [roundRobin, leastBusy]) {
      const { served } = drivePool(scenario, MINUTE_SECONDS, strategy)
      assert.ok(served >= 0.95 * best, `${strategy.name}: ${served} of ${best}`)
    }
  })
})
