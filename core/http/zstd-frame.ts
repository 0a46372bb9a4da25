const FRAME_MAGIC = 0xfd2fb528
const DICTIONARY_ID_BYTES = [0, 1, 2, 4]
const CONTENT_SIZE_BYTES = [0, 2, 4, 8]
const RUN_LENGTH_BLOCK = 1

/**
 * Whether the bytes are exactly one zstd frame, judged by its sizes alone. Decompressors end without an error
 * where the data was cut off, and Deno's ends after the first of several frames. Source: RFC 8878 3.1.1.
 */
export function isZstdFrame(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  try {
    return view.getUint32(0, true) === FRAME_MAGIC && endOfFrame(view) === bytes.length
  } catch {
    // Reading past the end: the frame was cut off.
    return false
  }
}

function endOfFrame(view: DataView): number {
  const descriptor = view.getUint8(4)
  const end = endOfBlocks(view, 5 + headerFields(descriptor))
  return (descriptor & 4) === 0 ? end : end + 4
}

function headerFields(descriptor: number): number {
  const isSingleSegment = (descriptor & 32) !== 0
  const contentSize = CONTENT_SIZE_BYTES[descriptor >>> 6]! || (isSingleSegment ? 1 : 0)
  return (isSingleSegment ? 0 : 1) + DICTIONARY_ID_BYTES[descriptor & 3]! + contentSize
}

function endOfBlocks(view: DataView, start: number): number {
  let index = start
  for (let isLast = false; !isLast; ) {
    const header = view.getUint16(index, true) + view.getUint8(index + 2) * 65_536
    const size = ((header >>> 1) & 3) === RUN_LENGTH_BLOCK ? 1 : header >>> 3
    isLast = (header & 1) === 1
    index += 3 + size
  }
  return index
}
