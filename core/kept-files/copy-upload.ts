import { parseReply } from '../call/answer-faults.ts'
import type { KeyLoop } from '../call/key-loop.ts'
import { branchOf, type Trace } from '../call/trace.ts'
import { toUploadAddress } from '../call/upload-address.ts'
import type { UpstreamRequest } from '../call/upstream.ts'
import { GatewayError } from '../errors.ts'
import type { Key } from '../keys.ts'
import { namesMade } from '../ownership/names-made.ts'
import { lifetimeOf } from '../ownership/resource-name.ts'
import type { OpenBytes } from './kept-bytes.ts'
import { type FileCopy, type KeptFile, readUploaded } from './kept-file.ts'

export interface CopyUploadOptions {
  readonly keyLoop: KeyLoop
  /** Of Google, without a slash at the end. */
  readonly baseUrl: string
  readonly now: () => number
}

/** For whose sake something is done, and until when. */
export interface Errand {
  readonly trace: Trace
  readonly leaving: AbortSignal
}

/** An answer, and the key that it came by. */
export interface ToldBy {
  readonly answer: unknown
  readonly headers: Headers
  readonly key: Key
}

/** A file that was uploaded again, and whether Google says of it what it said of the first. */
export interface UploadedCopy {
  readonly copy: FileCopy
  readonly isSame: boolean
}

/**
 * Uploads a kept file again, by the protocol that Google's own clients use, with a key of a project. Its attempts are
 * counted like any. Throws a GatewayError.
 */
export async function uploadCopy(
  file: KeptFile,
  bytes: OpenBytes,
  project: string,
  errand: Errand,
  { keyLoop, baseUrl, now }: CopyUploadOptions,
): Promise<UploadedCopy> {
  try {
    const { headers, key } = await ask(toStart(file, project), errand, keyLoop)
    const stated = headers.get('x-goog-upload-url')
    if (stated === null) throw new GatewayError('bad_upstream', 'Google named no address for the upload')
    const { path } = toUploadAddress(stated, baseUrl)
    const sent = await ask({ ...toSend(file, bytes), path, project, keyId: key.id }, errand, keyLoop)
    return toCopy(file, sent, now())
  } finally {
    bytes.close()
  }
}

/** Sends a request of our own beside a call's. */
export async function ask(
  request: UpstreamRequest,
  { trace, leaving }: Errand,
  keyLoop: KeyLoop,
): Promise<ToldBy> {
  const branch = branchOf(trace)
  try {
    const { bytes, headers } = await keyLoop.run(request, branch, leaving, async (answer) => ({
      ok: true,
      value: { bytes: await answer.bytes(), headers: answer.headers },
    }))
    if (branch.key === undefined) throw new TypeError('An answer came by no key')
    return { answer: parseReply(new TextDecoder().decode(bytes)), headers, key: branch.key }
  } finally {
    branch.ended(undefined)
  }
}

function toStart({ displayName, mimeType, length }: KeptFile, project: string): UpstreamRequest {
  const body = JSON.stringify({ file: { displayName, mimeType } })
  return {
    method: 'POST',
    path: '/upload/v1beta/files',
    headers: {
      'content-type': 'application/json',
      'x-goog-upload-protocol': 'resumable',
      'x-goog-upload-command': 'start',
      'x-goog-upload-header-content-length': String(length),
      'x-goog-upload-header-content-type': mimeType,
    },
    body: () => body,
    model: undefined,
    repeatable: true,
    project,
  }
}

function toSend({ length }: KeptFile, bytes: OpenBytes): Omit<UpstreamRequest, 'path'> {
  return {
    method: 'POST',
    headers: {
      'content-type': 'application/octet-stream',
      'content-length': String(length),
      'x-goog-upload-command': 'upload, finalize',
      'x-goog-upload-offset': '0',
    },
    body: (moved) => (length === 0 ? undefined : bytes.stream(moved)),
    // Where Google has some of it already, the same again is refused.
    isSpent: () => bytes.isSpent,
    model: undefined,
    repeatable: false,
  }
}

function toCopy(file: KeptFile, { answer, key }: ToldBy, now: number): UploadedCopy {
  const uploaded = readUploaded(answer)
  if (uploaded === undefined) throw new GatewayError('bad_upstream', 'Google ended the upload without a file')
  const { name, length, sha256Hash } = uploaded
  const expiresAt = namesMade(answer, 'files').find((made) => made.name === name)?.expiresAt
  const isActive = stateOf((answer as { readonly file?: unknown }).file) === 'ACTIVE'
  return {
    copy: {
      name,
      keyId: key.id,
      project: key.project,
      expiresAt: expiresAt ?? now + lifetimeOf(name),
      isActive,
    },
    isSame: length === file.length && sha256Hash === file.sha256Hash,
  }
}

/** `ACTIVE`, `PROCESSING` or `FAILED`: https://ai.google.dev/api/files#State */
export function stateOf(file: unknown): string {
  const { state = 'ACTIVE' } = (file ?? {}) as { readonly state?: string }
  return state
}
