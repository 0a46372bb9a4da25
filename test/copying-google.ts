import type { KeyLoop } from '../core/call/key-loop.ts'
import { createTrace, type Trace } from '../core/call/trace.ts'
import type { Answer, UpstreamRequest } from '../core/call/upstream.ts'
import type { FileCopy, KeptFile } from '../core/kept-files/kept-file.ts'
import { openShelf } from '../core/kept-files/shelf.ts'
import { memoryDocuments, memoryFiles } from './memory-files.ts'
import { key } from './virtual-pool.ts'

export const FOLDER = '/data/kept-files'
export const BASE = 'https://google.example'

/** What a Google behind a key loop does with uploads, as far as copies need it. */
export interface CopyingGoogle {
  readonly keyLoop: KeyLoop
  /** `POST start p2`, `POST upload p2`, `GET files/copy-1`, in their order. */
  readonly asked: string[]
  /** What each look at a copy shows, one after the other; ACTIVE where there is none. */
  readonly states: string[]
  /** Thrown in place of the next answers, one after the other. */
  readonly failures: (Error | undefined)[]
  /** Waited for before a copy's bytes are answered. */
  gate: Promise<void> | undefined
  /** Deletions wait for the gate too. */
  isDeletingSlowly: boolean
  sha256Hash: string
}

/** A Google of keys `k1`, `k2` … of projects `p1`, `p2` … */
export function copyingGoogle(): CopyingGoogle {
  let made = 0
  const google: CopyingGoogle = {
    asked: [],
    states: [],
    failures: [],
    gate: undefined,
    isDeletingSlowly: false,
    sha256Hash: 'h',
    keyLoop: {
      async run(request, trace, leaving, read) {
        const project = request.project ?? 'p1'
        trace.attempts++
        trace.key = key(`k${project.slice(1)}`, project)
        const failure = google.failures.shift()
        const answer = await answerTo(request, project, leaving)
        if (failure) throw failure
        const reading = await read(answer, () => {})
        if (!reading.ok) throw new Error('It was not to be read')
        return reading.value
      },
    },
  }

  async function answerTo(request: UpstreamRequest, project: string, leaving: AbortSignal): Promise<Answer> {
    const command = request.headers['x-goog-upload-command']
    if (command === 'start') {
      google.asked.push(`POST start ${project}`)
      return toAnswer({}, { 'x-goog-upload-url': `${BASE}/upload/v1beta/files?upload_id=u1` })
    }
    if (command !== undefined) {
      const left = new Promise<void>((resolve) => leaving.addEventListener('abort', () => resolve()))
      await Promise.race([google.gate, left])
      google.asked.push(`POST upload ${project}${leaving.aborted ? ' left' : ''}`)
      return toAnswer({ file: await toFile(request) })
    }
    google.asked.push(`${request.method} ${request.path.replace('/v1beta/', '')}`)
    if (request.method === 'DELETE' && google.isDeletingSlowly) await google.gate
    return toAnswer({ state: google.states.shift() ?? 'ACTIVE' })
  }

  async function toFile(request: UpstreamRequest) {
    const bytes = await new Response(request.body(() => {}) as BodyInit).bytes()
    const state = google.states.shift() ?? 'ACTIVE'
    const { sha256Hash } = google
    const name = `files/copy-${++made}`
    return { name, mimeType: 'text/plain', sizeBytes: String(bytes.length), sha256Hash, state }
  }
  return google
}

function toAnswer(body: object, headers: Record<string, string> = {}): Answer {
  const bytes = new TextEncoder().encode(JSON.stringify(body))
  let isRead = false
  return {
    status: 200,
    headers: new Headers(headers),
    bytes: async () => bytes,
    async read() {
      if (isRead) return undefined
      isRead = true
      return bytes
    },
    end() {},
  }
}

/** Kept files of `p1` with their bytes, on a shelf. */
export async function shelfOf(...names: readonly string[]) {
  const byteFiles = memoryFiles()
  const documents = memoryDocuments()
  const { shelf } = await openShelf({
    folder: FOLDER,
    byteFiles,
    documents,
    maxBytes: 1_000,
    isThere: () => true,
    warn() {},
  })
  const files = names.map((name, index) => keptFile(name, { keyId: `k${index + 1}`, length: 10 - index }))
  for (const file of files) {
    shelf.claim(file.length)
    byteFiles.contents.set(shelf.pathOf(file.id), new Uint8Array(file.length))
    await shelf.put(file)
  }
  return { shelf, files, byteFiles }
}

/** A kept file. */
export function keptFile(name: string, fields: Partial<KeptFile> = {}): KeptFile {
  return {
    id: `id-of-${name}`,
    name: `files/${name}`,
    keyId: 'k1',
    mimeType: 'text/plain',
    length: 10,
    sha256Hash: 'h',
    hasBytes: true,
    usedAt: 0,
    copies: [],
    ...fields,
  }
}

/** A copy in `p2`. */
export function fileCopy(fields: Partial<FileCopy> = {}): FileCopy {
  return { name: 'files/known', keyId: 'k2', project: 'p2', expiresAt: 9e12, isActive: true, ...fields }
}

/** An errand of nobody who leaves. */
export function errand(leaving = new AbortController().signal): { trace: Trace; leaving: AbortSignal } {
  return { trace: createTrace(), leaving }
}
