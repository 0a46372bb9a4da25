import type { Socket } from '../sockets.ts'
import { type Goodbye, toPassedGoodbye } from './goodbye.ts'

/** One side of a session, and what it is told at the end; nothing where it has made the end itself. */
export interface Leaver {
  readonly socket: Socket | undefined
  readonly goodbye: Goodbye | undefined
}

/** How long a side may take to answer a goodbye, in milliseconds. */
const PATIENCE = 1_000

/** Says goodbye to both sides, and lets go of who does not answer it. */
export function part(leavers: readonly Leaver[]): void {
  for (const { socket, goodbye } of leavers) {
    if (goodbye === undefined) continue
    const { code, reason } = toPassedGoodbye(goodbye)
    socket?.close(code, reason)
  }
  const timer = setTimeout(() => {
    for (const { socket } of leavers) socket?.terminate()
  }, PATIENCE)
  timer.unref?.()
}
