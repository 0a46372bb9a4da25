import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** What a folder without a word about its entry may begin with, in the order in which they are looked for. */
const ENTRIES = ['index.ts', 'index.js', 'index.mjs']

/**
 * The file that a path stands for: itself, or the entry of a folder, which its package.json names in `exports`,
 * `module` or `main`. Throws an Error that says what is missing.
 */
export async function moduleEntry(path: string): Promise<string> {
  if (await isFile(path)) return path
  if (!(await isFolder(path))) throw new Error(`There is no file or folder ${path}`)
  const text = await readFile(join(path, 'package.json'), 'utf8').catch(() => undefined)
  const named = text === undefined ? undefined : entryNamedIn(text, path)
  if (named !== undefined) {
    if (await isFile(join(path, named))) return join(path, named)
    throw new Error(`The package.json of ${path} names ${named}, which is not there`)
  }
  for (const entry of ENTRIES) if (await isFile(join(path, entry))) return join(path, entry)
  throw new Error(`The folder ${path} has neither a package.json that names its entry nor an ${ENTRIES[0]}`)
}

function entryNamedIn(text: string, folder: string): string | undefined {
  let whole: Record<string, unknown>
  try {
    whole = JSON.parse(text)
  } catch (cause) {
    throw new Error(`The package.json of ${folder} is no JSON`, { cause })
  }
  return entryOf(whole.exports) ?? textOf(whole.module) ?? textOf(whole.main)
}

/** Of `exports`, as Node reads it: a text, conditions, or those under `.`. */
function entryOf(exports: unknown): string | undefined {
  if (typeof exports !== 'object' || exports === null) return textOf(exports)
  const { '.': own, import: imported, default: fallback } = exports as Record<string, unknown>
  return entryOf(own) ?? entryOf(imported) ?? entryOf(fallback)
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

async function isFile(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined)
  return found?.isFile() === true
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined)
  return found?.isDirectory() === true
}
