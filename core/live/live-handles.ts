import { hash } from 'node:crypto'
import type { Key } from '../keys.ts'
import type { Ownership } from '../ownership/ownership.ts'

/** The handles by which one session can go on; each belongs to the project that it began in. */
export interface LiveHandles {
  /** The newest; undefined where there is none, or the session cannot go on just now. */
  readonly newest: string | undefined
  learn(handle: string, key: Key): void
  /** The session cannot go on by its newest handle. */
  suspend(): void
}

/** Google takes a handle for two hours after its session ended, and for a day on Vertex. */
const LIFETIME = 24 * 3_600_000
/** Older ones of a session are forgotten: Google makes one for each turn. */
const MOST = 4

/** Keeps what a client's session can go on by where other sessions and other processes find it. */
export function createLiveHandles(client: string, ownership: Ownership, now: () => number): LiveHandles {
  const kept: string[] = []
  let newest: string | undefined
  return {
    get newest() {
      return newest
    },
    suspend() {
      newest = undefined
    },
    learn(handle, key) {
      newest = handle
      const name = nameOfHandle(handle)
      if (kept.includes(name)) return
      kept.push(name)
      void ownership.learn(client, key, [{ name, expiresAt: now() + LIFETIME }])
      if (kept.length > MOST) void ownership.forget(client, kept.shift()!)
    },
  }
}

/** A handle's name in the table of what belongs to whom; whoever holds the handle itself has the session. */
export function nameOfHandle(handle: string): string {
  return `liveSessions/${hash('sha256', handle)}`
}
