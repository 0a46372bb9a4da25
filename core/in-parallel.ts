/**
 * Does `work` for every item, at most `width` at once; the results stand in the order of the items. Rejects at the
 * first failure, and begins nothing after it.
 */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  width: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results = new Array<Result>(items.length)
  const queue = items.entries()
  let failed = false
  const worker = async () => {
    for (const [index, item] of queue) {
      if (failed) return
      results[index] = await work(item)
    }
  }
  const workers = Array.from({ length: Math.min(width, items.length) }, worker)
  await Promise.all(workers).catch((thrown) => {
    failed = true
    throw thrown
  })
  return results
}
