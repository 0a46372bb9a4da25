import type { TokenRecord, TokenRecords } from '../../core/store.ts'
import type { SqliteDatabase, SqliteRow } from './sqlite-database.ts'
import { untilUnlocked } from './until-unlocked.ts'

const PUT = `INSERT INTO tokens (kind, name, hash, created_at) VALUES (?, ?, ?, ?)
  ON CONFLICT (kind, name) DO UPDATE SET hash = excluded.hash, created_at = excluded.created_at`

/** The gateway's own tokens, in the table `tokens`; listed oldest first. */
export function sqliteTokenRecords(database: SqliteDatabase): TokenRecords {
  return {
    async list() {
      return database.all('SELECT * FROM tokens ORDER BY created_at, kind, name').map(toTokenRecord)
    },
    async put({ kind, name, hash, createdAt }) {
      await untilUnlocked(() => database.run(PUT, kind, name, hash, createdAt))
    },
  }
}

function toTokenRecord(row: SqliteRow): TokenRecord {
  return {
    kind: row.kind as TokenRecord['kind'],
    name: row.name as string,
    hash: row.hash as string,
    createdAt: row.created_at as number,
  }
}
