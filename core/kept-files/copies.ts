import type { ByteFiles } from '../byte-files.ts'
import { GatewayError, isGatewayError } from '../errors.ts'
import { inParallel } from '../in-parallel.ts'
import type { Key } from '../keys.ts'
import { deleteCopy, stateOfCopy } from './copy-requests.ts'
import { type CopyUploadOptions, type Errand, type UploadedCopy, uploadCopy } from './copy-upload.ts'
import { type OpenBytes, openBytes } from './kept-bytes.ts'
import type { FileCopy, KeptFile } from './kept-file.ts'
import { createSharedWork } from './shared-work.ts'
import type { FileKey, Shelf } from './shelf.ts'

/** Kept files, uploaded again to other projects than their own. */
export interface Copies {
  /** Where a file may be used now beside its own project. */
  of(file: KeptFile): readonly FileCopy[]
  /** The project that has a copy, as the pool knows it now. */
  projectOf(copy: FileCopy): string
  /**
   * The file's copy in a project, ready to be used; where there is none it is uploaded, once for all who ask at the
   * same time. Throws a GatewayError that says what could not be done.
   */
  bring(file: KeptFile, project: string, errand: Errand): Promise<FileCopy>
  /** Forgets a copy that Google does not have any more. */
  forget(file: KeptFile, copy: FileCopy): Promise<void>
  /** Has Google delete the copies of files that are gone; whatever fails ends by itself, with the copy's time. */
  remove(files: readonly KeptFile[]): void
}

export interface CopiesOptions extends CopyUploadOptions {
  readonly byteFiles: ByteFiles
  readonly shelf: Shelf
  warn(message: string, fields: Record<string, unknown>): void
  /** The key of an id, as it is now. */
  keyOf(id: string): Key | undefined
  wait(milliseconds: number, signal: AbortSignal): Promise<void>
}

/** A copy that ends within so many milliseconds is none any more. */
const LAST_MOMENTS = 60_000
/** How long Google may look through a copy before a call gives up, and how often that is asked, in milliseconds. */
const LONGEST_LOOK = 300_000
const LOOKS = [500, 1_000, 2_000, 5_000]
/** After a long time off, many files are over at once. */
const REMOVED_AT_ONCE = 4

/** The copies that the shelf tells of. */
export function createCopies(options: CopiesOptions): Copies {
  const { shelf, keyLoop, keyOf, now, wait } = options
  const work = createSharedWork<FileCopy>()

  const projectOf = ({ keyId, project }: FileCopy) => keyOf(keyId)?.project ?? project
  const of = ({ copies }: KeptFile) => copies.filter(({ expiresAt }) => expiresAt > now() + LAST_MOMENTS)

  /** False where the file is gone, or another one has its name now. */
  async function save(
    { id, ...key }: KeptFile,
    change: (known: KeptFile) => Partial<Pick<KeptFile, 'hasBytes' | 'copies'>>,
  ): Promise<boolean> {
    const known = shelf.find(key)
    if (known?.id !== id) return false
    await shelf.put({ ...known, ...change(known), usedAt: now() })
    return true
  }

  const saveCopies = (file: KeptFile, change: (copies: readonly FileCopy[]) => FileCopy[]) =>
    save(file, (known) => ({ copies: change(of(known)) }))

  async function make(file: KeptFile, project: string, errand: Errand): Promise<FileCopy> {
    const { copy, isSame } = await upload(file, project, errand)
    if (isSame && (await saveCopies(file, (copies) => [...copies, copy]))) return copy
    void removeCopy(copy)
    if (isSame) throw new GatewayError('not_found', GONE)
    options.warn('The bytes that were kept of a file are not those that Google has of it', {
      file: file.name,
    })
    await save(file, () => ({ hasBytes: false }))
    throw new GatewayError('bad_upstream', 'Google did not get the same file a second time')
  }

  /** Once more where it broke off amid its bytes: what was begun cannot be gone on with. */
  async function upload(file: KeptFile, project: string, errand: Errand): Promise<UploadedCopy> {
    const bytes = await openKept(file)
    try {
      return await uploadCopy(file, bytes, project, errand, options)
    } catch (thrown) {
      if (bytes.failure !== undefined) throw await unreadable(file, bytes.failure)
      const isOver = errand.leaving.aborted || !bytes.isSpent
      if (isOver || !isGatewayError(thrown) || !isPassing(thrown)) throw thrown
      return uploadCopy(file, await openKept(file), project, errand, options)
    }
  }

  async function openKept(file: KeptFile): Promise<OpenBytes> {
    if (!file.hasBytes) throw new GatewayError('invalid_request', UNREADABLE)
    try {
      return await openBytes(options.byteFiles.read(shelf.pathOf(file.id), file.length))
    } catch (error) {
      throw await unreadable(file, error)
    }
  }

  async function unreadable(file: KeptFile, error: unknown): Promise<GatewayError> {
    options.warn('The bytes that were kept of a file cannot be read', { error, file: file.name })
    await save(file, () => ({ hasBytes: false }))
    return new GatewayError('invalid_request', UNREADABLE)
  }

  async function untilActive(file: KeptFile, copy: FileCopy, errand: Errand): Promise<FileCopy> {
    const since = now()
    for (let look = 0; now() - since < LONGEST_LOOK; look++) {
      await wait(LOOKS[look] ?? LOOKS.at(-1)!, errand.leaving)
      const state = await stateOfCopy(copy, projectOf(copy), errand, keyLoop)
      if (state === 'PROCESSING') continue
      const others = (copies: readonly FileCopy[]) => copies.filter(({ name }) => name !== copy.name)
      if (state === 'ACTIVE') {
        const active = { ...copy, isActive: true }
        await saveCopies(file, (copies) => [...others(copies), active])
        return active
      }
      await saveCopies(file, others)
      if (state !== 'GONE') void removeCopy(copy)
      throw new GatewayError('bad_upstream', 'Google could not make anything of the copy')
    }
    throw new GatewayError('upstream_timeout', 'Google still looks through the copy; try again later')
  }

  async function removeCopy(copy: FileCopy): Promise<void> {
    await deleteCopy(copy, projectOf(copy), keyLoop).catch((error) =>
      options.warn('A copy of a file that is gone stays at Google until its time is over', { error }),
    )
  }

  async function bringOnce(key: FileKey, project: string, errand: Errand): Promise<FileCopy> {
    const file = shelf.find(key)
    if (file === undefined) throw new GatewayError('not_found', GONE)
    const copy = of(file).find((known) => projectOf(known) === project) ?? (await make(file, project, errand))
    return copy.isActive ? copy : untilActive(file, copy, errand)
  }

  return {
    of,
    projectOf,
    async bring(file, project, { trace, leaving }) {
      const ready = of(file).find((copy) => copy.isActive && projectOf(copy) === project)
      if (ready !== undefined) return ready
      const begin = (signal: AbortSignal) => bringOnce(file, project, { trace, leaving: signal })
      try {
        return await trace.waiting(work.join(`${file.id} ${project}`, leaving, begin))
      } catch (thrown) {
        throw explained(file, thrown)
      }
    },
    async forget(file, gone) {
      await saveCopies(file, (copies) => copies.filter(({ name }) => name !== gone.name))
    },
    remove: (files) => void inParallel(files.flatMap(of), REMOVED_AT_ONCE, removeCopy),
  }
}

const UNREADABLE = 'what was kept of it cannot be read any more; upload it again'
const GONE = 'it was deleted meanwhile'

/** Whether the same may go well at once. */
function isPassing({ kind, status }: GatewayError): boolean {
  return kind === 'bad_upstream' || (kind === 'upstream_refused' && status >= 500)
}

/** What went wrong, and with which of the call's files. Google refused our request, not the client's. */
function explained({ name }: KeptFile, thrown: unknown): unknown {
  if (!isGatewayError(thrown) || thrown.kind === 'client_gone' || thrown.kind === 'internal') return thrown
  const { kind, message, retryAfterSeconds, facts } = thrown
  return new GatewayError(
    kind === 'upstream_refused' ? 'bad_upstream' : kind,
    `${name} could not be uploaded again to the Google project that is to answer: ${message}`,
    {
      ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
      ...(facts && { facts }),
      cause: thrown,
    },
  )
}
