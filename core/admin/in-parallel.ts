/** The results of `work` in the order of the items, `lanes` at a time; starts nothing more once `leaving` is aborted. */
export async function inParallel<From, To>(
  items: readonly From[],
  lanes: number,
  leaving: AbortSignal,
  work: (item: From) => Promise<To>,
): Promise<To[]> {
  const results: To[] = []
  let next = 0

  async function lane(): Promise<void> {
    while (next < items.length && !leaving.aborted) {
      const index = next++
      results[index] = await work(items[index]!)
    }
  }

  await Promise.all(Array.from({ length: Math.min(lanes, items.length) }, lane))
  return results
}
