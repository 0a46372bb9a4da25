import { randomUUID } from 'node:crypto'
import type { Key } from '../keys.ts'
import { createDraft, type Draft, type DraftOptions } from './draft.ts'
import { readUploaded } from './kept-file.ts'
import { createRelatedFile } from './related-file.ts'
import type { Shelf } from './shelf.ts'
import { type Stretch, stretchOf } from './upload-stretch.ts'

/** Writes the bytes of uploads to disk while they go to Google. */
export interface UploadRecorder {
  /** An upload that begins: one that says to be larger than what can be kept is not followed. */
  announced(upload: string, headers: Headers): void
  /** Follows one request of an upload; `upload` names one that comes in several. */
  record(upload: string | undefined, headers: Headers): Recording
  /** Gives up what is under way; settles when nothing of it is left on disk, or when that takes too long. */
  close(): Promise<void>
}

/** One request of an upload on its way. */
export interface Recording {
  /** Takes a piece of its body; what it returns, if anything, is to be waited for before the next one. */
  take(piece: Uint8Array): Promise<void> | undefined
  /** Google took it, with this answer; where that names the file, it is kept by the time this settles. */
  taken(answer: unknown, key: Pick<Key, 'id'> | undefined, isOver: boolean): Promise<void>
  /** Google did not take it, as far as one knows. */
  refused(): void
}

export interface UploadRecorderOptions extends Omit<DraftOptions, 'failed' | 'shelf'> {
  readonly shelf: Shelf
  readonly now: () => number
  warn(message: string, fields: Record<string, unknown>): void
}

/** An upload that comes in several requests. */
interface Under {
  readonly draft: Draft
  /** So many bytes Google is known to have. */
  confirmed: number
  isBusy: boolean
  seenAt: number
}

/** An upload that nobody goes on with is given up, in milliseconds. */
const LONGEST_PAUSE = 3_600_000
const SWEEP = 60_000
/** A disk that stands still must not hold the end up, in milliseconds. */
const LONGEST_END = 5_000

/** No upload is under way. */
export function createUploadRecorder(options: UploadRecorderOptions): UploadRecorder {
  const { shelf, now, warn } = options
  const uploads = new Map<string, Under>()
  let hasFailed = false
  const timer = setInterval(sweep, SWEEP)
  timer.unref?.()

  function sweep(): void {
    for (const [name, { seenAt, isBusy }] of uploads)
      if (!isBusy && now() - seenAt > LONGEST_PAUSE) void drop(name)
  }

  async function drop(name: string): Promise<void> {
    const upload = uploads.get(name)
    uploads.delete(name)
    await upload?.draft.lose()
  }

  /** The log is told once, and again after it went well. */
  function failed(error: unknown): void {
    if (!hasFailed) warn('The bytes of an upload cannot be kept', { error })
    hasFailed = true
  }

  function draft(): Draft {
    return createDraft(randomUUID(), { ...options, failed })
  }

  function underWay(name: string, at: number | undefined): Under | undefined {
    const known = uploads.get(name)
    if (known !== undefined || at !== 0) return known
    const begun = { draft: draft(), confirmed: 0, isBusy: false, seenAt: now() }
    uploads.set(name, begun)
    return begun
  }

  async function keep(written: Draft, answer: unknown, key: Pick<Key, 'id'> | undefined): Promise<void> {
    const uploaded = readUploaded(answer)
    const isWhole = uploaded?.length === written.at && key !== undefined && (await written.finish())
    if (!isWhole) return void written.lose()
    hasFailed = false
    const { id } = written
    await shelf.put({ id, keyId: key.id, hasBytes: true, usedAt: now(), copies: [], ...uploaded })
  }

  function recordWhole(headers: Headers): Recording {
    const written = draft()
    const type = headers.get('content-type') ?? ''
    const related = /^multipart\/related/i.test(type) ? createRelatedFile(type) : undefined
    const { expected } = stretchOf(headers)
    written.goOn(0, related ? 0 : expected)
    return {
      take(piece) {
        const own = related ? related.push(piece) : piece
        return own && written.take(own)
      },
      taken: (answer, key) => keep(written, answer, key),
      refused: written.lose,
    }
  }

  function recordPart(name: string, stretch: Stretch): Recording {
    const upload = underWay(name, stretch.at)
    if (upload === undefined) return NOTHING
    const { at } = stretch
    const isNext = at !== undefined && at >= upload.confirmed && at <= upload.draft.length && !upload.isBusy
    if (upload.isBusy) void upload.draft.lose() // two at once: nobody knows which Google takes
    upload.seenAt = now()
    if (isNext) {
      upload.isBusy = true
      upload.draft.goOn(at, stretch.expected)
    }
    let isOpen = isNext
    const pause = () => {
      if (!isOpen) return
      isOpen = false
      upload.isBusy = false
      upload.draft.pause()
    }
    return {
      take: (piece) => (isOpen ? upload.draft.take(piece) : undefined),
      async taken(answer, key, isOver) {
        // Google took what was passed by here.
        if (at !== undefined && !isNext) return void drop(name)
        if (isNext) upload.confirmed = upload.draft.at
        pause()
        if (!isOver && readUploaded(answer) === undefined) return
        uploads.delete(name)
        if (upload.draft.at !== upload.confirmed) upload.draft.goOn(upload.confirmed)
        await keep(upload.draft, answer, key)
      },
      refused: pause,
    }
  }

  return {
    announced(upload, headers) {
      const length = Number(headers.get('x-goog-upload-header-content-length') ?? 0)
      if (!shelf.couldHold(length)) void underWay(upload, 0)?.draft.lose()
    },
    record(upload, headers) {
      const encoding = headers.get('content-encoding') ?? 'identity'
      if (encoding !== 'identity') return NOTHING
      return upload === undefined ? recordWhole(headers) : recordPart(upload, stretchOf(headers))
    },
    async close() {
      clearInterval(timer)
      const done = new AbortController()
      void Promise.all(Array.from(uploads.keys(), drop)).then(() => done.abort())
      await options.wait(LONGEST_END, done.signal)
    },
  }
}

/** Follows nothing. */
const NOTHING: Recording = {
  take: () => undefined,
  async taken() {},
  refused() {},
}
