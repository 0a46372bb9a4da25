import { type ChildProcess, spawn } from 'node:child_process'
import process from 'node:process'
import { ARGUMENTS, PROGRAM } from './gateway-command.ts'

/** What a program wrote and how it ended. */
export interface Written {
  readonly code: number | null
  readonly output: string
  readonly error: string
}

/** The command line as a process of its own. */
export interface Program {
  readonly ended: Promise<Written>
  /** The first match in what it writes to stdout; rejects with all it wrote when it ends without one. */
  says(pattern: RegExp): Promise<RegExpExecArray>
  kill(signal: NodeJS.Signals): void
}

/** Starts `geminate` with nothing in its environment but what is given. */
export function start(
  folder: string,
  args: readonly string[],
  environment: Record<string, string> = {},
): Program {
  const child = spawn(PROGRAM, [...ARGUMENTS, ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', HOME: folder, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const written = { output: '', error: '' }
  child.stdout?.on('data', (data) => (written.output += data))
  child.stderr?.on('data', (data) => (written.error += data))
  const ended = new Promise<Written>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, ...written }))
  })
  const kill = (signal: NodeJS.Signals) => {
    // Not `child.kill`: Deno then says that the signal ended it, whatever it exited with.
    if (child.exitCode === null && child.signalCode === null) process.kill(child.pid!, signal)
  }
  return { ended, kill, says: (pattern) => saying(child, written, pattern) }
}

function saying(child: ChildProcess, written: { output: string; error: string }, pattern: RegExp) {
  return new Promise<RegExpExecArray>((resolve, reject) => {
    const look = () => {
      const match = pattern.exec(written.output)
      if (match) resolve(match)
    }
    look()
    child.stdout?.on('data', look)
    child.once('close', () => reject(new Error(`It ended without ${pattern}: ${JSON.stringify(written)}`)))
  })
}
