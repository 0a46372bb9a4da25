import { FetchError } from '../guarded-fetch.ts'
import { BYTES_PER_MEGABYTE } from '../http/byte-budget.ts'
import type { ByteShare } from '../http/byte-share.ts'
import { contentDecoder, KNOWN_ENCODINGS } from '../http/content-encoding.ts'
import { joinBytes } from '../http/join-bytes.ts'

/**
 * The body of an answer, whole and decompressed. Throws a FetchError where it is larger than `maxBytes`, on its way
 * or decompressed: what states its length is not even begun.
 */
export async function readAnswer(answer: Response, maxBytes: number, share: ByteShare): Promise<Uint8Array> {
  const encoding = answer.headers.get('content-encoding')?.trim().toLowerCase() ?? ''
  const isPlain = encoding === '' || encoding === 'identity'
  if (Number(answer.headers.get('content-length')) > maxBytes) throw tooLarge(maxBytes)
  if (!isPlain && !KNOWN_ENCODINGS.includes(encoding))
    throw new FetchError('broken', 'its encoding is not known')
  const reader = answer.body?.getReader()
  if (!reader) return new Uint8Array()
  const next = async () => (await reader.read()).value
  const sent = await collect(next, maxBytes, share)
  return isPlain ? sent : decompress(sent, encoding, maxBytes, share)
}

async function decompress(sent: Uint8Array, encoding: string, maxBytes: number, share: ByteShare) {
  const decoder = contentDecoder(encoding, sent)
  try {
    return await collect(decoder.next, maxBytes, share)
  } finally {
    decoder.close()
  }
}

async function collect(
  next: () => Promise<Uint8Array | undefined>,
  maxBytes: number,
  share: ByteShare,
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  let length = 0
  for (let piece = await next(); piece; piece = await next()) {
    length += piece.length
    if (length > maxBytes) throw tooLarge(maxBytes)
    share.take(piece.length)
    pieces.push(piece)
  }
  return joinBytes(pieces)
}

function tooLarge(maxBytes: number): FetchError {
  return new FetchError('too_large', `it is larger than ${maxBytes / BYTES_PER_MEGABYTE} MB`)
}
