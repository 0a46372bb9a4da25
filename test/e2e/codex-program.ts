import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import type { CodexResult, CodexSession } from './codex-session.ts'

/** The Codex that is tested; too big to be a dependency (400 MB), so it lives in a cache of its own. */
const VERSION = '0.169.0'
const CACHE = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'geminate-tests')
const FOLDER = join(CACHE, `codex-${VERSION}`)
const PROGRAM = join(FOLDER, 'node_modules/.bin/codex')

/** Ways into a network of one's own: as root, as a user that may, or by sudo. */
const WAYS = [
  ['unshare', '-n'],
  ['unshare', '-r', '-n'],
  ['sudo', '-n', 'unshare', '-n'],
] as const

/** A Codex that can be run where it reaches nothing but this machine. */
export interface CodexProgram {
  run(session: CodexSession): CodexResult
}

/** Installs Codex where that was not done before; a sentence where it cannot be run here. */
export function findCodex(): CodexProgram | string {
  if (process.platform !== 'linux') return 'Codex is run in a network namespace, which only Linux has'
  const way = WAYS.find(([program, ...args]) => spawnSync(program, [...args, 'true']).status === 0)
  if (!way) return 'Codex is run in a network namespace, which this user may not make'
  if (!existsSync(PROGRAM) && !install()) return `Codex ${VERSION} could not be installed by npm`
  return { run: (session) => runIn(way, session) }
}

function install(): boolean {
  mkdirSync(FOLDER, { recursive: true })
  const args = [
    'install',
    '--prefix',
    FOLDER,
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    `@openai/codex@${VERSION}`,
  ]
  const { status } = spawnSync('npm', args, { cwd: FOLDER, stdio: 'ignore', timeout: 300_000 })
  return status === 0 && existsSync(PROGRAM)
}

function runIn(way: readonly string[], session: CodexSession): CodexResult {
  // Codex refuses to keep its own programs below the system's folder for temporary files.
  const folder = mkdtempSync(join(CACHE, 'session-'))
  try {
    const [program = '', ...args] = way
    const inside = ['sh', '-c', 'ip link set lo up && exec "$@"', 'sh']
    const script = [
      process.execPath,
      resolve('test/e2e/codex-session.ts'),
      PROGRAM,
      folder,
      JSON.stringify(session),
    ]
    const done = spawnSync(program, [...args, ...inside, ...script], { encoding: 'utf8', timeout: 120_000 })
    if (done.status !== 0) throw new Error(`The session ended with ${done.status}: ${done.stderr}`)
    return JSON.parse(done.stdout) as CodexResult
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
