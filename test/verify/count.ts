/** How many checks came out which way. */
export interface Count {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** All of them as one. */
export function sum(counts: readonly Count[]): Count {
  const total = (which: keyof Count) => counts.reduce((sum, count) => sum + count[which], 0)
  return { passed: total('passed'), failed: total('failed'), skipped: total('skipped') }
}

/** `3 passed, 0 failed, 1 skipped` */
export function toLine({ passed, failed, skipped }: Count): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}
