import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

/** An agent of somebody else's; too big to be a dependency (100–400 MB), so it lives in a cache of its own. */
export interface Agent {
  /** As in sentences, `Claude Code` */
  readonly name: string
  /** Of npm. */
  readonly package: string
  readonly version: string
  /** Where its program is, below `node_modules`. */
  readonly program: string
}

/** An agent that can be run where it reaches nothing but this machine. */
export interface AgentProgram {
  /**
   * Runs a script (see `agent-session.ts`) beside the agent's program, and gives what it printed; throws where it
   * fails.
   */
  run(script: string, session: unknown): unknown
}

const CACHE = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'geminate-tests')

/** Ways into a network of one's own: as root, as a user that may, or by sudo. */
const WAYS = [
  ['unshare', '-n'],
  ['unshare', '-r', '-n'],
  ['sudo', '-n', 'unshare', '-n'],
] as const

/** Installs the agent where that was not done before; a sentence where it cannot be run here. */
export function findAgent(agent: Agent): AgentProgram | string {
  const { name, version } = agent
  if (process.platform !== 'linux') return `${name} is run in a network namespace, which only Linux has`
  const way = WAYS.find(([program, ...args]) => spawnSync(program, [...args, 'true']).status === 0)
  if (!way) return `${name} is run in a network namespace, which this user may not make`
  const program = install(agent)
  if (program === undefined) return `${name} ${version} could not be installed by npm`
  return { run: (script, session) => runIn(way, script, program, session) }
}

function install(agent: Agent): string | undefined {
  const folder = join(CACHE, `${agent.package.replace(/^.*\//, '')}-${agent.version}`)
  const program = join(folder, 'node_modules', agent.program)
  if (existsSync(program)) return program
  mkdirSync(folder, { recursive: true })
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--silent']
  const args = ['install', '--prefix', folder, ...flags, `${agent.package}@${agent.version}`]
  spawnSync('npm', args, { cwd: folder, stdio: 'ignore', timeout: 300_000 })
  return existsSync(program) ? program : undefined
}

function runIn(way: readonly string[], script: string, agent: string, session: unknown): unknown {
  // Codex refuses to keep its own programs below the system's folder for temporary files.
  const folder = mkdtempSync(join(CACHE, 'session-'))
  try {
    const [program = '', ...args] = way
    const inside = ['sh', '-c', 'ip link set lo up && exec "$@"', 'sh']
    const run = [process.execPath, resolve('test/e2e', script), agent, folder, JSON.stringify(session)]
    const done = spawnSync(program, [...args, ...inside, ...run], { encoding: 'utf8', timeout: 120_000 })
    if (done.status !== 0) throw new Error(`The session ended with ${done.status}: ${done.stderr}`)
    return JSON.parse(done.stdout)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
