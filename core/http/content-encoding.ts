import * as zlib from 'node:zlib'
import { isZstdFrame } from './zstd-frame.ts'

/** One body being decompressed, off the main thread. */
export interface ContentDecoder {
  /** The next piece, undefined after the last. Rejects for data that is corrupt or incomplete. */
  next(): Promise<Uint8Array | undefined>
  /** Ends it early; harmless after the end. */
  close(): void
}

type Decompressor = zlib.Gunzip | zlib.Inflate | zlib.InflateRaw | zlib.BrotliDecompress | zlib.ZstdDecompress

const OPTIONS = { chunkSize: 65_536 }

const DECOMPRESSORS: Readonly<Record<string, (bytes: Uint8Array) => Decompressor>> = {
  gzip: () => zlib.createGunzip(OPTIONS),
  'x-gzip': () => zlib.createGunzip(OPTIONS),
  deflate: (bytes) => (hasZlibHeader(bytes) ? zlib.createInflate(OPTIONS) : zlib.createInflateRaw(OPTIONS)),
  br: () => zlib.createBrotliDecompress(OPTIONS),
  // Not every runtime has it.
  ...(zlib.createZstdDecompress === undefined ? {} : { zstd: () => zlib.createZstdDecompress(OPTIONS) }),
}

/** Content encodings that can be decoded here, as the header names them (RFC 9110 8.4.1). */
export const KNOWN_ENCODINGS = Object.keys(DECOMPRESSORS)

/** Starts to decompress `bytes`; nothing is produced beyond a few pieces that nobody asked for. */
export function contentDecoder(encoding: string, bytes: Uint8Array): ContentDecoder {
  const decompressor = DECOMPRESSORS[encoding]!(bytes)
  const pieces = decompressor[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>
  if (encoding === 'zstd' && !isZstdFrame(bytes)) decompressor.destroy(new Error('not one whole zstd frame'))
  else decompressor.end(bytes)
  return {
    async next() {
      const { value, done } = await pieces.next()
      return done ? undefined : new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    },
    close: () => void decompressor.destroy(),
  }
}

/** Some clients send bare deflate data where RFC 9110 asks for the zlib format (RFC 1950 2.2). */
function hasZlibHeader(bytes: Uint8Array): boolean {
  const [first = 0, second = 0] = bytes
  return (first & 0x0f) === 8 && (first * 256 + second) % 31 === 0
}
