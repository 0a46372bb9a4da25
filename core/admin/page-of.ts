/** From which item on, and how many at most. */
export interface Span {
  readonly offset: number
  readonly limit: number
}

/**
 * The items of a span, as sorting all of them would give them, without sorting all of them. `compare` tells any two
 * items apart. The list is put into another order.
 */
export function pageOf<T>(items: T[], compare: (a: T, b: T) => number, { offset, limit }: Span): T[] {
  const end = Math.min(offset + limit, items.length)
  if (offset >= end) return []
  if (offset > 0) select(items, offset, 0, compare)
  if (end < items.length) select(items, end, offset, compare)
  return items.slice(offset, end).sort(compare)
}

/** Puts the lowest items from `from` on before `at`, and all others behind: Hoare's selection. */
function select<T>(items: T[], at: number, from: number, compare: (a: T, b: T) => number): void {
  let low = from
  let high = items.length - 1
  while (low < high) {
    const pivot = items[(low + high) >> 1]!
    let left = low
    let right = high
    while (left <= right) {
      while (compare(items[left]!, pivot) < 0) left++
      while (compare(items[right]!, pivot) > 0) right--
      if (left > right) break
      const item = items[left]!
      items[left++] = items[right]!
      items[right--] = item
    }
    if (at <= right) high = right
    else if (at >= left) low = left
    else return
  }
}
