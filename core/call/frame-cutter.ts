import { joinBytes } from '../http/join-bytes.ts'

/** Cuts pushed pieces of bytes at chosen places, and carries what is not complete over to the next piece. */
export interface FrameCutter {
  /** Takes the next piece. */
  begin(piece: Uint8Array): void
  /** Completes a frame that ends before `end` of the piece. Its memory is the piece's, unless it began in an earlier one. */
  cut(end: number): void
  /** Where the frame under way begins in the piece; 0 where it began in an earlier one. */
  readonly start: number
  /** Ends the piece; the frames that it completed. */
  end(): Uint8Array[]
  /** What follows the last frame. */
  rest(): Uint8Array
}

/** A cutter of one stream; each byte is copied at most once. */
export function createFrameCutter(): FrameCutter {
  let carried: Uint8Array[] = []
  let piece = new Uint8Array(0)
  let frames: Uint8Array[] = []
  let start = 0

  return {
    get start() {
      return start
    },
    begin(next) {
      piece = next as Uint8Array<ArrayBuffer>
      frames = []
      start = 0
    },
    cut(end) {
      const last = piece.subarray(start, end)
      frames.push(carried.length === 0 ? last : joinBytes([...carried, last]))
      carried = []
      start = end
    },
    end() {
      if (start < piece.length) carried.push(piece.subarray(start))
      return frames
    },
    rest: () => joinBytes(carried),
  }
}
