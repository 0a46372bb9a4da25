import type { ByteShare } from './byte-share.ts'
import { contentDecoder, KNOWN_ENCODINGS } from './content-encoding.ts'
import { joinBytes } from './join-bytes.ts'

/** How many bytes a body may have, and who counts them while they are in memory. */
export interface ByteCount {
  /** Of the body as sent, and of the body decompressed. */
  readonly maxBytes: number
  readonly share: ByteShare
  /** What is thrown where there are more. */
  tooLarge(): Error
}

/** The encoding that headers state: '' for a plain body, undefined for one that is not known. */
export function encodingIn(headers: Headers): string | undefined {
  const encoding = headers.get('content-encoding')?.trim().toLowerCase() ?? ''
  if (encoding === '' || encoding === 'identity') return ''
  return KNOWN_ENCODINGS.includes(encoding) ? encoding : undefined
}

/** All pieces until `next` gives none, counted as they come. */
export async function collectBytes(
  next: () => Promise<Uint8Array | undefined>,
  { maxBytes, share, tooLarge }: ByteCount,
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  let length = 0
  for (let piece = await next(); piece !== undefined; piece = await next()) {
    length += piece.length
    if (length > maxBytes) throw tooLarge()
    share.take(piece.length)
    pieces.push(piece)
  }
  return joinBytes(pieces)
}

/** A body that was collected, decompressed; it counts in place of what was sent. Rejects for corrupt data. */
export async function decompressBytes(
  sent: Uint8Array,
  encoding: string,
  count: ByteCount,
): Promise<Uint8Array> {
  if (encoding === '') return sent
  const decoder = contentDecoder(encoding, sent)
  try {
    const bytes = await collectBytes(decoder.next, count)
    count.share.give(sent.length)
    return bytes
  } finally {
    decoder.close()
  }
}
