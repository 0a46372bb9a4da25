/** Bytes that may be held in memory at one time, shared by all who hold some. */
export interface ByteBudget {
  /** False, and nothing taken, when fewer than `count` bytes are left. */
  take(count: number): boolean
  /** Gives back what was taken. */
  give(count: number): void
  /** Bytes taken and not yet given back. */
  readonly held: number
}

/** What the settings call a megabyte, in bytes. */
export const BYTES_PER_MEGABYTE = 1_048_576

/** A budget of `maxBytes`, all of it free. */
export function createByteBudget(maxBytes: number): ByteBudget {
  let held = 0
  return {
    take(count) {
      if (held + count > maxBytes) return false
      held += count
      return true
    },
    give(count) {
      held -= count
    },
    get held() {
      return held
    },
  }
}
