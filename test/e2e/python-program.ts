import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** The Python clients that are tested. */
const PACKAGES = ['google-genai==3.6.1', 'openai==3.57.0', 'anthropic==2.14.0']

const CACHE = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'geminate-tests')
const FOLDER = join(CACHE, ['python', ...PACKAGES].join('-'))
const PYTHON = join(FOLDER, 'bin/python')
/** Written when all is there. */
const READY = join(FOLDER, 'ready')

/** A Python that has the clients. */
export interface PythonProgram {
  /** Runs a script and gives the JSON that it printed; throws where it fails. */
  run(script: string, args: readonly string[]): Promise<unknown>
}

/** Installs the clients where that was not done before; a sentence where they cannot be run here. */
export function findPython(): PythonProgram | string {
  if (!existsSync(READY) && !install()) return `Python cannot make a place for ${PACKAGES.join(', ')} here`
  return { run }
}

function install(): boolean {
  mkdirSync(CACHE, { recursive: true })
  const quiet = { stdio: 'ignore', timeout: 300_000 } as const
  if (spawnSync('python3', ['-m', 'venv', FOLDER], quiet).status !== 0) return false
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...PACKAGES]
  if (spawnSync(PYTHON, pip, quiet).status !== 0) return false
  writeFileSync(READY, '')
  return true
}

async function run(script: string, args: readonly string[]): Promise<unknown> {
  const child = spawn(PYTHON, [script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const printed = { stdout: '', stderr: '' }
  child.stdout.on('data', (bytes) => {
    printed.stdout += bytes
  })
  child.stderr.on('data', (bytes) => {
    printed.stderr += bytes
  })
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  if (code !== 0) throw new Error(`${script} ended with ${code}: ${printed.stderr}`)
  return JSON.parse(printed.stdout)
}
