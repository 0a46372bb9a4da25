import process from 'node:process'
import { text } from 'node:stream/consumers'
import type { Runtime } from '../../core/runtime.ts'
import { createBoundedWriter } from './bounded-writer.ts'
import { byteFiles } from './byte-files.ts'
import { files } from './files.ts'
import { withinSeconds } from './listening.ts'
import { startAgain } from './own-process.ts'

/** Exit code of a process that was asked to end twice. */
const INTERRUPTED = 130
/** How long an ending process waits for who reads what it wrote. */
const FLUSH_SECONDS = 1

/** Writes a whole text without holding anything up; rejects where nobody reads any more. */
export type Send = (text: string) => Promise<unknown>

/** What Bun and Deno both do as Node does it: everything of a runtime but its server. */
export function processOf(out: Send, err: Send): Omit<Runtime, 'name' | 'version' | 'serve'> {
  const isTerminal = process.stdout.isTTY === true
  const lossNotice = isTerminal ? toSentence : toLogLine
  const output = createBoundedWriter({ send: out, lossNotice })
  const errors = createBoundedWriter({ send: err, lossNotice: toSentence })
  return {
    args: process.argv.slice(2),
    environment: { ...process.env },
    files,
    byteFiles,
    output: { write: output.write, error: errors.write, flushed: output.flushed, isTerminal },
    input: { readAll: () => text(process.stdin), isTerminal: process.stdin.isTTY === true },
    onStop,
    onReload: (handler) => void process.on('SIGHUP', handler),
    onStray(handler) {
      process.on('uncaughtException', handler)
      process.on('unhandledRejection', handler)
    },
    startAgain,
    memory: () => process.memoryUsage.rss(),
    async exit(code) {
      await withinSeconds(FLUSH_SECONDS, Promise.all([output.flushed(), errors.flushed()]))
      process.exit(code)
    },
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

function toSentence(texts: number): string {
  return `${texts} lines were lost here: nobody read them in time\n`
}

/** The log is one JSON object a line where its reader is a program. */
function toLogLine(texts: number): string {
  const line = { level: 'warn', time: new Date().toISOString(), lines: texts }
  return `${JSON.stringify({ ...line, msg: 'Lines of this log were lost: nobody read them in time' })}\n`
}
