import { GatewayError, isGatewayError } from '../errors.ts'
import { BYTES_PER_MEGABYTE, type ByteBudget } from './byte-budget.ts'
import { type ByteShare, createByteShare } from './byte-share.ts'
import { KNOWN_ENCODINGS } from './content-encoding.ts'
import { type ByteCount, collectBytes, decompressBytes, encodingIn } from './counted-bytes.ts'
import type { SilenceWatch } from './silence-watch.ts'
import { brokenOff, withinSilence } from './within-silence.ts'

/** A request body in memory. */
export interface RequestBody {
  /** Decompressed, without a UTF-8 byte order mark. */
  readonly bytes: Uint8Array
  /** Gives the body's share of the budget back; calls after the first do nothing. */
  release(): void
}

export interface BodyLimits {
  /** Of the body as sent, and of the body decompressed. */
  readonly maxBytes: number
  /** Shared by all bodies that are in memory. */
  readonly budget: ByteBudget
  /** Ends a body amid which the client falls silent. */
  readonly silence: SilenceWatch
}

/**
 * Reads a request's body whole. Throws a GatewayError, and then holds nothing: `too_large`, without reading
 * where the length is stated; `overloaded` when the budget is spent; `unsupported_media_type` for an
 * encoding that is not known; `invalid_request` for corrupt data and for a body that broke off or stood still.
 */
export async function readRequestBody(request: Request, limits: BodyLimits): Promise<RequestBody> {
  const encoding = encodingOf(request.headers)
  const share = createByteShare(limits.budget)
  try {
    const sent = await readSent(request, limits, share)
    const bytes = encoding === '' ? sent : await decompress(sent, encoding, toCount(limits, share))
    return { bytes: withoutByteOrderMark(bytes), release: share.release }
  } catch (error) {
    share.release()
    throw error
  }
}

function toCount({ maxBytes }: BodyLimits, share: ByteShare): ByteCount {
  return { maxBytes, share, tooLarge: () => tooLarge(maxBytes) }
}

function encodingOf(headers: Headers): string {
  const encoding = encodingIn(headers)
  if (encoding !== undefined) return encoding
  throw new GatewayError(
    'unsupported_media_type',
    `This content-encoding is not supported; send the body plain or as one of ${KNOWN_ENCODINGS.join(', ')}`,
  )
}

function readSent(request: Request, limits: BodyLimits, share: ByteShare): Promise<Uint8Array> {
  const length = statedLength(request.headers)
  if (length !== undefined && length > limits.maxBytes) throw tooLarge(limits.maxBytes)
  return length !== undefined && length <= SHORT
    ? readShort(request, length, limits, share)
    : readCounted(request, length, limits, share)
}

/** Up to this a body's stated length is taken from the budget at once; a longer one only as it arrives. */
const SHORT = 64 * 1024

/** Undefined where the length is not stated, or chunks override it (RFC 9112 6.3). */
function statedLength(headers: Headers): number | undefined {
  const length = headers.get('content-length')
  if (length === null || headers.has('transfer-encoding') || !/^\d+$/.test(length)) return undefined
  return Number(length)
}

async function readShort(
  request: Request,
  length: number,
  { maxBytes, silence }: BodyLimits,
  share: ByteShare,
) {
  share.take(length)
  const bytes = new Uint8Array(await withinSilence(request.arrayBuffer(), silence))
  if (bytes.length < length) throw brokenOff()
  if (bytes.length > maxBytes) throw tooLarge(maxBytes)
  share.take(bytes.length - length)
  return bytes
}

async function readCounted(
  request: Request,
  length: number | undefined,
  limits: BodyLimits,
  share: ByteShare,
): Promise<Uint8Array> {
  const reader = request.body?.getReader()
  if (reader === undefined) return new Uint8Array()
  try {
    const next = () => withinSilence(reader.read(), limits.silence).then(({ value }) => value)
    const bytes = await collectBytes(next, toCount(limits, share))
    if (bytes.length < (length ?? 0)) throw brokenOff()
    return bytes
  } catch (error) {
    reader.cancel().catch(() => {})
    throw error
  }
}

async function decompress(sent: Uint8Array, encoding: string, count: ByteCount): Promise<Uint8Array> {
  try {
    return await decompressBytes(sent, encoding, count)
  } catch (error) {
    if (isGatewayError(error)) throw error
    throw new GatewayError('invalid_request', `The request body is not valid ${encoding} data`, {
      cause: error,
    })
  }
}

function withoutByteOrderMark(bytes: Uint8Array): Uint8Array {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes
}

function tooLarge(maxBytes: number): GatewayError {
  const megabytes = Number((maxBytes / BYTES_PER_MEGABYTE).toPrecision(6))
  return new GatewayError(
    'too_large',
    `The request body is larger than ${megabytes} MB, the limit that server.maxBodyMegabytes sets`,
  )
}
