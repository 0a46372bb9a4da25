const SLICE = 1000

/** Hands a long list on in parts, one after the other, and lets everything else run between two of them. */
export async function inSlices<T>(
  items: readonly T[],
  take: (slice: readonly T[]) => Promise<void>,
): Promise<void> {
  for (let start = 0; start < items.length; start += SLICE) {
    if (start > 0) await breathe()
    await take(items.slice(start, start + SLICE))
  }
}

function breathe(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0))
}
