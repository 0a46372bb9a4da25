import type { KeyRecord, KeyRecords, RestRecord } from '../../core/store.ts'
import type { SqliteDatabase, SqliteRow } from './sqlite-database.ts'

const SAVE_KEY = `INSERT INTO keys (id, state, reason, project, since) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET
    state = excluded.state, reason = excluded.reason, project = excluded.project, since = excluded.since`

const SAVE_REST = `INSERT INTO rests (project, model, until, state, reason) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (project, model) DO UPDATE SET
    until = excluded.until, state = excluded.state, reason = excluded.reason`

/** What was learned about keys and projects, in the tables `keys` and `rests`. */
export function sqliteKeyRecords(database: SqliteDatabase): KeyRecords {
  return {
    async load() {
      const keys = database.all('SELECT * FROM keys')
      const rests = database.all('SELECT * FROM rests')
      return { keys: keys.map(toKeyRecord), rests: rests.map(toRestRecord) }
    },
    async save({ keys, rests }) {
      database.transaction(() => {
        for (const key of keys) saveKey(database, key)
        for (const rest of rests) saveRest(database, rest)
      })
    },
  }
}

function saveKey(database: SqliteDatabase, key: KeyRecord): void {
  database.run(SAVE_KEY, key.id, key.state, key.reason, key.project, key.since)
}

function saveRest(database: SqliteDatabase, rest: RestRecord): void {
  if (rest.until === 0) {
    database.run('DELETE FROM rests WHERE project = ? AND model = ?', rest.project, rest.model)
  } else {
    database.run(SAVE_REST, rest.project, rest.model, rest.until, rest.state, rest.reason)
  }
}

function toKeyRecord(row: SqliteRow): KeyRecord {
  return {
    id: row.id as string,
    state: row.state as KeyRecord['state'],
    reason: row.reason as string,
    project: (row.project as string | null) ?? undefined,
    since: row.since as number,
  }
}

function toRestRecord(row: SqliteRow): RestRecord {
  return {
    project: row.project as string,
    model: row.model as string,
    until: row.until as number,
    state: row.state as RestRecord['state'],
    reason: row.reason as string,
  }
}
