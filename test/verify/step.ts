import { spawn } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { type Count, toLine } from './count.ts'
import { readReport } from './junit-report.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** One program that is run. */
export interface Step {
  readonly title: string
  readonly command: readonly string[]
  /** Why it cannot run here; it then counts as one check that was skipped. */
  readonly skip?: string | false
  readonly environment?: Readonly<Record<string, string>>
  /** Where it leaves a JUnit report; without one it counts as one check. */
  readonly report?: string
}

/** Runs the steps, so many at a time, in their order. A step that fails shows all it wrote. */
export async function runSteps(steps: readonly Step[], atATime: number): Promise<Count[]> {
  const waiting = [...steps]
  const counts: Count[] = []
  const runNext = async () => {
    for (let step = waiting.shift(); step; step = waiting.shift()) counts.push(await runStep(step))
  }
  await Promise.all(Array.from({ length: atATime }, runNext))
  return counts
}

async function runStep(step: Step): Promise<Count> {
  if (step.skip) {
    process.stdout.write(`- ${step.title}: skipped, ${step.skip}\n`)
    return { passed: 0, failed: 0, skipped: 1 }
  }
  const begun = performance.now()
  if (step.report) makeRoomFor(step.report)
  const { code, output } = await run(step)
  const count = countOf(step, code)
  const seconds = Math.round((performance.now() - begun) / 1000)
  if (count.failed > 0) process.stdout.write(`${output}\n`)
  process.stdout.write(`- ${step.title}: ${toLine(count)} (${seconds} s)\n`)
  return count
}

/** A run that breaks off, or finds no test, is a failure of its own. */
function countOf(step: Step, code: number): Count {
  if (step.report === undefined) {
    return code === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 }
  }
  const count = readReport(step.report)
  const isWhole = count.passed > 0 && (code === 0 || count.failed > 0)
  return isWhole ? count : { ...count, failed: count.failed + 1 }
}

function makeRoomFor(report: string): void {
  mkdirSync(dirname(report), { recursive: true })
  rmSync(report, { force: true })
}

function run({ command, environment }: Step): Promise<{ code: number; output: string }> {
  const [program = '', ...args] = command
  const child = spawn(program, args, {
    cwd: root,
    env: { ...process.env, NO_COLOR: '1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const take = (bytes: Buffer) => {
    output += bytes
  }
  child.stdout.on('data', take)
  child.stderr.on('data', take)
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: 1, output: `${output}${error.message}` }))
    child.once('close', (code) => resolve({ code: code ?? 1, output }))
  })
}
