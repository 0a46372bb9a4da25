import type { KeySettingBatch, KeySettingRecord, KeySettingRecords } from '../../core/store.ts'
import type { SqliteDatabase, SqliteRow } from './sqlite-database.ts'
import { untilUnlocked } from './until-unlocked.ts'

const PUT = `INSERT INTO key_settings
    (id, secret, name, project, weight, tags, note, proxy, upstream, disabled_since, is_deleted, created_at, revision)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET
    secret = excluded.secret, name = excluded.name, project = excluded.project, weight = excluded.weight,
    tags = excluded.tags, note = excluded.note, proxy = excluded.proxy, upstream = excluded.upstream,
    disabled_since = excluded.disabled_since, is_deleted = excluded.is_deleted, created_at = excluded.created_at, revision = excluded.revision`

/** What the operator says of keys, in the tables `key_settings` and `key_settings_revision`. */
export function sqliteKeySettingRecords(database: SqliteDatabase): KeySettingRecords {
  return {
    async since(revision) {
      return untilUnlocked(() => ({
        // Read first: what is put between these reads is then read again, and not missed.
        revision: revisionOf(database),
        records: database
          .all('SELECT * FROM key_settings WHERE revision > ? ORDER BY position', revision)
          .map(toRecord),
        count: Number(database.get('SELECT count(*) AS count FROM key_settings')?.count),
      }))
    },
    async ids() {
      return database.all('SELECT id FROM key_settings ORDER BY position').map(({ id }) => id as string)
    },
    async revision() {
      return revisionOf(database)
    },
    save: (batch) => untilUnlocked(() => durably(database, () => saveBatch(database, batch))),
  }
}

/** A key that was pasted may stand nowhere else: it is on the disk before anybody is told so. */
function durably<T>(database: SqliteDatabase, work: () => T): T {
  database.execute('PRAGMA synchronous = FULL')
  try {
    return database.transaction(work)
  } finally {
    database.execute('PRAGMA synchronous = NORMAL')
  }
}

function saveBatch(database: SqliteDatabase, { put, removed }: KeySettingBatch): number {
  database.run('UPDATE key_settings_revision SET number = number + 1')
  const revision = revisionOf(database)
  for (const record of put) putRecord(database, record, revision)
  for (const id of removed) database.run('DELETE FROM key_settings WHERE id = ?', id)
  return revision
}

function putRecord(database: SqliteDatabase, record: KeySettingRecord, revision: number): void {
  const {
    id,
    secret,
    name,
    project,
    weight,
    tags,
    note,
    proxy,
    upstream,
    disabledSince,
    isDeleted,
    createdAt,
  } = record
  const list = tags === undefined ? undefined : JSON.stringify(tags)
  database.run(
    PUT,
    ...[id, secret, name, project, weight, list, note, proxy, upstream],
    ...[disabledSince, isDeleted, createdAt, revision],
  )
}

function revisionOf(database: SqliteDatabase): number {
  return Number(database.get('SELECT number FROM key_settings_revision')?.number)
}

function toRecord(row: SqliteRow): KeySettingRecord {
  const text = (column: string) => (row[column] as string | null) ?? undefined
  const tags = text('tags')
  return {
    id: row.id as string,
    secret: text('secret'),
    name: text('name'),
    project: text('project'),
    weight: (row.weight as number | null) ?? undefined,
    tags: tags === undefined ? undefined : JSON.parse(tags),
    note: text('note'),
    proxy: text('proxy'),
    upstream: text('upstream') as KeySettingRecord['upstream'],
    disabledSince: (row.disabled_since as number | null) ?? undefined,
    isDeleted: row.is_deleted === 1,
    createdAt: row.created_at as number,
  }
}
