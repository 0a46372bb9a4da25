import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { openStore } from '../../adapters/storage/open-store.ts'
import { connect, defaultDriver } from '../../adapters/storage/sqlite-driver.ts'
import type { RequestRecord } from '../../core/store.ts'

/** The database of a gateway that works in a folder. */
export function databaseIn(folder: string): string {
  return join(folder, 'data/geminate.db')
}

/** The request log, newest first. */
export async function rowsIn(folder: string): Promise<readonly RequestRecord[]> {
  const store = await openStore(`sqlite:${databaseIn(folder)}`)
  try {
    return await store.requests.list({ limit: 100_000 })
  } finally {
    await store.close()
  }
}

/** What SQLite says of the database's integrity: `ok`. */
export async function integrityIn(folder: string): Promise<string> {
  const connection = await connect(databaseIn(folder), defaultDriver())
  const [row] = connection.prepare('PRAGMA integrity_check').all()
  connection.close()
  return String(row?.integrity_check)
}

/** A file with its bytes, one character a byte, and its permissions. */
export interface KeptFile {
  readonly name: string
  readonly text: string
  readonly mode: number
}

/** Every file below a folder. */
export async function filesIn(folder: string): Promise<KeptFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
  return Promise.all(
    paths.map(async (name) => ({
      name,
      text: await readFile(name, 'latin1'),
      mode: (await stat(name)).mode & 0o777,
    })),
  )
}
