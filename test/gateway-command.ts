import process, { execPath } from 'node:process'
import { fileURLToPath } from 'node:url'
import { denoProgram } from './deno-program.ts'

/** What the gateway can run as: from source on a runtime, or the binary that `bun run build` makes. */
export type UnderTest = 'bun' | 'deno' | 'binary'

const main = fileURLToPath(new URL('../core/main.ts', import.meta.url))
const binary = fileURLToPath(new URL('../dist/geminate', import.meta.url))
const isDeno = 'Deno' in globalThis

/** The program and the arguments before those of `geminate`. */
const COMMANDS: Readonly<Record<UnderTest, () => readonly [program: string, ...before: string[]]>> = {
  bun: () => [isDeno ? 'bun' : execPath, main],
  deno: () => [isDeno ? execPath : (denoProgram() ?? 'deno'), 'run', '--allow-all', main],
  binary: () => [binary],
}

/** What the tests start: what `GEMINATE_UNDER_TEST` names, or the source on the runtime that runs the tests. */
export const underTest = toUnderTest(process.env.GEMINATE_UNDER_TEST ?? (isDeno ? 'deno' : 'bun'))

/** How to start it. */
export const [PROGRAM, ...ARGUMENTS] = COMMANDS[underTest]()

/** This process's environment without what would be settings of the gateway, or look like one. */
export function plainEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GEMINATE_')))
}

function toUnderTest(name: string): UnderTest {
  if (Object.hasOwn(COMMANDS, name)) return name as UnderTest
  throw new Error(`GEMINATE_UNDER_TEST is "${name}", but must be ${Object.keys(COMMANDS).join(', ')}`)
}
