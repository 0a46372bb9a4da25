/** The modules that bring SQLite: the first is Bun's alone, the second is Deno's, Node's and Bun's. */
export const SQLITE_DRIVERS = ['bun:sqlite', 'node:sqlite'] as const

export type SqliteDriver = (typeof SQLITE_DRIVERS)[number]

/** What both modules can do alike, with statements kept prepared. */
export interface SqliteConnection {
  prepare(sql: string): SqliteStatement
  execute(sql: string): void
  close(): void
}

export interface SqliteStatement {
  run(...values: Bindable[]): void
  all(...values: Bindable[]): Record<string, unknown>[]
}

type Bindable = string | number | Uint8Array | null

/** `bun:sqlite` on Bun, `node:sqlite` elsewhere. */
export function defaultDriver(): SqliteDriver {
  return 'Bun' in globalThis ? 'bun:sqlite' : 'node:sqlite'
}

/** Opens a file as it is, without any setting; rejects where the runtime has no such module. */
export function connect(file: string, driver: SqliteDriver): Promise<SqliteConnection> {
  return driver === 'bun:sqlite' ? connectByBun(file) : connectByNode(file)
}

async function connectByBun(file: string): Promise<SqliteConnection> {
  const { Database } = await import('bun:sqlite')
  const database = new Database(file, { create: true, readwrite: true, strict: true })
  const statements = new Map<string, ReturnType<typeof database.prepare>>()
  return {
    prepare: (sql) => cached(statements, sql, () => database.prepare(sql)) as SqliteStatement,
    execute: (sql) => void database.run(sql),
    close() {
      // An open statement would keep the file, and its `-wal`, until the next garbage collection.
      for (const statement of statements.values()) statement.finalize()
      database.close()
    },
  }
}

async function connectByNode(file: string): Promise<SqliteConnection> {
  const { DatabaseSync } = await import('node:sqlite')
  const database = new DatabaseSync(file)
  const statements = new Map<string, ReturnType<typeof database.prepare>>()
  return {
    prepare: (sql) => cached(statements, sql, () => database.prepare(sql)) as SqliteStatement,
    execute: (sql) => database.exec(sql),
    close: () => database.close(),
  }
}

function cached<T>(statements: Map<string, T>, sql: string, prepare: () => T): T {
  const known = statements.get(sql)
  if (known !== undefined) return known
  const made = prepare()
  statements.set(sql, made)
  return made
}
