/** Something with a time, in milliseconds since 1970. It must not change while the item is in a heap. */
export interface Due {
  due: number
}

/** Items by the time they are due. */
export interface DueHeap<Item extends Due> {
  push(item: Item): void
  /** Takes out one item that is due at `now` or before, undefined when none is. */
  take(now: number): Item | undefined
  /**
   * The lowest `timeOf` below `ceiling`, or `ceiling`. That time is never below its item's `due`: only items
   * due before the result are looked at.
   */
  lowest(timeOf: (item: Item) => number, ceiling: number): number
}

/** A binary heap. */
export function createDueHeap<Item extends Due>(): DueHeap<Item> {
  const items: Item[] = []

  function push(item: Item): void {
    let index = items.push(item) - 1
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (items[parent]!.due <= item.due) break
      items[index] = items[parent]!
      index = parent
    }
    items[index] = item
  }

  function take(now: number): Item | undefined {
    const first = items[0]
    if (first === undefined || first.due > now) return undefined
    const last = items.pop()!
    if (items.length > 0) sink(last)
    return first
  }

  function sink(item: Item): void {
    let index = 0
    for (;;) {
      let child = 2 * index + 1
      if (child >= items.length) break
      if (child + 1 < items.length && items[child + 1]!.due < items[child]!.due) child++
      if (items[child]!.due >= item.due) break
      items[index] = items[child]!
      index = child
    }
    items[index] = item
  }

  function lowest(timeOf: (item: Item) => number, ceiling: number): number {
    let best = ceiling
    const open = [0]
    for (let index = open.pop(); index !== undefined; index = open.pop()) {
      const item = items[index]
      if (item === undefined || item.due >= best) continue
      best = Math.min(best, timeOf(item))
      open.push(2 * index + 2, 2 * index + 1)
    }
    return best
  }

  return { push, take, lowest }
}
