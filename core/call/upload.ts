import { joinBytes } from '../http/join-bytes.ts'
import { ownAddress } from '../http/own-address.ts'
import { toClientHeaders } from '../http/passed-headers.ts'
import type { BodyLimits } from '../http/request-body.ts'
import { type StreamedBody, streamedBody } from '../http/streamed-body.ts'
import type { Recording, UploadRecorder } from '../kept-files/upload-recorder.ts'
import { namesMade } from '../ownership/names-made.ts'
import { notTheirs } from '../ownership/ownership-errors.ts'
import type { NativeTarget } from '../plugin.ts'
import { parseReply } from './answer-faults.ts'
import type { Flight } from './flight.ts'
import type { Reading } from './key-loop.ts'
import { locate } from './locate.ts'
import type { MakingOptions } from './relay-made.ts'
import { toUploadAddress, toUploadName } from './upload-address.ts'
import type { Answer, UpstreamRequest } from './upstream.ts'
import { toNativeRequest } from './upstream-requests.ts'
import type { WholeBytes } from './whole-reply.ts'

export interface UploadOptions extends MakingOptions {
  /** Of Google, without a slash at the end. */
  readonly baseUrl: string
  /** Of request bodies. */
  readonly limits: BodyLimits
  /** Keeps files; undefined where none are kept. */
  readonly recorder: UploadRecorder | undefined
  /** Reads the request's body into the flight. */
  readBody(flight: Flight): Promise<void>
}

const HELD = 8 * 1024 * 1024

/**
 * One request of an upload: its start, a part of it, or all of it at once. Bytes pass through as they come; parts
 * go to the key that started, and the file belongs to that key's project.
 */
export async function answerUpload(
  flight: Flight,
  target: NativeTarget,
  options: UploadOptions,
): Promise<Response> {
  const { url, request } = flight.exchange
  const { headers } = request
  const id = url.searchParams.get('upload_id')
  if (id !== null) return answerPart(flight, target, id, options)
  if (isStart(headers, url.searchParams)) {
    await options.readBody(flight)
    const located = locate(flight, target, options.ownership)
    const sent = await send(flight, toNativeRequest(flight, located), options)
    return finish(flight, located, sent, options)
  }
  // What is in a file refers to nothing.
  flight.place = options.ownership.locate(flight.head.client, { path: target.resource, body: [] })
  const upstream = withContentHeaders(flight, toNativeRequest(flight, target))
  return sendBody(flight, target, upstream, options)
}

/** https://ai.google.dev/api/files#v1beta.media.upload; older clients say it in the query. */
function isStart(headers: Headers, query: URLSearchParams): boolean {
  const protocol =
    headers.get('x-goog-upload-protocol') ?? query.get('upload_protocol') ?? query.get('uploadType')
  return protocol === 'resumable' || /\bstart\b/.test(headers.get('x-goog-upload-command') ?? '')
}

async function answerPart(
  flight: Flight,
  target: NativeTarget,
  id: string,
  options: UploadOptions,
): Promise<Response> {
  const name = toUploadName(id)
  const upload = options.ownership.find(flight.head.client, name)
  if (upload?.uploadPath === undefined) throw notTheirs()
  const sent = toNativeRequest(flight, target)
  const { keyId, project, uploadPath: path } = upload
  const upstream = { ...sent, path, keyId, project }
  return sendBody(flight, target, withContentHeaders(flight, upstream), options, name)
}

function withContentHeaders({ exchange }: Flight, upstream: UpstreamRequest): UpstreamRequest {
  const headers: Record<string, string> = { ...upstream.headers }
  for (const name of ['content-type', 'content-length', 'content-encoding', 'content-range']) {
    const value = exchange.request.headers.get(name)
    if (value !== null) headers[name] = value
  }
  return { ...upstream, headers }
}

async function sendBody(
  flight: Flight,
  target: NativeTarget,
  upstream: UpstreamRequest,
  options: UploadOptions,
  upload?: string,
): Promise<Response> {
  flight.outliveAnswer()
  const { request: received } = flight.exchange
  const isFile = target.collection === 'files'
  const recording = isFile ? options.recorder?.record(upload, received.headers) : undefined
  const body = streamedBody(received, {
    ...(recording && { take: recording.take }),
    failed: flight.leave,
    silence: options.limits.silence,
  })
  try {
    const request = {
      ...upstream,
      repeatable: false,
      ...(await toSent(flight, body, options, upload !== undefined)),
    }
    return await finish(flight, target, await send(flight, request, options), options, upload, recording)
  } catch (thrown) {
    recording?.refused()
    throw body.failure ?? thrown
  }
}

async function toSent(
  flight: Flight,
  body: StreamedBody,
  options: UploadOptions,
  isPart: boolean,
): Promise<Pick<UpstreamRequest, 'body' | 'isSpent'>> {
  const { request } = flight.exchange
  if (request.body === null || request.headers.get('content-length') === '0') return { body: () => undefined }
  const held = isPart ? undefined : await hold(flight, body, options)
  return held ? { body: () => held } : { body: body.stream, isSpent: () => body.isBegun }
}

/** The bytes of a small file that goes up whole, so that another key may take it where one is refused. */
async function hold(
  flight: Flight,
  body: StreamedBody,
  { limits: { budget } }: UploadOptions,
): Promise<Uint8Array | undefined> {
  const length = Number(flight.exchange.request.headers.get('content-length') ?? Number.NaN)
  if (!(length <= HELD) || !budget.take(length)) return undefined
  flight.body = { bytes: new Uint8Array(), release: () => budget.give(length) }
  return joinBytes(await flight.trace.waiting(Array.fromAsync(body.stream(() => {}))))
}

function send(flight: Flight, upstream: UpstreamRequest, { keyLoop }: UploadOptions): Promise<WholeBytes> {
  // A name in what begins an upload is the new file's own: nothing of it is elsewhere.
  return keyLoop.run(
    { ...upstream, model: undefined, movable: undefined },
    flight.trace,
    flight.leaving,
    readWhole,
  )
}

async function readWhole(answer: Answer): Promise<Reading<WholeBytes>> {
  const { headers, status } = answer
  return { ok: true, value: { bytes: await answer.bytes(), headers, status } }
}

/** Keeps what Google's answer made, and gives it to the client with our address in place of Google's. */
async function finish(
  flight: Flight,
  target: NativeTarget,
  { bytes, headers, status }: WholeBytes,
  options: UploadOptions,
  upload?: string,
  recording?: Recording,
): Promise<Response> {
  const { ownership, baseUrl } = options
  const { client } = flight.head
  const answered = toClientHeaders(headers)
  delete answered.location
  const stated = headers.get('x-goog-upload-url') ?? headers.get('location')
  const answer = parseReply(new TextDecoder().decode(bytes))
  const made = [...namesMade(answer, target.collection ?? '')]
  if (stated !== null && upload === undefined) {
    const address = toUploadAddress(stated, baseUrl)
    const ours = ownAddress(flight.exchange) + prefixOf(flight) + address.ours
    answered[headers.has('x-goog-upload-url') ? 'x-goog-upload-url' : 'location'] = ours
    const name = toUploadName(address.id)
    made.push({ name, uploadPath: address.path })
    options.recorder?.announced(name, flight.exchange.request.headers)
  }
  const over = headers.get('x-goog-upload-status')
  if (flight.trace.key) await flight.trace.waiting(ownership.learn(client, flight.trace.key, made))
  if (recording) await flight.trace.waiting(recording.taken(answer, flight.trace.key, isOver(over)))
  if (upload !== undefined && (isOver(over) || commandOf(flight) === 'cancel'))
    await flight.trace.waiting(ownership.forget(client, upload))
  answered['x-goog-upload-status'] = over ?? (upload === undefined && stated === null ? 'final' : 'active')
  flight.finish(status)
  return new Response(bytes, { status, headers: { ...answered, ...flight.headers() } })
}

function isOver(status: string | null): boolean {
  return status === 'final' || status === 'cancelled'
}

function commandOf({ exchange }: Flight): string {
  return exchange.request.headers.get('x-goog-upload-command')?.trim().toLowerCase() ?? ''
}

/** What stands before `/upload` in the address that this client uses. */
function prefixOf({ exchange }: Flight): string {
  const { pathname } = exchange.url
  return pathname.slice(0, Math.max(0, pathname.indexOf('/upload/')))
}

/** An upload's answer always says how the upload stands: clients ask again and again where it does not. */
export function withUploadStatus(response: Response): Response {
  if (response.headers.has('x-goog-upload-status')) return response
  const isLost = response.status === 404 || response.status === 403
  response.headers.set('x-goog-upload-status', isLost ? 'final' : 'active')
  return response
}
