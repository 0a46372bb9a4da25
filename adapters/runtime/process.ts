import { Buffer } from 'node:buffer'
import { writeSync } from 'node:fs'
import process from 'node:process'
import type { Runtime } from '../../core/runtime.ts'
import { files } from './files.ts'

/** Exit code of a process that was asked to end twice. */
const INTERRUPTED = 130

/** What Bun and Deno both do as Node does it: everything of a runtime but its server. */
export function processOf(): Omit<Runtime, 'name' | 'version' | 'serve'> {
  return {
    args: process.argv.slice(2),
    environment: { ...process.env },
    files,
    output: {
      write: (text) => writeAll(1, text),
      error: (text) => writeAll(2, text),
      isTerminal: process.stdout.isTTY === true,
    },
    onStop,
    exit: (code) => process.exit(code),
  }
}

function onStop(handler: () => void): void {
  let asked = false
  const stop = () => {
    if (asked) process.exit(INTERRUPTED)
    asked = true
    handler()
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}

/** Writes at once: what goes through `process.stdout` may be lost when the process exits right after. */
function writeAll(descriptor: number, text: string): void {
  let rest = Buffer.from(text)
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(descriptor, rest))
    } catch (thrown) {
      const code = (thrown as { code?: string }).code
      if (code === 'EPIPE') return // the reader has seen enough, as in `geminate help | head -1`
      if (code !== 'EAGAIN') throw thrown
    }
  }
}
