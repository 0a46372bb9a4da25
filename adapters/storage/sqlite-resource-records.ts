import type { ResourceRecord, ResourceRecords } from '../../core/store.ts'
import type { SqliteDatabase, SqliteRow } from './sqlite-database.ts'
import { untilUnlocked } from './until-unlocked.ts'

const PUT = `INSERT OR REPLACE INTO resources
  (name, key_id, project, client, created_at, expires_at, upload_path) VALUES (?, ?, ?, ?, ?, ?, ?)`

const REMOVE = 'DELETE FROM resources WHERE name = ? AND key_id = ?'

/** Who owns which of Google's resources, in the table `resources`. */
export function sqliteResourceRecords(database: SqliteDatabase): ResourceRecords {
  return {
    async load(now) {
      await untilUnlocked(() => database.run('DELETE FROM resources WHERE expires_at <= ?', now))
      return database.all('SELECT * FROM resources ORDER BY created_at').map(toRecord)
    },
    async save({ put, removed }) {
      database.transaction(() => {
        for (const { name, keyId } of removed) database.run(REMOVE, name, keyId)
        for (const resource of put) putOne(database, resource)
      })
    },
  }
}

function putOne(database: SqliteDatabase, resource: ResourceRecord): void {
  const { name, keyId, project, client, createdAt, expiresAt, uploadPath } = resource
  database.run(PUT, name, keyId, project, client, createdAt, expiresAt, uploadPath)
}

function toRecord(row: SqliteRow): ResourceRecord {
  return {
    name: row.name as string,
    keyId: row.key_id as string,
    project: row.project as string,
    client: row.client as string,
    createdAt: row.created_at as number,
    expiresAt: row.expires_at as number,
    uploadPath: (row.upload_path as string | null) ?? undefined,
  }
}
