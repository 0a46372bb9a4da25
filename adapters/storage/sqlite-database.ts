import { chmodSync, closeSync, existsSync, mkdirSync, openSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { connect, defaultDriver, type SqliteConnection, type SqliteDriver } from './sqlite-driver.ts'
import { untilUnlocked } from './until-unlocked.ts'

/** What may be bound. Absent becomes NULL, a boolean 0 or 1, a big integer a number, or text past 2^53. */
export type SqliteValue = string | number | bigint | boolean | Uint8Array | null | undefined

/** A row as read: column → value, NULL as null. Past 2^53 only REAL and TEXT columns are safe. */
export type SqliteRow = Readonly<Record<string, unknown>>

/** One open database, the same on both drivers. Every method is synchronous and throws SQLite's own error. */
export interface SqliteDatabase {
  readonly isOpen: boolean
  run(sql: string, ...values: SqliteValue[]): void
  get(sql: string, ...values: SqliteValue[]): SqliteRow | undefined
  all(sql: string, ...values: SqliteValue[]): SqliteRow[]
  /** Several statements at once, without values. */
  execute(sql: string): void
  /** Takes the write lock; keeps all that `work` does, or nothing when it throws. Does not nest. */
  transaction<T>(work: () => T): T
  /** Closing twice is harmless. */
  close(): void
}

/** How long a statement waits for another process's lock, in milliseconds: nothing else runs meanwhile. */
const LOCK_WAIT = 20

/** What a database must hold for this program. */
export interface SqliteSchema {
  /** Throws on a file that is not for us; runs before anything of the file is changed. */
  check(database: SqliteDatabase): void
  migrate(database: SqliteDatabase): void
}

/**
 * Opens a database file (`:memory:` for one that is gone when closed) that only its owner may read, and
 * makes it and its folder where missing. Other processes may have it open; their lock is waited for while opening, 5 s
 * a step, and hardly at all later, when waiting would hold up everything else: who writes tries again.
 * Rejects with a sentence that names the file.
 */
export async function openSqliteDatabase(
  path: string,
  schema: SqliteSchema,
  driver: SqliteDriver = defaultDriver(),
): Promise<SqliteDatabase> {
  const file = path === ':memory:' ? path : resolve(path)
  let database: SqliteDatabase | undefined
  try {
    createPrivateFile(file)
    database = toDatabase(await connect(file, driver))
    await prepare(database, file, schema)
    database.execute(`PRAGMA busy_timeout = ${LOCK_WAIT}`)
    return database
  } catch (cause) {
    database?.close()
    throw new Error(`Cannot open the database ${file}: ${messageOf(cause)}`, { cause })
  }
}

async function prepare(database: SqliteDatabase, file: string, schema: SqliteSchema): Promise<void> {
  await untilUnlocked(() => schema.check(database))
  closeToOthers(file)
  // Going over to WAL needs the file alone and does not honour busy_timeout, so two first starts can collide.
  await untilUnlocked(() => configure(database))
  closeToOthers(file)
  schema.migrate(database)
}

// SQLite gives `-wal` and `-shm` the mode of the database, so a new one must have it before it is opened.
function createPrivateFile(file: string): void {
  if (file === ':memory:') return
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  // Never opened when it exists: closing it again would drop the locks this process holds on it.
  if (!existsSync(file)) unless('EEXIST', () => closeSync(openSync(file, 'wx', 0o600)))
}

function closeToOthers(file: string): void {
  if (file === ':memory:') return
  for (const name of [file, `${file}-wal`, `${file}-shm`]) unless('ENOENT', () => chmodSync(name, 0o600))
}

function unless(code: string, work: () => void): void {
  try {
    work()
  } catch (error) {
    if ((error as { code?: string }).code !== code) throw error
  }
}

function configure(database: SqliteDatabase): void {
  database.execute('PRAGMA busy_timeout = 5000')
  // Only counts before anything is written, and WAL already writes the first page.
  database.execute('PRAGMA auto_vacuum = INCREMENTAL')
  database.execute('PRAGMA journal_mode = WAL')
  database.execute('PRAGMA synchronous = NORMAL')
  database.execute('PRAGMA journal_size_limit = 16777216')
  database.execute('PRAGMA foreign_keys = ON')
}

function toDatabase(connection: SqliteConnection): SqliteDatabase {
  let open = true
  return {
    get isOpen() {
      return open
    },
    run: (sql, ...values) => connection.prepare(sql).run(...values.map(toBindable)),
    get: (sql, ...values) => connection.prepare(sql).all(...values.map(toBindable))[0],
    all: (sql, ...values) => connection.prepare(sql).all(...values.map(toBindable)),
    execute: (sql) => connection.execute(sql),
    transaction: (work) => inTransaction(connection, work),
    close() {
      if (open) connection.close()
      open = false
    },
  }
}

function inTransaction<T>(connection: SqliteConnection, work: () => T): T {
  connection.execute('BEGIN IMMEDIATE')
  try {
    const result = work()
    connection.execute('COMMIT')
    return result
  } catch (error) {
    rollBack(connection)
    throw error
  }
}

// A full disk makes SQLite roll back by itself; a second ROLLBACK then throws and would hide the cause.
function rollBack(connection: SqliteConnection): void {
  try {
    connection.execute('ROLLBACK')
  } catch {}
}

function toBindable(value: SqliteValue): string | number | Uint8Array | null {
  if (value === undefined || value === null) return null
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value !== 'bigint') return value
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
