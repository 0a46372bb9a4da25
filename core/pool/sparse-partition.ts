/**
 * The numbers 0 … count-1, each included or excluded, with the included ones reachable by slot. Every
 * method takes constant time, and memory goes with the smaller of the two parts, not with `count`.
 */
export interface SparsePartition {
  /** How many numbers are included; slots go from 0 to `size - 1`. */
  readonly size: number
  /** The number at a slot below `size`. */
  at(slot: number): number
  /** The slot of an included number, undefined for an excluded one. */
  slotOf(number: number): number | undefined
  include(number: number): void
  exclude(number: number): void
  /** One number more: the next highest, included. */
  grow(): void
  /** One number less: the highest takes the name of the removed one, and stays included or excluded. */
  remove(number: number): void
}

/**
 * A partition that starts with all of 0 … count-1 included. An included number below `size` sits in the slot
 * of its own name; an excluded one leaves a hole there, and each hole is filled with an included number of
 * `size` or above. Only holes and fillers are stored.
 */
export function createSparsePartition(count: number): SparsePartition {
  let size = count
  const fillerOf = new Map<number, number>()
  const holeOf = new Map<number, number>()

  function at(slot: number): number {
    return fillerOf.get(slot) ?? slot
  }

  function slotOf(number: number): number | undefined {
    if (number >= size) return holeOf.get(number)
    return fillerOf.has(number) ? undefined : number
  }

  function include(number: number): void {
    if (slotOf(number) !== undefined) return
    const added = size++
    const filler = fillerOf.get(number)
    const free = holeOf.get(added) ?? added
    unfill(free)
    unfill(number)
    const homeless = filler ?? number
    if (homeless !== added && homeless !== free) fill(free, homeless)
  }

  function exclude(number: number): void {
    const slot = slotOf(number)
    if (slot === undefined) return
    const last = at(--size)
    unfill(size)
    if (last === number) return
    unfill(slot)
    fill(slot, last)
  }

  function fill(hole: number, number: number): void {
    fillerOf.set(hole, number)
    holeOf.set(number, hole)
  }

  function unfill(hole: number): void {
    const filler = fillerOf.get(hole)
    if (filler === undefined) return
    fillerOf.delete(hole)
    holeOf.delete(filler)
  }

  function grow(): void {
    include(count++)
  }

  function remove(number: number): void {
    const last = --count
    const isIncluded = slotOf(last) !== undefined
    exclude(last)
    if (number === last) return
    if (isIncluded) include(number)
    else exclude(number)
  }

  return {
    get size() {
      return size
    },
    at,
    slotOf,
    include,
    exclude,
    grow,
    remove,
  }
}
