import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { describe, test } from 'node:test'
import { openStore } from '../adapters/storage/open-store.ts'
import { openSqliteDatabase } from '../adapters/storage/sqlite-database.ts'
import { connect, SQLITE_DRIVERS, type SqliteDriver } from '../adapters/storage/sqlite-driver.ts'
import { openSqliteStore } from '../adapters/storage/sqlite-store.ts'
import { type StoreUnderTest, storeContract } from './contract/store.ts'
import { key, request, token } from './fixtures/storage/records.ts'

const WRITER = join(import.meta.dirname, 'fixtures/storage/writer.ts')

for (const driver of SQLITE_DRIVERS) {
  const missing = await connect(':memory:', driver).then(
    (connection) => connection.close(),
    () => `this runtime has no ${driver}`,
  )
  if (missing) test(`a store over ${driver}`, { skip: missing }, () => {})
  else testDriver(driver)
}

function testDriver(driver: SqliteDriver): void {
  storeContract(`a store over ${driver}`, () => openFresh(driver))

  test(`a file over ${driver} gets smaller when the log is pruned`, () =>
    inFolder(async (folder) => {
      const path = join(folder, 'geminate.db')
      const store = await openSqliteStore(path, driver)
      const rows = Array.from({ length: 300 }, (_, at) => request({ at, replyBody: 'x'.repeat(20_000) }))
      await store.requests.append(rows)
      await store.requests.prune({ before: 0, maxBytes: 1_000_000 })
      const size = statSync(path).size
      assert.ok(size < 1_100_000 && size > 700_000, `${size} bytes are left`)
      await store.close()
    }))
}

storeContract('a store that both drivers open in turn', async () => {
  const fresh = await openFresh()
  return { ...fresh, reopen: () => fresh.reopen('node:sqlite') }
})

describe('a SQLite file', () => {
  test('is made with its folder, and only its owner may read it or what lies beside it', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'new', 'deep', 'geminate.db')
      const store = await openStore(`sqlite:${path}`)
      await store.requests.append([request()])
      for (const file of [path, `${path}-wal`, `${path}-shm`])
        assert.equal(statSync(file).mode & 0o777, 0o600)
      assert.equal(statSync(join(folder, 'new')).mode & 0o777, 0o700)
      await store.close()
      assert.ok(!existsSync(`${path}-wal`), 'closing leaves one file')
    }))

  test('that others could read is closed to them', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'geminate.db')
      writeFileSync(path, '', { mode: 0o644 })
      const store = await openStore(`sqlite:${path}`)
      assert.equal(statSync(path).mode & 0o777, 0o600)
      await store.close()
    }))

  test('of a newer version is refused', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'geminate.db')
      await (await openStore(`sqlite:${path}`)).close()
      await execute(path, 'PRAGMA user_version = 99')
      await assert.rejects(openStore(`sqlite:${path}`), /geminate\.db: it was written by a newer Geminate/)
    }))

  test('of another program is refused and left as it is', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'default.db')
      await execute(path, 'CREATE TABLE t_settings (id INTEGER)')
      const before = readFileSync(path)
      await assert.rejects(openStore(`sqlite:${path}`), /default\.db: it belongs to another program/)
      assert.deepEqual(readFileSync(path), before)
      assert.equal(existsSync(`${path}-wal`), false)
    }))

  test('that is no database is refused and left as it is', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'notes.txt')
      writeFileSync(path, 'no database, but long enough to be looked at. '.repeat(40))
      await assert.rejects(openStore(`sqlite:${path}`), /notes\.txt: .*not a database/)
      assert.ok(readFileSync(path, 'utf8').startsWith('no database'))
    }))
})

describe('openStore', () => {
  test('keeps nothing of sqlite::memory:', async () => {
    const first = await openStore('sqlite::memory:')
    await first.requests.append([request()])
    assert.equal(await first.requests.prune({ before: 9, maxBytes: 0 }), 1)
    await first.documents.put('plugin', 'one', 1)
    const second = await openStore('sqlite::memory:')
    assert.deepEqual(await second.documents.names('plugin'), [])
    await first.close()
    await second.close()
    assert.equal(existsSync(':memory:'), false)
  })

  test('refuses other addresses without repeating their password', async () => {
    for (const url of ['postgres://me:secret@host/db', 'data/secret.db', '', 'sqlite:']) {
      await assert.rejects(openStore(url), (error: Error) => {
        return (
          error.message.startsWith('storage.url must be sqlite:PATH') && !error.message.includes('secret')
        )
      })
    }
  })
})

describe('a SQLite store of several processes', () => {
  test('waits hardly at all for a lock once it is open', () =>
    inFolder(async (folder) => {
      const schema = { check() {}, migrate() {} }
      const database = await openSqliteDatabase(join(folder, 'geminate.db'), schema)
      assert.ok(Number(database.get('PRAGMA busy_timeout')?.timeout) <= 50)
      database.close()
    }))

  test('keeps single writes until the lock of another process is gone, and lets all else run', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'geminate.db')
      const store = await openStore(`sqlite:${path}`)
      const other = await connect(path, 'node:sqlite')
      other.execute('BEGIN IMMEDIATE')
      const written = [store.tokens.put(token()), store.documents.put('plugin', 'one', 1)]
      await assert.rejects(store.keys.save({ keys: [key()], rests: [] }), /locked|busy/)
      other.execute('COMMIT')
      other.close()
      await Promise.all(written)
      assert.deepEqual(await store.tokens.list(), [token()])
      assert.equal(await store.documents.get('plugin', 'one'), 1)
      await store.close()
    }))

  test('keeps every acknowledged batch whole when its process is killed', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'geminate.db')
      const writer = startWriter(path, 'killed', 1_000_000)
      const stored = await lastBatchBeforeKill(writer, 25)
      const store = await openStore(`sqlite:${path}`)
      const rows = await store.requests.list({ limit: 1_000_000 })
      const batches = Map.groupBy(rows, (row) => row.at)
      assert.ok(stored >= 25)
      for (let batch = 0; batch <= stored; batch++) assert.equal(batches.get(batch)?.length, 50)
      assert.ok([...batches.values()].every((batch) => batch.length === 50))
      assert.ok(rows.every((row) => row.failures.length === 1))
      assert.ok(((await store.keys.load()).keys[0]?.since ?? -1) >= stored)
      await store.close()
      assert.deepEqual(await execute(path, 'PRAGMA integrity_check'), [{ integrity_check: 'ok' }])
    }))

  test('loses no batch when four write at once to a file that neither has made yet', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'geminate.db')
      const writers = ['one', 'two', 'three', 'four'].map((name) => startWriter(path, name, 30))
      const exits = writers.map(async (writer) => (await once(writer, 'exit'))[0])
      assert.deepEqual(await Promise.all(exits), [0, 0, 0, 0])
      const store = await openStore(`sqlite:${path}`)
      const ids = (await store.requests.list({ limit: 10_000 })).map((row) => row.id)
      assert.equal(new Set(ids).size, 4 * 30 * 50)
      assert.equal(ids.length, 4 * 30 * 50)
      await store.close()
      assert.deepEqual(await execute(path, 'PRAGMA integrity_check'), [{ integrity_check: 'ok' }])
    }))
})

async function openFresh(driver?: SqliteDriver) {
  const folder = mkdtempSync(join(tmpdir(), 'geminate-store-'))
  const path = join(folder, 'geminate.db')
  let store = await openSqliteStore(path, driver)
  return {
    store,
    async reopen(other = driver) {
      await store.close()
      store = await openSqliteStore(path, other)
      return store
    },
    async dispose() {
      await store.close()
      rmSync(folder, { recursive: true })
    },
  } satisfies StoreUnderTest
}

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'geminate-store-'))
  try {
    await run(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function execute(path: string, sql: string): Promise<unknown[]> {
  const connection = await connect(path, 'node:sqlite')
  const rows = connection.prepare(sql).all()
  connection.close()
  return rows.map((row) => ({ ...row }))
}

function startWriter(path: string, name: string, batches: number): ChildProcess {
  const run = 'Deno' in globalThis ? ['run', '-A', WRITER] : [WRITER]
  return spawn(execPath, [...run, path, name, String(batches)], { stdio: ['ignore', 'pipe', 'inherit'] })
}

async function lastBatchBeforeKill(writer: ChildProcess, batches: number): Promise<number> {
  let printed = ''
  for await (const text of writer.stdout!) {
    printed += text
    if (printed.split('\n').length > batches + 2) writer.kill('SIGKILL')
  }
  // The last line may be cut; every whole line is an acknowledged batch.
  return Number(printed.split('\n').at(-2))
}
