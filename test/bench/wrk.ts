import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { TOKENS } from './geminate.ts'
import type { Shape } from './shapes.ts'

/** What came of one run. Times in microseconds. */
export interface Load {
  readonly calls: number
  readonly microseconds: number
  readonly median: number
  readonly p99: number
}

const SCRIPT = fileURLToPath(new URL('call.lua', import.meta.url))
const run = promisify(execFile)

/** Calls as fast as answers come, over so many connections. Rejects where a single call failed. */
export async function drive(url: string, shape: Shape, connections: number, seconds: number): Promise<Load> {
  const { stdout } = await run('wrk', [
    ...['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s', '-s', SCRIPT, url],
    ...['--', shape.path, shape.body, ...TOKENS],
  ])
  const line = stdout.split('\n').findLast((each) => each.startsWith('{')) ?? '{}'
  const { failures, ...load } = JSON.parse(line) as Load & { readonly failures: number }
  if (failures === 0 && load.calls > 0) return load
  throw new Error(`${failures} of ${load.calls} calls failed (${shape.name}, ${url})`)
}
