import type { Message } from './dial.ts'

/** What a client says while there is no connection to Google. */
export interface WaitingRoom {
  /** False where there is no room for it. */
  take(data: Message): boolean
  /** All that waits, in its order; the room is empty then. */
  leave(): readonly Message[]
}

/** A long frame or two. */
const MOST_BYTES = 4 * 1024 * 1024

/** An empty room. */
export function createWaitingRoom(mostBytes = MOST_BYTES): WaitingRoom {
  let messages: Message[] = []
  let bytes = 0
  return {
    take(data) {
      if (bytes + data.length > mostBytes) return false
      bytes += data.length
      messages.push(data)
      return true
    },
    leave() {
      const all = messages
      messages = []
      bytes = 0
      return all
    },
  }
}
