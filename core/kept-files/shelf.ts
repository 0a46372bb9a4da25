import type { ByteFiles } from '../byte-files.ts'
import type { Place } from '../ownership/ownership.ts'
import type { DocumentRecords } from '../store.ts'
import { type KeptFile, toKeptFile } from './kept-file.ts'

/** Which resource is meant: two keys may each have one of the same name. */
export type FileKey = Pick<Place, 'name' | 'keyId'>

/** The files that are kept, with their bytes in a folder of a bounded size. */
export interface Shelf {
  find(file: FileKey): KeptFile | undefined
  /**
   * Keeps a file, or what has changed of it, as the one used last; its bytes' room is claimed. Settles when it would
   * survive a restart.
   */
  put(file: KeptFile): Promise<void>
  /** Forgets files and removes their bytes; returns those that there were. */
  remove(files: readonly FileKey[]): readonly KeptFile[]
  /** Says that a file was used now. */
  touch(file: FileKey): void
  /** Whether so many more bytes would have room if all that can gave way. */
  couldHold(length: number): boolean
  /** Takes so many bytes of the folder's room, for which what was used longest ago gives way; false where there are not as many. */
  claim(length: number): boolean
  /** Gives room back that was claimed. */
  give(length: number): void
  /** Where the bytes of an id are. */
  pathOf(id: string): string
}

export interface ShelfOptions {
  readonly folder: string
  readonly maxBytes: number
  readonly byteFiles: ByteFiles
  readonly documents: DocumentRecords
  /** Whether the resource is still there. */
  isThere(file: FileKey): boolean
  warn(message: string, fields: Record<string, unknown>): void
}

/** In the store of documents, by id. */
const SCOPE = 'kept-files'

/** Whether a file in the folder is one of ours. */
const ID = /^[0-9a-f-]{36}$/

/**
 * The shelf as it was left, and the files on it that are no longer there at Google. Bytes that belong to nothing, as
 * after a crash, are removed.
 */
export async function openShelf(
  options: ShelfOptions,
): Promise<{ readonly shelf: Shelf; readonly gone: readonly KeptFile[] }> {
  const { documents } = options
  const files: KeptFile[] = []
  for (const id of await documents.names(SCOPE)) {
    const file = toKeptFile(await documents.get(SCOPE, id))
    if (file?.id === id) files.push(file)
    else await documents.delete(SCOPE, id)
  }
  const lengths = await lengthsIn(options)
  const { shelf, lay } = createShelf(options)
  for (const file of files.toSorted((one, other) => one.usedAt - other.usedAt)) {
    const hasBytes = file.hasBytes && lengths.get(file.id) === file.length && shelf.claim(file.length)
    if (hasBytes) lengths.delete(file.id)
    // A crash may have left the record of a file that another has taken the place of.
    if (hasBytes === file.hasBytes && shelf.find(file) === undefined) lay(file)
    else await shelf.put({ ...file, hasBytes })
  }
  await removeBytes(options, lengths.keys())
  return { shelf, gone: shelf.remove(files.filter((file) => !options.isThere(file))) }
}

/** Removes all that was ever kept. */
export async function clearShelf(options: Omit<ShelfOptions, 'maxBytes' | 'isThere'>): Promise<void> {
  const { documents } = options
  for (const id of await documents.names(SCOPE)) await documents.delete(SCOPE, id)
  await removeBytes(options, (await lengthsIn(options)).keys())
}

type Folder = Pick<ShelfOptions, 'folder' | 'byteFiles' | 'warn'>

/** The lengths of our own files, by their ids; a folder that cannot be read has none. */
async function lengthsIn({ folder, byteFiles, warn }: Folder): Promise<Map<string, number>> {
  try {
    const found = await byteFiles.list(folder)
    return new Map(found.filter(({ name }) => ID.test(name)).map(({ name, length }) => [name, length]))
  } catch (error) {
    warn('The folder of kept files cannot be read', { error })
    return new Map()
  }
}

async function removeBytes({ folder, byteFiles, warn }: Folder, ids: Iterable<string>): Promise<void> {
  for (const id of ids) {
    await byteFiles
      .remove(`${folder}/${id}`)
      .catch((error) => warn('What is left of a kept file cannot be removed', { error }))
  }
}

function createShelf(options: ShelfOptions): { readonly shelf: Shelf; lay(file: KeptFile): void } {
  const { folder, byteFiles, documents, warn } = options
  // A Map keeps the order in which entries came: the first was used longest ago.
  const files = new Map<string, KeptFile>()
  let room = options.maxBytes
  /** What would come free if all gave way. */
  let held = 0

  const couldHold = (length: number) => room + held >= length
  const pathOf = (id: string) => `${folder}/${id}`
  const failed = (error: unknown) => warn('What is kept of uploaded files cannot be saved', { error })

  function letGo({ id, length, hasBytes }: KeptFile): void {
    if (!hasBytes) return
    room += length
    held -= length
    byteFiles.remove(pathOf(id)).catch(failed)
  }

  function forget(file: KeptFile): void {
    files.delete(placeOf(file))
    documents.delete(SCOPE, file.id).catch(failed)
  }

  function lay(file: KeptFile): void {
    if (file.hasBytes) held += file.length
    files.delete(placeOf(file))
    files.set(placeOf(file), file)
  }

  async function put(file: KeptFile): Promise<void> {
    const before = files.get(placeOf(file))
    const isSame = before?.id === file.id
    if (before !== undefined && !(isSame && file.hasBytes)) letGo(before)
    if (before !== undefined && !isSame) forget(before)
    if (isSame && before.hasBytes && file.hasBytes) held -= file.length
    lay(file)
    await documents.put(SCOPE, file.id, file).catch(failed)
  }

  function makeRoom(length: number): void {
    for (const file of files.values()) {
      if (room >= length) return
      if (file.hasBytes) void put({ ...file, hasBytes: false })
    }
  }

  const shelf: Shelf = {
    find: (file) => files.get(placeOf(file)),
    put,
    remove(gone) {
      const known = gone.map((file) => files.get(placeOf(file))).filter((file) => file !== undefined)
      for (const file of known) {
        letGo(file)
        forget(file)
      }
      return known
    },
    touch(key) {
      const file = files.get(placeOf(key))
      if (file === undefined) return
      files.delete(placeOf(file))
      files.set(placeOf(file), file)
    },
    couldHold,
    claim(length) {
      if (!couldHold(length)) return false
      makeRoom(length)
      room -= length
      return true
    },
    give(length) {
      room += length
    },
    pathOf,
  }
  return { shelf, lay }
}

/** A text for which resource is meant. */
export function placeOf({ name, keyId }: FileKey): string {
  return `${keyId} ${name}`
}
