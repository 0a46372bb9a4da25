const AT_EACH_END = 25

/** Of more than 50 items the first and the last 25: of a call that tried every key of a large pool they tell the story. */
export function bothEnds<T>(items: readonly T[]): readonly T[] {
  if (items.length <= 2 * AT_EACH_END) return items
  return [...items.slice(0, AT_EACH_END), ...items.slice(-AT_EACH_END)]
}
