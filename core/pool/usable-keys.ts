import type { Key, UsableKeys } from '../keys.ts'
import type { ModelRests } from './model-rests.ts'
import type { Entry, Roster } from './roster.ts'

/** Usable keys by slot; slots are only good until something changes. */
export interface Slots {
  readonly size: number
  at(slot: number): Entry
  /** Undefined where the entry is not usable. */
  slotOf(entry: Entry): number | undefined
}

/** Every entry that is ready. */
export function readySlots({ ready }: Roster): Slots {
  return {
    get size() {
      return ready.length
    },
    at: (slot) => ready[slot]!,
    slotOf: ({ position }) => (position < 0 ? undefined : position),
  }
}

/** Every entry that is ready and whose project does not rest for a model. */
export function modelSlots({ ready }: Roster, { partition }: ModelRests): Slots {
  return {
    get size() {
      return partition.size
    },
    at: (slot) => ready[partition.at(slot)]!,
    slotOf: ({ position }) => (position < 0 ? undefined : partition.slotOf(position)),
  }
}

/**
 * The slots without some entries, or all of them where nothing else is left. The entries at the end take the
 * left slots, so that every other slot stays as it is. Meant for a handful of entries.
 */
export function slotsWithout(slots: Slots, entries: readonly Entry[]): Slots {
  const taken = new Set<number>()
  for (const entry of entries) {
    const slot = slots.slotOf(entry)
    if (slot !== undefined) taken.add(slot)
  }
  const size = slots.size - taken.size
  if (taken.size === 0 || size === 0) return slots
  const fillers = Array.from({ length: taken.size }, (_, index) => size + index).filter(
    (slot) => !taken.has(slot),
  )
  const fillerOf = new Map<number, number>()
  for (const slot of taken) if (slot < size) fillerOf.set(slot, fillers.pop()!)
  return {
    size,
    at: (slot) => slots.at(fillerOf.get(slot) ?? slot),
    slotOf(entry) {
      const slot = slots.slotOf(entry)
      if (slot === undefined || taken.has(slot)) return undefined
      if (slot < size) return slot
      return [...fillerOf].find(([, filler]) => filler === slot)?.[0]
    },
  }
}

/** What a strategy sees of the slots. */
export class SlotKeys implements UsableKeys {
  /**
   * Nearly always a strategy asks about the key that it was given last, and chooses it. To look for it by its id would
   * take longer than all else in a large pool.
   */
  lastGiven: Entry | undefined = undefined
  readonly #slots: Slots
  readonly #roster: Roster
  readonly #random: () => number

  constructor(slots: Slots, roster: Roster, random: () => number) {
    this.#slots = slots
    this.#roster = roster
    this.#random = random
  }

  get size(): number {
    return this.#slots.size
  }

  at(index: number): Key {
    if (!(index >= 0 && index < this.size)) throw new RangeError(`No usable key at ${index}`)
    return this.#give(this.#slots.at(index))
  }

  sample(): Key {
    const { size } = this
    if (size === 0) throw new RangeError('No usable key to take one of')
    return this.#give(this.#slots.at(Math.floor(this.#random() * size)))
  }

  byProject(project: string): readonly Key[] {
    const entries = this.#roster.ofProject(project)
    return entries.filter((entry) => this.#slots.slotOf(entry) !== undefined).map(({ key }) => key)
  }

  find(id: string): Key | undefined {
    const entry = this.#roster.entries.get(id)
    return entry && this.#slots.slotOf(entry) !== undefined ? this.#give(entry) : undefined
  }

  #give(entry: Entry): Key {
    this.lastGiven = entry
    return entry.key
  }
}
