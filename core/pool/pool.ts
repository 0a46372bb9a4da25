import type { Fault } from '../fault.ts'
import type { Key, KeyQuery, KeyStrategy, Outcome, UsableKeys } from '../keys.ts'
import { FOREVER } from '../store.ts'
import { createDoubts } from './doubts.ts'
import { createKeyHealth } from './key-health.ts'
import type { KeyChanges } from './key-memory.ts'
import { type KeyView, toKeyViews } from './key-view.ts'
import { createMembership, type Membership } from './membership.ts'
import { type PoolSnapshot, takeSnapshot } from './pool-snapshot.ts'
import { createRestBook } from './rest-book.ts'
import { createRoster, type Entry } from './roster.ts'
import { createSafeStrategy } from './safe-strategy.ts'
import { readySlots, type Slots, slotsWithout, toUsableKeys, type WatchedKeys } from './usable-keys.ts'

export interface PoolOptions {
  readonly keys: readonly Key[]
  readonly strategy: KeyStrategy
  /** What was learned before; of keys that are gone it is passed by, rests that are over are reported. */
  readonly saved: KeyChanges
  readonly now: () => number
  readonly random: () => number
  /** The length of a quota minute. */
  readonly minuteSeconds: number
  /** Told of each change worth keeping, at once. A rest that ends at its time is none. */
  changed(changes: KeyChanges): void
  /** Asked, without waiting, to find out whether Google still takes a key, and to call `resolveDoubt` then. */
  doubted(key: Key): void
  /** Told of a strategy that throws, at most once a minute. */
  warn?(message: string, fields: Record<string, unknown>): void
}

/** Which keys may be used for what, and what became of them. Nothing here waits. */
export interface Pool {
  /** How many keys there are, whatever their state. */
  readonly total: number
  /**
   * The strategy's choice among the usable keys not `tried` yet, or among all usable ones where no other is
   * left. Undefined only when none is usable.
   */
  pick(query: KeyQuery, tried: readonly Key[]): Key | undefined
  usable(query: KeyQuery): UsableKeys
  /** How many keys may be used now. */
  distinctUsable(query: KeyQuery): number
  /** When the first key may be used, in milliseconds since 1970; undefined when none returns by itself. */
  returnsAt(query: KeyQuery): number | undefined
  /** Takes in what became of an attempt. Only faults charged to a key or its project change anything. */
  settle(key: Key, query: KeyQuery, outcome: Outcome): void
  /**
   * The verdict on a key, whether it was in doubt or is out: 'good' puts it back in use at once (but for one
   * that an operator disabled), a fault of the key or its project puts it out, a second 401 too, and
   * anything else leaves a key in doubt aside for longer. A verdict asked for before another fault put the key out is
   * passed by.
   */
  resolveDoubt(key: Key, verdict: 'good' | 'unknown' | Fault): void
  list(): readonly KeyView[]
  /** The key of this id, as it is now. */
  find(id: string): Key | undefined
  /** Keys that come, change and go. */
  readonly membership: Membership
  /** All keys at this moment, cheap to ask of every one. */
  snapshot(): PoolSnapshot
}

/** A pool in which each key not known to be bad may be used. */
export function createPool(options: PoolOptions): Pool {
  const { now, random } = options
  const strategy = createSafeStrategy(options.strategy, options)
  const roster = createRoster(options.keys, now())
  const book = createRestBook(roster, options.minuteSeconds * 1000)
  const doubts = createDoubts(now, ({ key }) => options.doubted(key))
  const health = createKeyHealth({
    roster,
    book,
    doubts,
    now,
    changed: (changes) => options.changed(changes),
  })
  const allReady = readySlots(roster)
  const allUsable = toUsableKeys(allReady, roster, random)
  const membership = createMembership({ roster, book, health, now, changed: options.changed })
  health.restore(options.saved)

  function slotsFor(query: KeyQuery): Slots {
    const time = now()
    doubts.recall(time)
    return book.slotsFor(modelOf(query), time) ?? allReady
  }

  function toUsable(slots: Slots): WatchedKeys {
    return slots === allReady ? allUsable : toUsableKeys(slots, roster, random)
  }

  function pick(query: KeyQuery, tried: readonly Key[]): Key | undefined {
    const slots = slotsFor(query)
    if (tried.length === 0) return choose(slots, query)
    const entries = tried.map(({ id }) => roster.entries.get(id)).filter((entry) => entry !== undefined)
    return choose(slotsWithout(slots, entries), query)
  }

  /** A strategy is a preference: whatever it answers, a usable key is taken and no other one is. */
  function choose(slots: Slots, query: KeyQuery): Key | undefined {
    if (slots.size === 0) return undefined
    const keys = toUsable(slots)
    keys.lastGiven = undefined
    const preferred = strategy.pick(keys, query)
    // Nearly always so, and saves a look-up that costs more the more keys there are.
    if (preferred !== undefined && preferred === keys.lastGiven) return preferred
    const entry = roster.entries.get(preferred?.id ?? '')
    return entry === undefined || slots.slotOf(entry) === undefined ? keys.sample() : entry.key
  }

  function returnsAt(query: KeyQuery): number | undefined {
    if (slotsFor(query).size > 0) return now()
    const model = book.find(modelOf(query))
    const laterOf = ({ key }: Entry, time: number) =>
      Math.max(time, model?.rests.get(key.project)?.until ?? 0)
    const first = doubts.firstReturn(laterOf, model?.firstReturn() ?? FOREVER)
    return first < FOREVER ? first : undefined
  }

  function settle(key: Key, query: KeyQuery, outcome: Outcome): void {
    const entry = roster.entries.get(key.id)
    if (entry === undefined) return
    if (outcome.ok) book.succeeded(entry.key.project, modelOf(query))
    else health.charge(entry, modelOf(query), outcome)
    strategy.settle(entry.key, query, outcome)
  }

  return {
    get total() {
      return roster.entries.size
    },
    pick,
    usable: (query) => toUsable(slotsFor(query)),
    distinctUsable: (query) => slotsFor(query).size,
    returnsAt,
    settle,
    resolveDoubt(key, verdict) {
      const entry = roster.entries.get(key.id)
      if (entry !== undefined) health.resolve(entry, verdict)
    },
    list: () => toKeyViews(roster, book.running(now()), doubts),
    find: (id) => roster.entries.get(id)?.key,
    membership,
    snapshot: () => takeSnapshot({ roster, book, doubts, now: now() }),
  }
}

/** Methods that name no model share one name, which no model has. */
function modelOf({ model }: KeyQuery): string {
  return model ?? ''
}
