import type { MeterRecord, MeterRecords } from '../../core/store.ts'
import type { SqliteDatabase, SqliteRow } from './sqlite-database.ts'

const SAVE = `INSERT INTO meters (project, model, state) VALUES (?, ?, ?)
  ON CONFLICT (project, model) DO UPDATE SET state = excluded.state`

/** What each project spent on each model, in the table `meters`. */
export function sqliteMeterRecords(database: SqliteDatabase): MeterRecords {
  return {
    load: async () => database.all('SELECT * FROM meters').map(toMeterRecord),
    async save(meters) {
      database.transaction(() => {
        for (const meter of meters) saveMeter(database, meter)
      })
    },
  }
}

function saveMeter(database: SqliteDatabase, { project, model, state }: MeterRecord): void {
  if (state === undefined) database.run('DELETE FROM meters WHERE project = ? AND model = ?', project, model)
  else database.run(SAVE, project, model, JSON.stringify(state))
}

function toMeterRecord(row: SqliteRow): MeterRecord {
  return {
    project: row.project as string,
    model: row.model as string,
    state: JSON.parse(row.state as string),
  }
}
