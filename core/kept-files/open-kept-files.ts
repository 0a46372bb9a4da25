import type { KeyLoop } from '../call/key-loop.ts'
import { BYTES_PER_MEGABYTE } from '../http/byte-budget.ts'
import type { Pool } from '../pool/pool.ts'
import type { Rooms } from '../rooms.ts'
import type { Settings } from '../settings/settings.ts'
import type { Store } from '../store.ts'
import { wait } from '../timers.ts'
import { createCopies } from './copies.ts'
import { withMovedFiles } from './moving.ts'
import { clearShelf, type FileKey, openShelf, placeOf } from './shelf.ts'
import { createUploadRecorder, type UploadRecorder } from './upload-recorder.ts'

/** The uploaded files whose bytes are kept, so that every project can have them. */
export interface KeptFiles {
  readonly recorder: UploadRecorder
  /** Whether other projects than its own could have a file, or have it. */
  isMovable(file: FileKey): boolean
  /** Removes what is kept of files that are gone, and has Google delete their copies. */
  gone(files: readonly FileKey[]): void
  /** A key loop that takes calls to where their files are, or can be. */
  moving(keyLoop: KeyLoop): KeyLoop
  /** Leaves nothing of uploads that are under way. */
  close(): Promise<void>
}

export interface KeptFilesOptions {
  readonly rooms: Pick<Rooms, 'runtime'>
  readonly settings: Pick<Settings, 'files' | 'storage'>
  readonly store: Pick<Store, 'documents'>
  readonly pool: Pool
  /** For requests of our own. */
  readonly keyLoop: KeyLoop
  /** Of Google, without a slash at the end. */
  readonly baseUrl: string
  readonly deadlineMilliseconds: number
  readonly now: () => number
  readonly elapsed: () => number
  /** What is there of all that clients made. */
  readonly resources: readonly FileKey[]
  warn(message: string, fields: Record<string, unknown>): void
}

/**
 * Opens what is kept beside the database. Undefined where nothing is to be kept; what was kept before is removed
 * then.
 */
export async function openKeptFiles(options: KeptFilesOptions): Promise<KeptFiles | undefined> {
  const { settings, store, pool, resources } = options
  const { byteFiles } = options.rooms.runtime
  const folder = folderOf(settings.storage)
  if (folder === undefined) return undefined
  const place = { folder, byteFiles, documents: store.documents }
  if (!settings.files.keepBytes) {
    await clearShelf({ ...options, ...place })
    return undefined
  }
  const there = new Set(resources.map(placeOf))
  const { shelf, gone } = await openShelf({
    ...options,
    ...place,
    maxBytes: settings.files.keepMegabytes * BYTES_PER_MEGABYTE,
    isThere: (file) => there.has(placeOf(file)),
  })
  const copies = createCopies({ ...options, ...place, shelf, keyOf: pool.find, wait })
  const recorder = createUploadRecorder({ ...options, ...place, shelf, wait })
  copies.remove(gone)

  return {
    recorder,
    isMovable(key) {
      const file = shelf.find(key)
      return file !== undefined && (file.hasBytes || copies.of(file).length > 0)
    },
    gone: (files) => copies.remove(shelf.remove(files)),
    moving: (inner) => withMovedFiles(inner, { ...options, shelf, copies, pool }),
    close: recorder.close,
  }
}

/** Beside the database, and its own: whoever finds bytes that it knows nothing of removes them. Undefined for one in no file. */
function folderOf({ url }: Settings['storage']): string | undefined {
  const path = /^sqlite:(?!:memory:)(.+)$/s.exec(url)?.[1]
  return path === undefined ? undefined : `${path}-files`
}
