import type { AttemptRecord, RequestRecord, RequestRecords } from '../../core/store.ts'
import type { SqliteDatabase, SqliteRow } from './sqlite-database.ts'
import { pruneRequests } from './sqlite-request-pruning.ts'
import { searchRequests } from './sqlite-request-search.ts'

/** Field → column; each row is written and read in this order. */
const REQUEST_COLUMNS = {
  id: 'id',
  at: 'at',
  client: 'client',
  protocol: 'protocol',
  operation: 'operation',
  model: 'model',
  answeredBy: 'answered_by',
  stream: 'stream',
  status: 'status',
  errorKind: 'error_kind',
  keyId: 'key_id',
  project: 'project',
  upstream: 'upstream',
  way: 'way',
  address: 'address',
  attempts: 'attempts',
  usableKeys: 'usable_keys',
  totalKeys: 'total_keys',
  outKeys: 'out_keys',
  notes: 'notes',
  promptTokens: 'prompt_tokens',
  outputTokens: 'output_tokens',
  thoughtTokens: 'thought_tokens',
  cachedTokens: 'cached_tokens',
  totalTokens: 'total_tokens',
  firstTokenMilliseconds: 'first_token_milliseconds',
  durationMilliseconds: 'duration_milliseconds',
  requestBody: 'request_body',
  replyBody: 'reply_body',
} as const satisfies Record<keyof Omit<RequestRecord, 'failures'>, string>

const ATTEMPT_COLUMNS = {
  at: 'at',
  keyId: 'key_id',
  project: 'project',
  way: 'way',
  fault: 'fault',
  status: 'status',
  googleStatus: 'google_status',
  text: 'text',
  waitMilliseconds: 'wait_milliseconds',
  durationMilliseconds: 'duration_milliseconds',
} as const satisfies Record<keyof AttemptRecord, string>

const REQUEST_FIELDS = Object.keys(REQUEST_COLUMNS) as (keyof typeof REQUEST_COLUMNS)[]
const ATTEMPT_FIELDS = Object.keys(ATTEMPT_COLUMNS) as (keyof AttemptRecord)[]

/** What a list shows; bodies may be megabytes. */
const SHOWN_COLUMNS = Object.values(REQUEST_COLUMNS).filter((column) => !column.endsWith('_body'))

const INSERT_REQUEST = `INSERT INTO requests (${listOf(REQUEST_COLUMNS)})
  VALUES (${placesFor(REQUEST_FIELDS)})`

const LAST_NUMBER = 'SELECT last_insert_rowid() AS number'

const INSERT_ATTEMPT = `INSERT INTO attempts (${listOf(ATTEMPT_COLUMNS)}, request, position)
  VALUES (${placesFor(ATTEMPT_FIELDS)}, ?, ?)`

const PAGE = `SELECT * FROM requests ORDER BY at DESC, number DESC LIMIT ? OFFSET ?`

const FAILURES = `SELECT * FROM attempts WHERE request IN (SELECT value FROM json_each(?))
  ORDER BY request, position`

/** The request log, in the tables `requests` and `attempts`. Equal ids are two rows. */
export function sqliteRequestRecords(database: SqliteDatabase): RequestRecords {
  return {
    async append(rows) {
      if (rows.length === 0) return
      database.transaction(() => {
        for (const row of rows) appendRow(database, row)
      })
    },
    async list({ limit, offset }) {
      return readPage(database, limit, offset ?? 0)
    },
    async count() {
      return Number(database.get('SELECT count(*) AS count FROM requests')?.count)
    },
    async search(filter, page) {
      const { rows, total } = searchRequests(database, SHOWN_COLUMNS, filter, page)
      return { rows: rows.map((row) => toRequestRecord(row, [])), total }
    },
    async get(id) {
      const rows = database.all(
        'SELECT * FROM requests WHERE id = ? ORDER BY at DESC, number DESC LIMIT 1',
        id,
      )
      return withFailures(database, rows)[0]
    },
    prune: (limits) => pruneRequests(database, limits),
  }
}

function appendRow(database: SqliteDatabase, row: RequestRecord): void {
  database.run(INSERT_REQUEST, ...REQUEST_FIELDS.map((field) => row[field]))
  if (row.failures.length > 0) appendFailures(database, row)
}

function appendFailures(database: SqliteDatabase, row: RequestRecord): void {
  const inserted = database.get(LAST_NUMBER)
  row.failures.forEach((failure, position) => {
    const values = ATTEMPT_FIELDS.map((field) => failure[field])
    database.run(INSERT_ATTEMPT, ...values, inserted?.number as number, position)
  })
}

function readPage(database: SqliteDatabase, limit: number, offset: number): RequestRecord[] {
  return withFailures(database, database.all(PAGE, limit, offset))
}

function withFailures(database: SqliteDatabase, requests: readonly SqliteRow[]): RequestRecord[] {
  const numbers = JSON.stringify(requests.map((row) => row.number))
  const failures = Map.groupBy(database.all(FAILURES, numbers), (row) => row.request)
  return requests.map((row) => toRequestRecord(row, failures.get(row.number) ?? []))
}

function toRequestRecord(row: SqliteRow, failures: readonly SqliteRow[]): RequestRecord {
  return {
    ...(toRecord(row, REQUEST_COLUMNS) as unknown as RequestRecord),
    stream: row.stream === 1,
    failures: failures.map((failure) => toRecord(failure, ATTEMPT_COLUMNS) as unknown as AttemptRecord),
  }
}

function toRecord(row: SqliteRow, columns: Record<string, string>): Record<string, unknown> {
  const fields = Object.entries(columns).map(([field, column]) => [field, row[column] ?? undefined])
  return Object.fromEntries(fields)
}

function listOf(columns: Record<string, string>): string {
  return Object.values(columns).join(', ')
}

function placesFor(fields: readonly string[]): string {
  return fields.map(() => '?').join(', ')
}
