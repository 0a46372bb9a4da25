import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

/** How many checks came out which way; `bun test/verify.ts` prints it as its last line. */
interface Count {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

const root = fileURLToPath(new URL('..', import.meta.url))
const report = join(root, 'build/junit.xml')

const counts = [
  check('node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.'),
  check('node_modules/typescript/bin/tsc', '-p', '.'),
  runTests(),
]
const total = (which: keyof Count) => counts.reduce((sum, count) => sum + count[which], 0)
process.stdout.write(`${total('passed')} passed, ${total('failed')} failed, ${total('skipped')} skipped\n`)
process.exitCode = total('failed') > 0 ? 1 : 0

/** Runs one tool; it counts as one check. */
function check(...command: string[]): Count {
  process.stdout.write(`$ ${command.join(' ')}\n`)
  const isGood = run(...command) === 0
  return { passed: isGood ? 1 : 0, failed: isGood ? 0 : 1, skipped: 0 }
}

/** Runs every test file. A run that breaks off, or finds no test, is a failure of its own. */
function runTests(): Count {
  mkdirSync(join(root, 'build'), { recursive: true })
  rmSync(report, { force: true })
  const code = run('test', '--timeout=60000', '--reporter=junit', `--reporter-outfile=${report}`)
  const count = readReport()
  const isWhole = count.passed > 0 && (code === 0 || count.failed > 0)
  return isWhole ? count : { ...count, failed: count.failed + 1 }
}

function readReport(): Count {
  const [suites = ''] = /<testsuites\b[^>]*>/.exec(textOf(report)) ?? []
  const number = (name: string) => Number(new RegExp(`\\b${name}="(\\d+)"`).exec(suites)?.[1] ?? 0)
  const [failed, skipped] = [number('failures'), number('skipped')]
  return { passed: number('tests') - failed - skipped, failed, skipped }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** The exit code of a program that this runtime runs, in the project's folder. */
function run(...args: string[]): number {
  return spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status ?? 1
}
