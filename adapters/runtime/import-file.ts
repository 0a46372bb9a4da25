import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import module from 'node:module'
import { pathToFileURL } from 'node:url'
import { moduleEntry } from './module-entry.ts'

type Exports = Readonly<Record<string, unknown>>

/**
 * Imports files that are no part of the program, by absolute path; of a folder, its entry. Wherever they lie, they
 * may import the modules of `provided` by name, and get the very objects of the program: also in the binary,
 * which has no files beside it. A file that was changed is read anew, what it imports is not. Call it once.
 */
export function createFileImporter(
  provided: Readonly<Record<string, Exports>>,
): (path: string) => Promise<Exports> {
  if ('Bun' in globalThis) provideOnBun(provided)
  else provideOnDeno(provided)
  const isBun = 'Bun' in globalThis
  const versions = new Map<string, string>()

  return async (path) => {
    const file = await moduleEntry(path)
    const version = createHash('sha256')
      .update(await readFile(file))
      .digest('hex')
    const first = versions.get(file) ?? version
    versions.set(file, first)
    // Bun reads a changed file anew by its path, not by its URL.
    const address = isBun && version !== first ? file : pathToFileURL(file).href
    return import(version === first ? address : `${address}?v=${version}`)
  }
}

function provideOnBun(provided: Readonly<Record<string, Exports>>): void {
  Bun.plugin({
    name: 'provided modules',
    setup(build) {
      for (const [name, exports] of Object.entries(provided)) {
        build.module(name, () => ({ exports: { ...exports }, loader: 'object' }))
      }
    },
  })
}

const SCHEME = 'provided:'
const SHELF = 'geminate provided modules'

/** Deno takes source text, so the objects lie on a shelf that the text can reach. */
function provideOnDeno(provided: Readonly<Record<string, Exports>>): void {
  Object.assign(globalThis, { [Symbol.for(SHELF)]: provided })
  module.registerHooks({
    resolve: (name, context, next) =>
      Object.hasOwn(provided, name)
        ? { url: SCHEME + name, format: 'module', shortCircuit: true }
        : next(name, context),
    load(url, context, next) {
      const name = url.startsWith(SCHEME) ? url.slice(SCHEME.length) : undefined
      const exports = name === undefined ? undefined : provided[name]
      return exports === undefined
        ? next(url, context)
        : { format: 'module', shortCircuit: true, source: sourceOf(name as string, Object.keys(exports)) }
    },
  })
}

function sourceOf(name: string, exports: readonly string[]): string {
  const shelf = `globalThis[Symbol.for(${JSON.stringify(SHELF)})][${JSON.stringify(name)}]`
  return `export const { ${exports.join(', ')} } = ${shelf}`
}
