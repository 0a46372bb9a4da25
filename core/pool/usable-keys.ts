import type { Key, UsableKeys } from '../keys.ts'
import type { ModelRests } from './model-rests.ts'
import type { Entry, Roster } from './roster.ts'

/** Usable keys by slot; slots are only good until something changes. */
export interface Slots {
  readonly size: number
  at(slot: number): Key
  /** Undefined where the entry is not usable. */
  slotOf(entry: Entry): number | undefined
}

/** Every entry that is ready. */
export function readySlots({ readyKeys }: Roster): Slots {
  return {
    get size() {
      return readyKeys.length
    },
    at: (slot) => readyKeys[slot]!,
    slotOf: ({ position }) => (position < 0 ? undefined : position),
  }
}

/** Every entry that is ready and whose project does not rest for a model. */
export function modelSlots({ readyKeys }: Roster, { partition }: ModelRests): Slots {
  return {
    get size() {
      return partition.size
    },
    at: (slot) => readyKeys[partition.at(slot)]!,
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

/** Usable keys that know which one they gave last. */
export interface WatchedKeys extends UsableKeys {
  lastGiven: Key | undefined
}

/** What a strategy sees of the slots. */
export function toUsableKeys(slots: Slots, roster: Roster, random: () => number): WatchedKeys {
  function give(slot: number): Key {
    const key = slots.at(slot)
    keys.lastGiven = key
    return key
  }

  const keys: WatchedKeys = {
    lastGiven: undefined,
    get size() {
      return slots.size
    },
    at(index) {
      if (!(index >= 0 && index < slots.size)) throw new RangeError(`No usable key at ${index}`)
      return give(index)
    },
    sample() {
      if (slots.size === 0) throw new RangeError('No usable key to take one of')
      return give(Math.floor(random() * slots.size))
    },
    byProject: (project) =>
      roster
        .ofProject(project)
        .filter((entry) => slots.slotOf(entry) !== undefined)
        .map(({ key }) => key),
    find(id) {
      const entry = roster.entries.get(id)
      const slot = entry && slots.slotOf(entry)
      return slot === undefined ? undefined : give(slot)
    },
  }
  return keys
}
