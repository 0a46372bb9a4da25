import type { DocumentRecords } from '../../core/store.ts'
import type { SqliteDatabase } from './sqlite-database.ts'

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
      database.run(PUT, scope, name, JSON.stringify(value) ?? 'null')
    },
    async delete(scope, name) {
      database.run('DELETE FROM documents WHERE scope = ? AND name = ?', scope, name)
    },
    async names(scope) {
      const rows = database.all('SELECT name FROM documents WHERE scope = ? ORDER BY name', scope)
      return rows.map((row) => row.name as string)
    },
  }
}
