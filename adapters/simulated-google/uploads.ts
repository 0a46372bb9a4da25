import { createHash } from 'node:crypto'
import { headersOf } from './delivery.ts'
import { type ErrorAnswer, googleError } from './error-answer.ts'
import type { Exchange } from './exchange.ts'
import type { Google } from './google.ts'
import { toPrettyJson } from './json-text.ts'
import { readRelated } from './related-parts.ts'
import { newId, type Resource } from './shelf.ts'
import { refuseVisit, type Visit } from './visit.ts'
import { isRecord } from './wire-fields.ts'

/** An upload under way. */
export interface Upload {
  readonly project: string
  readonly key: string
  readonly metadata: Record<string, unknown>
  readonly mimeType: string
  readonly hash: ReturnType<typeof createHash>
  readonly pieces: Buffer[]
  received: number
}

/** Bytes of a file that are kept; a longer one is only counted. */
const KEPT = 1024 * 1024

/** Answers a request of an upload; https://ai.google.dev/api/files#v1beta.media.upload */
export async function answerUpload(visit: Visit, parts: readonly string[], action: string): Promise<unknown> {
  const { google, call, query } = visit
  const id = query.get('upload_id')
  if (id !== null) {
    const upload = google.uploads.get(id)
    if (!upload) return refuseVisit(visit, googleError('NOT_FOUND', 'Upload not found.'))
    return continueUpload(visit, id, upload, parts)
  }
  const owner = action === 'uploadToFileSearchStore' ? parts.join('/') : undefined
  if (owner && !google.shelf.find(visit.context.project, owner)) return refuseVisit(visit, NO_ENTITY)
  const protocol = call.headers['x-goog-upload-protocol'] ?? query.get('uploadType')
  if (protocol === 'resumable') return begin(visit)
  const upload = toUpload(visit, {}, call.headers['content-type'] ?? '')
  if (protocol === 'multipart') await receiveParts(visit, upload)
  else await receive(visit, upload)
  return finish(visit, upload, parts)
}

function begin(visit: Visit): void {
  const { google, call, exchange } = visit
  const id = newId()
  const body = JSON.parse(call.body.toString() || '{}') as Record<string, unknown>
  const metadata = isRecord(body.file) ? body.file : body
  const mimeType = call.headers['x-goog-upload-header-content-type'] ?? ''
  google.uploads.set(id, toUpload(visit, metadata, mimeType))
  const host = google.uploadHost ?? `http://${call.headers.host}`
  exchange.head(200, {
    'x-goog-upload-status': 'active',
    'x-goog-upload-chunk-granularity': '262144',
    'x-goog-upload-url': `${host}${call.path}?upload_id=${id}&upload_protocol=resumable`,
  })
  exchange.end()
}

function toUpload({ context }: Visit, metadata: Record<string, unknown>, mimeType: string): Upload {
  const { project, key } = context
  return { project, key, metadata, mimeType, hash: createHash('sha256'), pieces: [], received: 0 }
}

async function continueUpload(
  visit: Visit,
  id: string,
  upload: Upload,
  parts: readonly string[],
): Promise<unknown> {
  const { google, call, context, exchange } = visit
  const commands = (call.headers['x-goog-upload-command'] ?? '').split(',').map((text) => text.trim())
  if (upload.project !== context.project) return refuseVisit(visit, NO_ENTITY)
  if (commands.includes('cancel')) {
    google.uploads.delete(id)
    exchange.head(200, { 'x-goog-upload-status': 'cancelled' })
    return exchange.end()
  }
  if (commands.includes('upload')) {
    const offset = Number(call.headers['x-goog-upload-offset'] ?? 0)
    if (offset !== upload.received) return refuseOffset(visit, upload)
    await receive(visit, upload)
  }
  if (exchange.isOver) return undefined
  if (commands.includes('finalize')) {
    google.uploads.delete(id)
    return finish(visit, upload, parts)
  }
  exchange.head(200, {
    'x-goog-upload-status': 'active',
    'x-goog-upload-size-received': String(upload.received),
  })
  return exchange.end()
}

function refuseOffset(visit: Visit, { received }: Upload): void {
  visit.exchange.request.resume()
  const message = `Upload offset does not match: ${received} bytes were received.`
  refuseVisit(visit, googleError('INVALID_ARGUMENT', message))
}

/** Takes the body in as it comes, and keeps only so much of it. */
async function receive({ google, exchange }: Visit, upload: Upload): Promise<void> {
  for await (const piece of exchange.request as AsyncIterable<Buffer>) {
    take(upload, piece)
    if (google.uploadPauseMilliseconds > 0) await exchange.wait(google.uploadPauseMilliseconds)
  }
}

/** `multipart/related`: metadata, then the bytes. */
async function receiveParts({ exchange, call }: Visit, upload: Upload): Promise<void> {
  const pieces = await Array.fromAsync(exchange.request as AsyncIterable<Buffer>)
  const { metadata, bytes } = readRelated(Buffer.concat(pieces), call.headers['content-type'] ?? '')
  Object.assign(upload.metadata, isRecord(metadata.file) ? metadata.file : metadata)
  take(upload, bytes)
}

function take(upload: Upload, piece: Buffer): void {
  upload.hash.update(piece)
  if (upload.received < KEPT) upload.pieces.push(piece)
  upload.received += piece.length
}

function finish(visit: Visit, upload: Upload, parts: readonly string[]): void {
  const { google, exchange, call } = visit
  const name = typeof upload.metadata.name === 'string' ? upload.metadata.name : `files/${newId()}`
  const mimeType = upload.metadata.mimeType ?? upload.mimeType
  const time = (hours: number) => new Date(google.now() + hours * 3_600_000).toISOString()
  const value = {
    name,
    displayName: upload.metadata.displayName ?? upload.metadata.display_name,
    mimeType,
    sizeBytes: String(upload.received),
    createTime: time(0),
    updateTime: time(0),
    expirationTime: time(google.fileHours),
    sha256Hash: upload.hash.digest('base64'),
    uri: `http://${call.headers.host}/v1beta/${name}`,
    state: processing(google, mimeType).activeAt === undefined ? 'ACTIVE' : 'PROCESSING',
    source: 'UPLOADED',
  }
  const bytes = Buffer.concat(upload.pieces)
  google.shelf.put({ name, project: upload.project, value, bytes, ...processing(google, value.mimeType) })
  const isStore = parts[0] === 'fileSearchStores'
  const answer = isStore
    ? { name: `${parts.slice(0, 2).join('/')}/upload/operations/${newId()}`, done: true }
    : { file: value }
  exchange.head(200, { ...headersOf('whole'), 'x-goog-upload-status': 'final' })
  exchange.end(toPrettyJson(answer))
}

/** Google looks through a video before it may be used. */
function processing({ processingMilliseconds, now }: Google, mimeType: unknown): Partial<Resource> {
  const isLong = processingMilliseconds > 0 && String(mimeType).startsWith('video/')
  return isLong ? { activeAt: now() + processingMilliseconds } : {}
}

/** A file's own bytes. */
export function sendBytes(exchange: Exchange, { value, bytes }: Resource): void {
  exchange.head(200, { 'content-type': String(value.mimeType ?? 'application/octet-stream') })
  exchange.end(bytes)
}

const NO_ENTITY: ErrorAnswer = googleError('NOT_FOUND', 'Requested entity was not found.')
