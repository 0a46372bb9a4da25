import { setImmediate as breathe } from 'node:timers/promises'
import type { SqliteDatabase } from './sqlite-database.ts'

/** The most one step takes, so that calls are served between two steps. */
const STEP = { rows: 200, bytes: 1024 * 1024, freePages: 128 }

/** About what a row, and a failure, take beside their texts. */
const FIXED_BYTES = 300

const OLDEST = `SELECT number,
    ${FIXED_BYTES} + coalesce(octet_length(request_body), 0) + coalesce(octet_length(reply_body), 0)
    + (SELECT coalesce(sum(${FIXED_BYTES} + coalesce(octet_length(text), 0)), 0) FROM attempts
       WHERE request = requests.number) AS bytes
  FROM requests WHERE at < ? ORDER BY at, number LIMIT ${STEP.rows}`

const OTHER_TABLES = `SELECT
    (SELECT coalesce(sum(octet_length(value) + octet_length(name) + 64), 0) FROM documents)
  + (SELECT coalesce(sum(octet_length(reason) + 128), 0) FROM keys)
  + (SELECT coalesce(sum(octet_length(reason) + 128), 0) FROM rests)
  + (SELECT coalesce(sum(octet_length(id) + coalesce(octet_length(secret), 0) + coalesce(octet_length(note), 0)
      + coalesce(octet_length(tags), 0) + 128), 0) FROM key_settings) AS bytes`

/**
 * Removes rows older than `before` (milliseconds since 1970), then the oldest until the log takes at most
 * `maxBytes` of the file, then shrinks the file. Returns the rows removed. Works in steps of a few
 * milliseconds and ends early, without an error, when the database is closed between two of them.
 */
export async function pruneRequests(
  database: SqliteDatabase,
  limits: { readonly before: number; readonly maxBytes: number },
): Promise<number> {
  let removed = 0
  const countRemoved = (rows: number) => {
    removed += rows
    return rows > 0
  }
  await inSteps(database, () => countRemoved(removeOldest(database, limits.before, STEP.bytes)))
  if (!database.isOpen) return removed
  const allowed = limits.maxBytes + Number(database.get(OTHER_TABLES)?.bytes)
  await inSteps(database, () => countRemoved(removeExcess(database, allowed)))
  await inSteps(database, () => giveBackPages(database))
  // In WAL mode the file is only cut by a checkpoint; this kind waits for nobody.
  if (database.isOpen) database.all('PRAGMA wal_checkpoint(PASSIVE)')
  return removed
}

async function inSteps(database: SqliteDatabase, step: () => boolean): Promise<void> {
  while (database.isOpen && step()) await breathe()
}

function removeExcess(database: SqliteDatabase, allowedBytes: number): number {
  const excess = usedBytes(database) - allowedBytes
  return excess > 0 ? removeOldest(database, Number.MAX_SAFE_INTEGER, Math.min(excess, STEP.bytes)) : 0
}

function usedBytes(database: SqliteDatabase): number {
  const pages = pragma(database, 'page_count') - pragma(database, 'freelist_count')
  return pages * pragma(database, 'page_size')
}

// At least one row, so that a row larger than a step goes too.
function removeOldest(database: SqliteDatabase, before: number, bytes: number): number {
  return database.transaction(() => {
    let removed = 0
    let freed = 0
    for (const row of database.all(OLDEST, before)) {
      if (freed >= bytes) break
      database.run('DELETE FROM requests WHERE number = ?', Number(row.number))
      freed += Number(row.bytes)
      removed++
    }
    return removed
  })
}

function giveBackPages(database: SqliteDatabase): boolean {
  const free = pragma(database, 'freelist_count')
  if (free === 0) return false
  // Gives a row for each page: unless all are read, only the first page goes.
  database.all(`PRAGMA incremental_vacuum(${STEP.freePages})`)
  return pragma(database, 'freelist_count') < free
}

function pragma(database: SqliteDatabase, name: 'page_count' | 'freelist_count' | 'page_size'): number {
  return Number(database.get(`PRAGMA ${name}`)?.[name])
}
