import type { SqliteDatabase } from './sqlite-database.ts'

/** `Gmnt`: marks a file as ours, where SQLite looks for the program a file belongs to. */
const APPLICATION_ID = 0x476d6e74

/**
 * The steps from an empty file to today's tables, in order. A step that was ever released never changes;
 * what comes later is a step of its own. Numbers counted upstream are REAL: they may be past 2^53.
 */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE keys (
    id TEXT PRIMARY KEY, state TEXT NOT NULL, reason TEXT NOT NULL, project TEXT, since INTEGER NOT NULL
  ) WITHOUT ROWID;

  CREATE TABLE rests (
    project TEXT NOT NULL, model TEXT NOT NULL, until INTEGER NOT NULL,
    state TEXT NOT NULL, reason TEXT NOT NULL,
    PRIMARY KEY (project, model)
  ) WITHOUT ROWID;

  CREATE TABLE tokens (
    kind TEXT NOT NULL, name TEXT NOT NULL, hash TEXT NOT NULL, created_at INTEGER NOT NULL,
    PRIMARY KEY (kind, name)
  ) WITHOUT ROWID;

  CREATE TABLE documents (
    scope TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (scope, name)
  );

  CREATE TABLE requests (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL, at INTEGER NOT NULL, client TEXT, protocol TEXT, operation TEXT, model TEXT,
    stream INTEGER, status INTEGER, error_kind TEXT, key_id TEXT, project TEXT, attempts INTEGER,
    prompt_tokens REAL, output_tokens REAL, thought_tokens REAL, cached_tokens REAL, total_tokens REAL,
    first_token_milliseconds REAL, duration_milliseconds REAL,
    request_body TEXT, reply_body TEXT
  );
  CREATE INDEX requests_by_time ON requests (at);

  CREATE TABLE attempts (
    request INTEGER NOT NULL REFERENCES requests (number) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    at INTEGER NOT NULL, key_id TEXT, project TEXT, fault TEXT, status INTEGER, google_status TEXT, text TEXT,
    duration_milliseconds REAL,
    PRIMARY KEY (request, position)
  );
  CREATE INDEX attempts_by_time ON attempts (at);
  `,
  `
  CREATE TABLE meters (
    project TEXT NOT NULL, model TEXT NOT NULL, state TEXT NOT NULL,
    PRIMARY KEY (project, model)
  ) WITHOUT ROWID;

  ALTER TABLE requests ADD COLUMN usable_keys INTEGER;
  ALTER TABLE requests ADD COLUMN total_keys INTEGER;
  ALTER TABLE requests ADD COLUMN out_keys TEXT;
  ALTER TABLE requests ADD COLUMN notes TEXT;
  ALTER TABLE requests ADD COLUMN answered_by TEXT;
  ALTER TABLE attempts ADD COLUMN wait_milliseconds REAL;

  CREATE TABLE key_settings (
    position INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE, secret TEXT,
    name TEXT, project TEXT, weight REAL, tags TEXT, note TEXT, disabled_since INTEGER,
    is_deleted INTEGER NOT NULL, created_at INTEGER NOT NULL, revision INTEGER NOT NULL
  );
  CREATE INDEX key_settings_by_revision ON key_settings (revision);

  CREATE TABLE key_settings_revision (number INTEGER NOT NULL);
  INSERT INTO key_settings_revision (number) VALUES (0);

  CREATE INDEX requests_by_id ON requests (id);
  `,
  `
  ALTER TABLE requests ADD COLUMN way TEXT;
  ALTER TABLE requests ADD COLUMN address TEXT;
  ALTER TABLE attempts ADD COLUMN way TEXT;
  `,
  `
  CREATE TABLE resources (
    name TEXT NOT NULL, key_id TEXT NOT NULL, project TEXT NOT NULL, client TEXT NOT NULL,
    created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, upload_path TEXT,
    PRIMARY KEY (name, key_id)
  ) WITHOUT ROWID;
  `,
  'ALTER TABLE key_settings ADD COLUMN proxy TEXT',
  `
  ALTER TABLE key_settings ADD COLUMN upstream TEXT;
  ALTER TABLE requests ADD COLUMN upstream TEXT;
  `,
]

/** Throws a clause of a sentence on a file of a newer Geminate and on one that belongs to another program. */
export function checkVersion(database: SqliteDatabase): void {
  versionOf(database)
}

/**
 * Brings a database to today's tables, each step whole or not at all; safe when several processes do it at
 * once. Throws as `checkVersion` does.
 */
export function migrate(database: SqliteDatabase): void {
  while (migrateOneStep(database));
}

function migrateOneStep(database: SqliteDatabase): boolean {
  if (versionOf(database) === MIGRATIONS.length) return false
  return database.transaction(() => {
    // Read again: another process may have gone ahead while this one waited for the lock.
    const version = versionOf(database)
    const step = MIGRATIONS[version]
    if (step === undefined) return false
    database.execute(step)
    database.execute(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${version + 1}`)
    return true
  })
}

function versionOf(database: SqliteDatabase): number {
  const version = pragma(database, 'user_version')
  const empty = version === 0 && database.get('SELECT 1 FROM sqlite_schema LIMIT 1') === undefined
  // Read last: another process may be making the tables between these reads.
  if (!empty && pragma(database, 'application_id') !== APPLICATION_ID)
    throw new Error('it belongs to another program')
  if (version > MIGRATIONS.length) {
    throw new Error(
      `it was written by a newer Geminate (its version is ${version}, this program knows up to ` +
        `${MIGRATIONS.length}): start that one, or restore an older copy`,
    )
  }
  return version
}

function pragma(database: SqliteDatabase, name: 'user_version' | 'application_id'): number {
  return Number(database.get(`PRAGMA ${name}`)?.[name])
}
