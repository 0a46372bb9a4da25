import type { DocumentRecords } from '../../core/store.ts'
import type { SqliteDatabase } from './sqlite-database.ts'
import { untilUnlocked } from './until-unlocked.ts'

const PUT = `INSERT INTO documents (scope, name, value) VALUES (?, ?, ?)
  ON CONFLICT (scope, name) DO UPDATE SET value = excluded.value`

/** JSON documents in the table `documents`. What JSON cannot say (a lone `undefined`) is kept as null. */
export function sqliteDocumentRecords(database: SqliteDatabase): DocumentRecords {
  return {
    async get(scope, name) {
      const row = database.get('SELECT value FROM documents WHERE scope = ? AND name = ?', scope, name)
      return row === undefined ? undefined : JSON.parse(row.value as string)
    },
    async put(scope, name, value) {
      const text = JSON.stringify(value) ?? 'null'
      await untilUnlocked(() => database.run(PUT, scope, name, text))
    },
    async delete(scope, name) {
      const remove = 'DELETE FROM documents WHERE scope = ? AND name = ?'
      await untilUnlocked(() => database.run(remove, scope, name))
    },
    async names(scope) {
      const rows = database.all('SELECT name FROM documents WHERE scope = ? ORDER BY name', scope)
      return rows.map((row) => row.name as string)
    },
  }
}
