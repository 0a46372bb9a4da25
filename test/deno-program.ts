import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { arch, platform } from 'node:process'
import { fileURLToPath } from 'node:url'

const packages = fileURLToPath(new URL('../node_modules/@deno', import.meta.url))

/**
 * Deno's program, from the npm package `deno`: the part of it for this machine is a package that holds the
 * program itself, so that no install script needs to have run. Undefined where Deno has none for this machine.
 */
export function denoProgram(): string | undefined {
  const folders = existsSync(packages) ? readdirSync(packages) : []
  const folder = folders.find((name) => name.startsWith(`${platform}-${arch}`))
  return folder && join(packages, folder, 'deno')
}
