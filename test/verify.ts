import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import process, { execPath as bun } from 'node:process'
import { fileURLToPath } from 'node:url'
import { denoProgram } from './deno-program.ts'
import type { UnderTest } from './gateway-command.ts'
import { sum, toLine } from './verify/count.ts'
import { runSteps, type Step } from './verify/step.ts'

/** Everything that must hold, on both runtimes and in the binary; the last line counts it. */
const root = fileURLToPath(new URL('..', import.meta.url))
const deno = denoProgram()
const withoutDeno = deno === undefined && 'there is no Deno for this machine'

const unitTests = readdirSync(join(root, 'test'))
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => `./test/${name}`)

const checks: Step[] = [
  {
    title: 'lint and format',
    command: [bun, 'node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.'],
  },
  { title: 'types', command: [bun, 'node_modules/typescript/bin/tsc', '-p', '.'] },
  { title: 'types, as Deno sees them', command: [deno ?? '', 'check', 'core/main.ts'], skip: withoutDeno },
  { title: 'the binary is built', command: [bun, 'release/build-binary.ts'] },
]

// The longest first. They wait more than they work, so that two at a time disturb each other little.
const suites: Step[] = [
  { ...endToEnd('deno'), skip: withoutDeno },
  endToEnd('bun'),
  endToEnd('binary'),
  { title: 'units on Bun', ...onBun('unit-bun', unitTests) },
  { title: 'units on Deno', ...onDeno('unit-deno', unitTests), skip: withoutDeno },
]

/** What takes a minute of waiting and next to no work: they disturb nobody, and run beside all the others. */
const minutes: Step[] = [minute('bun'), minute('binary'), { ...minute('deno'), skip: withoutDeno }]

const built = await runSteps(checks, 1)
const tested = await Promise.all([runSteps(suites, 2), runSteps(minutes, minutes.length)])
const total = sum([...built, ...tested.flat()])
process.stdout.write(`${toLine(total)}\n`)
process.exitCode = total.failed > 0 ? 1 : 0

function endToEnd(underTest: UnderTest): Step {
  const run = onBun(`e2e-${underTest}`, ['./test/e2e'])
  return { title: `end to end, ${underTest}`, ...run, environment: { GEMINATE_UNDER_TEST: underTest } }
}

function minute(underTest: UnderTest): Step {
  const run = onBun(`minute-${underTest}`, ['./test/minute'])
  return {
    title: `a minute of waiting, ${underTest}`,
    ...run,
    environment: { GEMINATE_UNDER_TEST: underTest },
  }
}

function onBun(name: string, tests: readonly string[]) {
  const report = join(root, `build/reports/${name}.xml`)
  const options = ['--timeout=60000', '--reporter=junit', `--reporter-outfile=${report}`]
  return { command: [bun, 'test', ...options, ...tests], report }
}

function onDeno(name: string, tests: readonly string[]) {
  const report = join(root, `build/reports/${name}.xml`)
  const options = ['--allow-all', '--no-check', `--junit-path=${report}`]
  return { command: [deno ?? '', 'test', ...options, ...tests], report }
}
