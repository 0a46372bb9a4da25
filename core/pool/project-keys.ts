import { FOREVER } from '../store.ts'
import type { Doubt } from './doubts.ts'
import type { Entry, Roster } from './roster.ts'
import type { Slots } from './usable-keys.ts'

/** Of usable keys those of one project; where one of them is wanted and usable, it alone. */
export function projectSlots(roster: Roster, slots: Slots, project: string, wanted?: string): Slots {
  const usable = roster.ofProject(project).filter((entry) => slots.slotOf(entry) !== undefined)
  const preferred = usable.find(({ key }) => key.id === wanted)
  const entries = preferred === undefined ? usable : [preferred]
  return {
    size: entries.length,
    at: (slot) => entries[slot]!,
    slotOf(entry) {
      const slot = entries.indexOf(entry)
      return slot < 0 ? undefined : slot
    },
  }
}

/** When the first of a project's keys may be used, none being usable now; undefined when none returns by itself. */
export function projectReturnsAt(
  entries: readonly Entry[],
  at: {
    readonly now: number
    /** The project's own rest. */
    readonly restsUntil: number
    verdictAt(doubt: Doubt): number
    /** When a key that serves as many calls as it may is likely to be free, in milliseconds. */
    readonly soon: number
  },
): number | undefined {
  const times = entries
    .filter(({ state }) => state === 'active')
    .map(({ doubt, isFull }) => (doubt ? at.verdictAt(doubt) : isFull ? at.now + at.soon : at.now))
  const first = Math.max(at.restsUntil, Math.min(FOREVER, ...times))
  return times.length > 0 && first < FOREVER ? first : undefined
}
