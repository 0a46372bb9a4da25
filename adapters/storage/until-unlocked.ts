import { setTimeout as pause } from 'node:timers/promises'

const PATIENCE = 5_000
const PAUSE = 40

/**
 * Tries again while another process holds the file's lock, for up to 5 s, and lets everything else run between
 * two tries; then throws what the last try threw. `work` must do nothing, or all of it.
 */
export async function untilUnlocked<T>(work: () => T): Promise<T> {
  const end = performance.now() + PATIENCE
  for (;;) {
    try {
      return work()
    } catch (error) {
      if (performance.now() >= end || !isLock(error)) throw error
      await pause(PAUSE)
    }
  }
}

function isLock(error: unknown): boolean {
  return /locked|busy/i.test(error instanceof Error ? error.message : String(error))
}
