import process from 'node:process'
import type { Host } from '../../core/plugin.ts'
import keyStrategies from '../../plugins/key-strategies/index.ts'
import { drivePool } from './drive-pool.ts'
import { bestPossible } from './oracle.ts'
import { mixedScenario } from './scenario.ts'

const MINUTE_SECONDS = 60
const START = 1_800_000_000_000

/** Prints, for some scenarios, how each strategy compares with an all-knowing scheduler: `bun run simulation`. */
const { strategies = {} } = await keyStrategies.setup({}, {} as Host)
const print = (...cells: string[]) =>
  process.stdout.write(
    `${cells.map((cell, index) => (index === 0 ? cell.padEnd(38) : cell.padStart(12))).join('')}\n`,
  )

print('', 'offered', 'possible', 'served', 'wasted')
for (const seed of [1, 2, 3, 4]) {
  const scenario = mixedScenario({ seed, minutes: 30, start: START, withDays: seed % 2 === 0 })
  const best = bestPossible(scenario, MINUTE_SECONDS)
  print(scenario.name, String(scenario.calls.length), String(best))
  for (const [name, create] of Object.entries(strategies)) {
    const { served, wasted, sent } = drivePool(scenario, MINUTE_SECONDS, create)
    print(`  ${name}`, '', '', percent(served / best), percent(wasted / sent))
  }
}

function percent(part: number): string {
  return `${(part * 100).toFixed(2)} %`
}
