import type { ByteFiles, WritableBytes } from '../byte-files.ts'
import { createReferenceSearch } from './reference-search.ts'
import type { Shelf } from './shelf.ts'

/** The bytes of an upload that is under way, as they are written to disk. It never fails: it is lost then. */
export interface Draft {
  readonly id: string
  /** Once lost it takes nothing more, and nothing of it is left. */
  readonly isLost: boolean
  /** Where the next byte goes. */
  readonly at: number
  /** How far it was ever written. */
  readonly length: number
  /** Goes on from a place within its length, for about so many bytes; lost where there is no room for them. */
  goOn(at: number, expected?: number): void
  /**
   * Writes a piece; what it returns, if anything, is to be waited for before the next one. Lost where the file names
   * what only its own project has.
   */
  take(piece: Uint8Array): Promise<void> | undefined
  /** Closes the file until it goes on. */
  pause(): void
  /** Makes a whole file of what was written before `at`; true where it is one, which is never lost any more. */
  finish(): Promise<boolean>
  /** Settles when nothing of it is left on disk. */
  lose(): Promise<void>
}

export interface DraftOptions {
  readonly byteFiles: ByteFiles
  readonly shelf: Pick<Shelf, 'claim' | 'couldHold' | 'give' | 'pathOf'>
  wait(milliseconds: number, signal: AbortSignal): Promise<void>
  /** Told why a draft was lost on our side. */
  failed(cause: unknown): void
}

/** What may wait for the disk before an upload waits too, in bytes, and for how long then, in milliseconds. */
const MOST_WAITING = 4 * 1024 * 1024
const LONGEST_WAIT = 5_000

/** A draft without a byte; `id` names its file. */
export function createDraft(id: string, options: DraftOptions): Draft {
  const { byteFiles, shelf, wait } = options
  const path = shelf.pathOf(id)
  const namesOthers = createReferenceSearch()
  let file: WritableBytes | undefined
  let isMade = false
  let isLost = false
  let isWhole = false
  let work = Promise.resolve()
  let waiting = 0
  let at = 0
  /** Bytes of room that were claimed; the file is never longer. */
  let claimed = 0
  let written = 0

  function queue(step: () => Promise<void>): void {
    work = work.then(step).catch(fail)
  }

  function fail(cause: unknown): void {
    if (isLost) return
    options.failed(cause)
    void lose()
  }

  function lose(): Promise<void> {
    if (isLost || isWhole) return work
    isLost = true
    shelf.give(claimed)
    claimed = 0
    const over = async () => {
      await close()
      if (isMade) await byteFiles.remove(path)
    }
    work = work.then(over).catch(options.failed)
    return work
  }

  async function close(): Promise<void> {
    const open = file
    file = undefined
    await open?.close()
  }

  function claim(end: number): boolean {
    if (end <= claimed) return true
    if (!shelf.claim(end - claimed)) return false
    claimed = end
    return true
  }

  async function write(piece: Uint8Array, place: number): Promise<void> {
    try {
      if (!isLost) await (await opened()).write(piece, place)
    } finally {
      waiting -= piece.length
    }
  }

  /** Made anew only once: what went on in a file that somebody removed would be full of holes. */
  async function opened(): Promise<WritableBytes> {
    file ??= await (isMade ? byteFiles.open(path) : byteFiles.create(path))
    isMade = true
    return file
  }

  /** A disk that stands still must not hold an upload up. */
  async function caughtUp(): Promise<void> {
    const done = new AbortController()
    work.then(() => done.abort())
    await wait(LONGEST_WAIT, done.signal)
    if (!done.signal.aborted) fail(new Error('The disk takes too long'))
  }

  return {
    id,
    get isLost() {
      return isLost
    },
    get at() {
      return at
    },
    get length() {
      return written
    },
    goOn(place, expected = 0) {
      at = place
      if (!shelf.couldHold(place + expected - claimed)) void lose()
    },
    take(piece) {
      if (isLost) return undefined
      const place = at
      at += piece.length
      written = Math.max(written, at)
      if (namesOthers(piece, place) || !claim(at)) {
        void lose()
        return undefined
      }
      waiting += piece.length
      queue(() => write(piece, place))
      return waiting > MOST_WAITING ? caughtUp() : undefined
    },
    pause: () => queue(close),
    async finish() {
      queue(async () => {
        if (isLost) return
        await (await opened()).cut(at)
        await close()
      })
      await caughtUp()
      if (isLost) return false
      isWhole = true
      shelf.give(claimed - at)
      claimed = at
      return true
    },
    lose,
  }
}
