import type { Page, RequestFilter } from '../../core/store.ts'
import type { SqliteDatabase, SqliteRow, SqliteValue } from './sqlite-database.ts'

/** Some columns of the rows of the request log that fit a filter, newest first, and how many fit in all. */
export function searchRequests(
  database: SqliteDatabase,
  columns: readonly string[],
  filter: RequestFilter,
  { limit, offset = 0 }: Page,
): { rows: SqliteRow[]; total: number } {
  const { where, values } = conditionOf(filter)
  const rows = database.all(
    `SELECT ${columns.join(', ')} FROM requests ${where} ORDER BY at DESC, number DESC LIMIT ? OFFSET ?`,
    ...values,
    limit,
    offset,
  )
  const total = Number(database.get(`SELECT count(*) AS count FROM requests ${where}`, ...values)?.count)
  return { rows, total }
}

function conditionOf({ client, model, status, keyId, since }: RequestFilter) {
  const conditions: [sql: string, ...values: SqliteValue[]][] = []
  if (client !== undefined) conditions.push(['client = ?', client])
  if (model !== undefined) conditions.push(['model = ?', model])
  if (status !== undefined) conditions.push(['status BETWEEN ? AND ?', ...status])
  if (since !== undefined) conditions.push(['at >= ?', since])
  if (keyId !== undefined) conditions.push([BY_KEY, keyId, keyId])
  const where = conditions.map(([sql]) => sql).join(' AND ')
  return {
    where: where === '' ? '' : `WHERE ${where}`,
    values: conditions.flatMap(([, ...values]) => values),
  }
}

const BY_KEY = `(key_id = ? OR EXISTS (SELECT 1 FROM attempts WHERE request = requests.number AND key_id = ?))`
