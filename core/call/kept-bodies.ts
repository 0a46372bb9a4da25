import { Buffer } from 'node:buffer'
import type { Redactor } from '../log/redactor.ts'

/** One call's bodies on their way into the request log; each is cut off at 256 KB. */
export interface KeptBodies {
  received(piece: Uint8Array): void
  sent(piece: Uint8Array | string): void
  /** The text so far, secrets masked; undefined where nothing is kept. */
  request(): string | undefined
  reply(): string | undefined
}

const LIMIT = 256 * 1024

/** Keeps nothing, at no cost. */
export const NO_BODIES: KeptBodies = {
  received() {},
  sent() {},
  request: () => undefined,
  reply: () => undefined,
}

/** Keeps both bodies of one call. */
export function keepBodies(redactor: Redactor): KeptBodies {
  const request = createKeeper(redactor)
  const reply = createKeeper(redactor)
  return { received: request.add, sent: reply.add, request: request.text, reply: reply.text }
}

function createKeeper(redactor: Redactor) {
  const pieces: Uint8Array[] = []
  let room = LIMIT + LONGEST_SECRET
  return {
    add(piece: Uint8Array | string) {
      if (room <= 0) return
      // A copy of the part that is kept: a view would hold on to all the rest.
      const bytes =
        typeof piece === 'string' ? Buffer.from(piece.slice(0, room)) : Buffer.from(piece.subarray(0, room))
      room -= bytes.length
      pieces.push(bytes)
    },
    // A secret may lie across two pieces, or across the cut, so all is looked at together and cut afterwards.
    text: () => redactor.text(Buffer.concat(pieces).toString()).slice(0, LIMIT),
  }
}

const LONGEST_SECRET = 2_048
