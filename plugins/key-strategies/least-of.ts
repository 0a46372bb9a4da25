/** The one with the smallest measure; of several with the same one, each as likely. Undefined for none. */
export function leastOf<T>(
  many: readonly T[],
  measure: (one: T) => number,
  random: () => number,
): T | undefined {
  let best: T | undefined
  let least = Number.POSITIVE_INFINITY
  let alike = 0
  for (const one of many) {
    const measured = measure(one)
    if (measured > least) continue
    alike = measured < least ? 1 : alike + 1
    least = measured
    // The n-th of its like takes the place with a chance of 1 in n, so that in the end all had the same.
    if (random() * alike < 1) best = one
  }
  return best
}
