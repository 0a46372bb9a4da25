const FRAME_MAGIC = 0xfd2fb528
const SKIPPABLE_MAGIC = 0x184d2a50
const DICTIONARY_ID_BYTES = [0, 1, 2, 4]
const CONTENT_SIZE_BYTES = [0, 2, 4, 8]
const RUN_LENGTH_BLOCK = 1

/**
 * Whether the bytes are whole zstd frames, judged by their sizes alone: decompressors end without an error
 * where the data was cut off. Source: RFC 8878 3.1.
 */
export function isWholeZstd(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  try {
    let index = 0
    while (index < bytes.length) index = endOfFrame(view, index)
    return index === bytes.length
  } catch {
    return false
  }
}

/** Reading past the end throws a RangeError. */
function endOfFrame(view: DataView, start: number): number {
  const magic = view.getUint32(start, true)
  if ((magic & ~0xf) === SKIPPABLE_MAGIC) return start + 8 + view.getUint32(start + 4, true)
  if (magic !== FRAME_MAGIC) throw new RangeError('no zstd frame')
  const descriptor = view.getUint8(start + 4)
  const end = endOfBlocks(view, start + 5 + headerFields(descriptor))
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
