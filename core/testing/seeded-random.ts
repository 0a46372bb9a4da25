/** Numbers from 0 up to 1 that come in the same order for the same seed, so that a failing case can be had again. */
export function seededRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    const mixed = Math.imul(state ^ (state >>> 15), state | 1)
    const more = mixed ^ (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61))
    return ((more ^ (more >>> 14)) >>> 0) / 4294967296
  }
}

/** A whole number below `limit`. */
export function below(limit: number, random: () => number): number {
  return Math.floor(random() * limit)
}
