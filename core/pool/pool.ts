import { type Fault, ruleOf } from '../fault.ts'
import type { Key, KeyQuery, KeyStrategy, Outcome, UsableKeys } from '../keys.ts'
import type { QuotaBook } from '../quota/quota-book.ts'
import type { QuotaLimit } from '../quota/quota-window.ts'
import { FOREVER } from '../store.ts'
import { type Census, createCensuses } from './census.ts'
import { createDoubts } from './doubts.ts'
import { createFittingSearch } from './fitting-search.ts'
import { createKeyHealth } from './key-health.ts'
import type { KeyChanges } from './key-memory.ts'
import type { KeyView } from './key-view.ts'
import { createLease, holdWhereFull, type Lease } from './lease.ts'
import { createMembership, type Membership } from './membership.ts'
import type { Rest } from './model-rests.ts'
import { type PoolSnapshot, takeSnapshot } from './pool-snapshot.ts'
import { projectReturnsAt, projectSlots } from './project-keys.ts'
import { createRestBook } from './rest-book.ts'
import { createRoster, type Entry } from './roster.ts'
import { createSafeStrategy } from './safe-strategy.ts'
import { readySlots, SlotKeys, type Slots, slotsWithout } from './usable-keys.ts'

export interface PoolOptions {
  readonly keys: readonly Key[]
  readonly strategy: KeyStrategy
  readonly quotas: QuotaBook
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
  /**
   * As `pick`, among the keys whose project has room for the call's tokens and is not one of `passed`, and counts
   * the call. Its caller must end the lease.
   */
  take(query: KeyQuery, tried: readonly Key[], passed?: ReadonlySet<string>): Lease | undefined
  usable(query: KeyQuery): UsableKeys
  /** How many keys of all projects may be used now, and why the others may not; the reasons may be a second old. */
  census(query: KeyQuery): Census
  /** How many keys of all projects may be used now. */
  distinctUsable(query: KeyQuery): number
  /** When the first key may be used, in milliseconds since 1970; undefined when none returns by itself. */
  returnsAt(query: KeyQuery): number | undefined
  /** Takes in what became of a request without a lease. Only faults charged to a key or its project change anything. */
  settle(key: Key, query: KeyQuery, outcome: Outcome): void
  /**
   * The verdict on a key, whether it was in doubt or is out: 'good' puts it back in use at once (but for one
   * that an operator disabled), a fault of the key or its project puts it out, a second 401 too, and
   * anything else leaves a key in doubt aside for longer. A verdict asked for before another fault put the key out is
   * passed by.
   */
  resolveDoubt(key: Key, verdict: 'good' | 'unknown' | Fault): void
  /** Models that were called lately and may be called now, at most so many. */
  workingModels(most: number): readonly string[]
  /** What a project rests for, of one model; undefined where it does not. */
  restOf(project: string, model: string): Rest | undefined
  /** For strategies, see `StrategyContext`; as of the pick that is under way. */
  slack(key: Key, query: KeyQuery): number
  /** Calls that a key serves now. */
  inFlight(key: Key): number
  /** Every key, in the order in which they came. */
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
  const { now, random, quotas } = options
  const strategy = createSafeStrategy(options.strategy, options)
  const roster = createRoster(options.keys, now())
  const book = createRestBook(roster, options.minuteSeconds * 1000, quotas.clock)
  const doubts = createDoubts(now, ({ key }) => options.doubted(key))
  const health = createKeyHealth({
    roster,
    book,
    doubts,
    now,
    quotas,
    changed: (changes) => options.changed(changes),
  })
  const allReady = readySlots(roster)
  const membership = createMembership({ roster, book, health, quotas, now, changed: options.changed })
  health.restore(options.saved)
  const fitting = createFittingSearch({ quotas, random })
  const censuses = createCensuses(roster, now)
  const leasing = { quotas, book, health, now, settle: settleEntry }
  /** The time of the last look at the slots: one pick asks the clock once. */
  let lookedAt = now()
  /** Of which the strategy is choosing, or was last. */
  let shown: SlotKeys | undefined
  holdSpent()

  /** What was counted before a restart holds after it. */
  function holdSpent(): void {
    for (const { project, model } of quotas.meters()) {
      const [entry] = roster.ofProject(project)
      if (entry !== undefined) holdWhereFull(entry, model, now(), leasing)
    }
  }

  function slotsFor(query: KeyQuery): Slots {
    const slots = slotsOfModel(query)
    return query.project === undefined ? slots : projectSlots(roster, slots, query.project, query.keyId)
  }

  function slotsOfModel(query: KeyQuery): Slots {
    lookedAt = now()
    doubts.recall(lookedAt)
    return book.slotsFor(modelOf(query), lookedAt) ?? allReady
  }

  function entryOf(key: Key): Entry | undefined {
    const lastGiven = shown?.lastGiven
    return lastGiven?.key === key ? lastGiven : roster.entries.get(key.id)
  }

  function pick(slots: Slots, query: KeyQuery, tried: readonly Key[]): Entry | undefined {
    if (tried.length === 0) return choose(slots, query)
    const entries = tried.map(({ id }) => roster.entries.get(id)).filter((entry) => entry !== undefined)
    return choose(slotsWithout(slots, entries), query)
  }

  /** A strategy is a preference: whatever it answers, a usable key is taken and no other one is. */
  function choose(slots: Slots, query: KeyQuery): Entry | undefined {
    if (slots.size === 0) return undefined
    const keys = new SlotKeys(slots, roster, random)
    shown = keys
    // Not the strategy's choice; asking it would bring its turns into disorder for all other calls.
    const preferred = query.project === undefined ? strategy.pick(keys, query) : undefined
    // Nearly always so, and then it is usable: only usable keys are given.
    if (preferred !== undefined && keys.lastGiven?.key === preferred) return keys.lastGiven
    const entry = preferred && roster.entries.get(preferred.id)
    if (entry !== undefined && slots.slotOf(entry) !== undefined) return entry
    return entryOf(keys.sample())
  }

  function take(query: KeyQuery, tried: readonly Key[], passed = NO_PROJECTS): Lease | undefined {
    const slots = slotsFor(query)
    const entry =
      passed.size > 0 || fitting.isNeeded(query)
        ? fitting.pick(query, {
            tried,
            passed,
            slots,
            now: lookedAt,
            choose: (offered) => pick(slots, query, offered),
          })
        : pick(slots, query, tried)
    return entry && createLease(entry, query, lookedAt, leasing)
  }

  function returnsAt(query: KeyQuery): number | undefined {
    const slots = slotsFor(query)
    if (slots.size > 0) return fitting.isNeeded(query) ? fitting.returnsAt(query, slots, now()) : now()
    const model = book.find(modelOf(query))
    if (query.project !== undefined)
      return projectReturnsAt(roster.ofProject(query.project), {
        now: now(),
        restsUntil: model?.rests.get(query.project)?.until ?? 0,
        verdictAt: doubts.verdictAt,
        soon: SOON,
      })
    const laterOf = ({ key }: Entry, time: number) =>
      Math.max(time, model?.rests.get(key.project)?.until ?? 0)
    const ceiling = Math.min(model?.firstReturn() ?? FOREVER, roster.fullCount > 0 ? now() + SOON : FOREVER)
    const first = doubts.firstReturn(laterOf, ceiling)
    return first < FOREVER ? first : undefined
  }

  function settle(key: Key, query: KeyQuery, outcome: Outcome): void {
    const entry = roster.entries.get(key.id)
    if (entry !== undefined) settleEntry(entry, query, outcome, now())
  }

  function settleEntry(entry: Entry, query: KeyQuery, outcome: Outcome, begun: number): void {
    const model = modelOf(query)
    if (outcome.ok) {
      book.succeeded(entry.project, model, begun, now())
    } else if (roster.holds(entry)) {
      health.charge(entry, model, outcome, begun)
      learn(entry, model, outcome)
    } else {
      book.missed(entry.project, model)
    }
    strategy.settle(entry.key, query, outcome)
  }

  function learn(entry: Entry, model: string, fault: Fault): void {
    if (ruleOf(fault).charge !== 'project-and-model') book.missed(entry.project, model)
    else if (fault.limits !== undefined) takeLimits(entry, model, fault.limits)
  }

  function takeLimits(entry: Entry, model: string, limits: readonly QuotaLimit[]): void {
    quotas.learn(entry.key.project, model, limits, now())
    holdWhereFull(entry, model, now(), leasing)
  }

  function snapshot(): PoolSnapshot {
    return takeSnapshot({ roster, book, doubts, now: now() })
  }

  return {
    get total() {
      return roster.entries.size
    },
    pick: (query, tried) => pick(slotsFor(query), query, tried)?.key,
    take,
    usable: (query) => new SlotKeys(slotsFor(query), roster, random),
    census: (query) => censuses.of(modelOf(query), book.find(modelOf(query)), slotsOfModel(query).size),
    distinctUsable: (query) => slotsOfModel(query).size,
    returnsAt,
    settle,
    resolveDoubt(key, verdict) {
      const entry = roster.entries.get(key.id)
      if (entry !== undefined) health.resolve(entry, verdict)
    },
    workingModels: (most) =>
      quotas
        .models()
        .filter((model) => slotsFor({ model }).size > 0)
        .slice(0, most),
    restOf(project, model) {
      const rest = book.find(model)?.rests.get(project)
      return rest && rest.until > now() ? rest : undefined
    },
    slack(key, { model = '', tokens = 0 }) {
      const entry = entryOf(key)
      return entry === undefined ? 1 : quotas.slack(entry, model, tokens, lookedAt)
    },
    inFlight: (key) => entryOf(key)?.inFlight ?? 0,
    list() {
      const { view } = snapshot()
      return Array.from(roster.entries.keys()).flatMap((id) => view(id) ?? [])
    },
    find: (id) => roster.entries.get(id)?.key,
    membership,
    snapshot,
  }
}

/** When a key that serves as many calls as it may is likely to be free, in milliseconds. */
const SOON = 1000

const NO_PROJECTS: ReadonlySet<string> = new Set()

/** Methods that name no model share one name, which no model has. */
function modelOf({ model }: KeyQuery): string {
  return model ?? ''
}
