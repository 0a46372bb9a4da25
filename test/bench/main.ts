import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { timeKeyPicks } from '../../core/bench/time-key-picks.ts'
import { quotaAware } from '../../plugins/key-strategies/quota-aware.ts'
import { type Effort, flawOf, holdContest } from './contest.ts'
import { type Field, openField } from './field.ts'
import { missingPrograms } from './missing-programs.ts'
import { residentMegabytes } from './process-figures.ts'
import { timeToFirstCall } from './start-up.ts'
import { alignColumns, toTable } from './table.ts'
import { drive } from './wrk.ts'

const say = (text: string) => void process.stdout.write(text)
const KEY_COUNTS = [10, 1_000, 100_000]
const STARTS = 7

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    calls: { type: 'string', default: '200000' },
  },
})

const missing = missingPrograms()
if (missing.length > 0) {
  say(`The bench needs ${missing.join(' and ')}; on Debian: apt-get install nginx-light wrk\n`)
  process.exit(1)
}
const field = await openField()
process.on('SIGINT', () => void field.close().finally(() => process.exit(130)))
try {
  const effort = { rounds: Number(values.rounds), seconds: Number(values.seconds) }
  await bench(field, effort, Number(values.calls))
} finally {
  await field.close()
}

async function bench(field: Field, effort: Effort, calls: number): Promise<void> {
  const { geminate, entrants } = field
  for (const entrant of entrants) {
    const flaw = await flawOf(entrant)
    if (flaw) throw new Error(`${entrant.name} (${entrant.shape.name}): the answer ${flaw}`)
  }
  for (const sentence of field.skipped) say(`${sentence}\n`)
  const idle = residentMegabytes(geminate.pid)
  const results = await holdContest(entrants, effort)
  say(`\n${toTable(results)}\n`)
  await callMore(field, calls)
  say(
    `Memory: ${idle.toFixed(0)} MB idle, ${residentMegabytes(geminate.pid).toFixed(0)} MB after ${calls} more calls\n`,
  )
  sayKeyPicks()
  const start = await timeToFirstCall(join(field.folder, 'starts'), field.upstreamUrl, STARTS)
  say(`Start to first answered call: ${start.toFixed(0)} ms\n`)
}

async function callMore({ entrants, geminate }: Field, calls: number): Promise<void> {
  const { shape } = entrants[0]!
  for (let made = 0; made < calls; ) made += (await drive(geminate.url, shape, 64, 2)).calls
}

function sayKeyPicks(): void {
  const costs = KEY_COUNTS.map((keys) => timeKeyPicks(quotaAware, keys))
  const rows = costs.map((cost, index) => [
    'Key pick',
    `${KEY_COUNTS[index]} keys`,
    `${cost.toFixed(0)} ns`,
    `${(cost / costs[0]!).toFixed(2)}×`,
  ])
  say(alignColumns(rows))
}
