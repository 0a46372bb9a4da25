/** A map of bounded size: the entry that was written longest ago gives way. */
export interface RecentMap<V> {
  readonly size: number
  get(name: string): V | undefined
  /** Writes, and makes the entry the newest. */
  set(name: string, value: V): void
}

/** An empty map of at most `most` entries. */
export function createRecentMap<V>(most: number): RecentMap<V> {
  const entries = new Map<string, V>()
  return {
    get size() {
      return entries.size
    },
    get: (name) => entries.get(name),
    set(name, value) {
      entries.delete(name) // a Map keeps the order in which names came; this one comes anew
      entries.set(name, value)
      if (entries.size <= most) return
      const [oldest] = entries.keys()
      if (oldest !== undefined) entries.delete(oldest)
    },
  }
}
