import { FetchError } from '../guarded-fetch.ts'
import { BYTES_PER_MEGABYTE } from '../http/byte-budget.ts'
import type { ByteShare } from '../http/byte-share.ts'
import { collectBytes, decompressBytes, encodingIn } from '../http/counted-bytes.ts'

/**
 * The body of an answer, whole and decompressed. Throws a FetchError where it is larger than `maxBytes`, on its way
 * or decompressed: what states its length is not even begun.
 */
export async function readAnswer(answer: Response, maxBytes: number, share: ByteShare): Promise<Uint8Array> {
  const tooLarge = () => new FetchError('too_large', `it is larger than ${maxBytes / BYTES_PER_MEGABYTE} MB`)
  const count = { maxBytes, share, tooLarge }
  const encoding = encodingIn(answer.headers)
  if (Number(answer.headers.get('content-length')) > maxBytes) throw tooLarge()
  if (encoding === undefined) throw new FetchError('broken', 'its encoding is not known')
  const reader = answer.body?.getReader()
  if (!reader) return new Uint8Array()
  const sent = await collectBytes(async () => (await reader.read()).value, count)
  return decompressBytes(sent, encoding, count)
}
