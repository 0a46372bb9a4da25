import type { Store } from '../../core/store.ts'
import { openSqliteDatabase } from './sqlite-database.ts'
import { sqliteDocumentRecords } from './sqlite-document-records.ts'
import type { SqliteDriver } from './sqlite-driver.ts'
import { sqliteKeyRecords } from './sqlite-key-records.ts'
import { sqliteKeySettingRecords } from './sqlite-key-setting-records.ts'
import { sqliteMeterRecords } from './sqlite-meter-records.ts'
import { checkVersion, migrate } from './sqlite-migrations.ts'
import { sqliteRequestRecords } from './sqlite-request-records.ts'
import { sqliteResourceRecords } from './sqlite-resource-records.ts'
import { sqliteTokenRecords } from './sqlite-token-records.ts'

/**
 * Everything in one SQLite file, or in memory for `:memory:`. Rejects with a sentence that names the file
 * when it cannot be opened, is no database, belongs to another program or to a newer Geminate.
 */
export async function openSqliteStore(path: string, driver?: SqliteDriver): Promise<Store> {
  const database = await openSqliteDatabase(path, { check: checkVersion, migrate }, driver)
  return {
    keys: sqliteKeyRecords(database),
    meters: sqliteMeterRecords(database),
    keySettings: sqliteKeySettingRecords(database),
    tokens: sqliteTokenRecords(database),
    requests: sqliteRequestRecords(database),
    documents: sqliteDocumentRecords(database),
    resources: sqliteResourceRecords(database),
    close: async () => database.close(),
  }
}
