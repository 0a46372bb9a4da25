import type { Runtime } from '../../core/runtime.ts'
import { createBunRuntime } from './bun.ts'
import { createDenoRuntime } from './deno.ts'

/** The runtime that this program was started with. */
export function currentRuntime(): Runtime {
  return 'Bun' in globalThis ? createBunRuntime() : createDenoRuntime()
}
