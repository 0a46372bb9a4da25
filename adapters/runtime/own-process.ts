import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import type { OtherProcess } from '../../core/runtime.ts'

/**
 * Starts the running program once more. Resolves to what it has written to stdout once that matches `started`;
 * rejects where it ends before.
 */
export async function startAgain(args: readonly string[], started: RegExp): Promise<OtherProcess> {
  const child = spawn(process.execPath, [...programOf(process.argv[1] ?? ''), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const match = await firstMatch(child, started).catch((thrown) => {
    child.kill()
    throw thrown
  })
  return {
    match,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill()
      await ended
    },
  }
}

/** What stands before the arguments; a compiled program is its own runtime. */
function programOf(main: string): string[] {
  if ('Deno' in globalThis) return isStandalone() ? [] : ['run', '--allow-all', main]
  return /^(\/\$bunfs|[A-Z]:[\\/]~BUN)/.test(main) ? [] : ['--no-env-file', main]
}

function isStandalone(): boolean {
  const { Deno } = globalThis as unknown as {
    readonly Deno: { readonly build: { readonly standalone?: boolean } }
  }
  return Deno.build.standalone === true
}

function firstMatch(child: ChildProcess, pattern: RegExp): Promise<RegExpExecArray> {
  let written = ''
  return new Promise((resolve, reject) => {
    child.stdout?.on('data', (bytes) => {
      written += bytes
      const match = pattern.exec(written)
      if (match) resolve(match)
    })
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`A second process of this program ended with ${code}`)))
  })
}
