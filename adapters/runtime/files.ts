import { randomUUID } from 'node:crypto'
import { chmod, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Files } from '../../core/runtime.ts'
import { isMissing } from './is-missing.ts'

/** Files on local disk. */
export const files: Files = { read, write, list }

async function read(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (thrown) {
    if (isMissing(thrown)) return undefined
    throw thrown
  }
}

async function list(path: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true })
    const names = entries.map(async (entry) => {
      const isFolder = entry.isSymbolicLink()
        ? await isLinkedFolder(join(path, entry.name))
        : entry.isDirectory()
      return isFolder ? `${entry.name}/` : entry.name
    })
    return (await Promise.all(names)).sort()
  } catch (thrown) {
    if (isMissing(thrown)) return []
    throw thrown
  }
}

async function isLinkedFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined)
  return found?.isDirectory() === true
}

async function write(path: string, text: string, mode = 0o644): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const half = `${path}.${randomUUID()}.tmp`
  try {
    // Born closed, so that a secret is never readable by others, not even for a moment.
    await writeFile(half, text, { mode: 0o600, flush: true })
    await chmod(half, mode)
    await rename(half, path)
  } catch (thrown) {
    await rm(half, { force: true })
    throw thrown
  }
}
