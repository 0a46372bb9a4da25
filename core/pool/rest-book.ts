import { type Fault, ruleOf } from '../fault.ts'
import type { MeterClock } from '../quota/meter.ts'
import { FOREVER, type RestRecord } from '../store.ts'
import { createModelRests, type ModelRests } from './model-rests.ts'
import { createRestLengths, type RestLengths } from './rest-length.ts'
import type { Project, Roster } from './roster.ts'
import { modelSlots, type Slots } from './usable-keys.ts'

/**
 * Which project rests for which model. Holds something only for models that some project rests for, and for a
 * thousand of them at most, since clients choose the names: then the one that was failing longest ago is forgotten.
 */
export interface RestBook {
  /** Takes in a rest that was known before; returns what is new to keep. */
  restore(rest: RunningRest): readonly RestRecord[]
  find(model: string): ModelRests | undefined
  /** The slots left for a model, undefined where no project rests for it. */
  slotsFor(model: string, now: number): Slots | undefined
  /** Lets a project rest after the failure of a call begun at `begun`; returns what is new to keep. */
  rest(project: string, model: string, fault: Fault, begun: number, now: number): readonly RestRecord[]
  /**
   * Lets a project rest that has spent a limit by our own count; that is not kept, since the count is. Returns what
   * is new to keep of others.
   */
  hold(project: string, model: string, rest: Hold, now: number): readonly RestRecord[]
  /** Ends a rest by our own count, which was corrected, but no sooner than Google asked; false where there is none. */
  release(project: string, model: string): boolean
  /** A call is being sent: where it is to find out whether the project is good again, no other goes meanwhile. */
  sent(project: Named, model: string, now: number): void
  /** A call begun at `begun` succeeded. */
  succeeded(project: Named, model: string, begun: number, now: number): void
  /** A call that found out nothing is over; the next one may. */
  missed(project: Named, model: string): void
  /** Hands the rests of one project, which has no key left, to another; returns what is new to keep. */
  move(from: string, to: string): readonly RestRecord[]
  /** Ends what a project rests for, one model or all, also what has no end; returns what is new to keep. */
  clear(project: string, model?: string): readonly RestRecord[]
  /** Every model that some project rests for, or did lately. */
  models(): Iterable<readonly [model: string, rests: ModelRests]>
  /** An entry was put at the end of `roster.ready`. */
  entered(project: string): void
  /** The entry at a position of `roster.ready` was taken out. */
  left(position: number): void
}

/** A project whose name is looked up only where some project rests for the model: that takes long in a large pool. */
type Named = Pick<Project, 'name'>

/** A rest by our own count. */
export interface Hold {
  readonly until: number
  readonly state: RestRecord['state']
  readonly reason: string
  /** It ends with Google's day. */
  readonly isDay: boolean
}

export interface RunningRest extends RestRecord {
  readonly since: number
}

interface Page {
  readonly rests: ModelRests
  readonly lengths: RestLengths
  readonly slots: Slots
}

const PAGES_AT_MOST = 1000
/** A call on trial that takes longer no longer keeps others out. */
const TRIAL_AT_MOST = 30_000
const TRIAL = 'One call finds out whether the day is over for Google too'
/** What is over is looked for this often; sooner only while the book is full. */
const SWEEP_EVERY = 3_600_000
const SWEEP_FULL_BOOK_EVERY = 60_000

/** A book in which nothing rests. */
export function createRestBook(roster: Roster, minuteMilliseconds: number, clock: MeterClock): RestBook {
  const pages = new Map<string, Page>()
  let sweptAt = 0

  function page(model: string): Page {
    const known = pages.get(model)
    if (known !== undefined) {
      // The page that was failing longest ago stands first.
      pages.delete(model)
      pages.set(model, known)
      return known
    }
    const rests = createModelRests(roster)
    const lengths = createRestLengths(minuteMilliseconds, clock)
    const made = { rests, lengths, slots: modelSlots(roster, rests) }
    pages.set(model, made)
    return made
  }

  /** Makes room for one model more; returns the rests that nobody needs to keep any more. */
  function makeRoom(model: string, now: number): RestRecord[] {
    const isFull = pages.size >= PAGES_AT_MOST && !pages.has(model)
    const gone = now - sweptAt >= (isFull ? SWEEP_FULL_BOOK_EVERY : SWEEP_EVERY) ? sweep(now) : []
    const [oldest] = pages
    if (!isFull || pages.size < PAGES_AT_MOST || oldest === undefined) return gone
    pages.delete(oldest[0])
    return [...gone, ...removals(oldest[0], oldest[1].rests, Infinity)]
  }

  function sweep(now: number): RestRecord[] {
    sweptAt = now
    const gone: RestRecord[] = []
    for (const [model, { rests, lengths }] of pages) {
      gone.push(...removals(model, rests, now))
      rests.expire(now)
      lengths.sweep(now)
      if (rests.rests.size === 0 && lengths.isEmpty) pages.delete(model)
    }
    return gone
  }

  function restore(saved: RunningRest): readonly RestRecord[] {
    const gone = makeRoom(saved.model, saved.since)
    const { rests, lengths } = page(saved.model)
    rests.start(saved)
    if (saved.state === 'exhausted' && saved.until < FOREVER) lengths.days.restore(saved.project, saved.until)
    return gone
  }

  function slotsFor(model: string, now: number): Slots | undefined {
    const known = pages.get(model)
    if (known === undefined) return undefined
    known.rests.expire(now)
    if (known.rests.rests.size > 0) return known.slots
    if (known.lengths.isEmpty) pages.delete(model)
    return undefined
  }

  function rest(
    project: string,
    model: string,
    fault: Fault,
    begun: number,
    now: number,
  ): readonly RestRecord[] {
    const gone = makeRoom(model, now)
    const { rests, lengths } = page(model)
    rests.expire(now)
    if (rests.rests.get(project)?.isTrial) rests.end(project)
    const until = lengths.restUntil(project, fault, begun, now)
    const state = ruleOf(fault).state === 'exhausted' ? 'exhausted' : 'resting'
    if (!rests.start({ project, until, state, reason: fault.reason, since: now })) return gone
    return [...gone, { project, model, until, state, reason: fault.reason }]
  }

  function hold(
    project: string,
    model: string,
    { until, state, reason, isDay }: Hold,
    now: number,
  ): readonly RestRecord[] {
    const gone = makeRoom(model, now)
    const { rests, lengths } = page(model)
    if (isDay) lengths.days.countedOut(project, now)
    rests.start({ project, until, state, reason, since: now, isCounted: true })
    return gone
  }

  function release(project: string, model: string): boolean {
    const known = pages.get(model)
    if (!known?.rests.release(project)) return false
    known.lengths.days.forget(project)
    return true
  }

  function sent(project: Named, model: string, now: number): void {
    const known = pages.get(model)
    if (!known || known.lengths.isEmpty || !known.lengths.days.isOnTrial(project.name, now)) return
    const until = now + TRIAL_AT_MOST
    known.rests.start({
      project: project.name,
      until,
      state: 'exhausted',
      reason: TRIAL,
      since: now,
      isTrial: true,
    })
  }

  function missed(project: Named, model: string): void {
    const rests = pages.get(model)?.rests
    if (rests?.rests.get(project.name)?.isTrial) rests.end(project.name)
  }

  function move(from: string, to: string): readonly RestRecord[] {
    const changes: RestRecord[] = []
    for (const [model, { rests, lengths }] of pages) {
      lengths.move(from, to)
      const rest = rests.end(from)
      if (rest === undefined) continue
      const { until, state, reason } = rest
      changes.push({ project: from, model, until: 0, state, reason })
      if (rests.start({ ...rest, project: to })) changes.push({ project: to, model, until, state, reason })
    }
    return changes
  }

  function clear(project: string, only?: string): readonly RestRecord[] {
    const changes: RestRecord[] = []
    const names = only === undefined ? [...pages.keys()] : [only]
    for (const model of names) {
      const known = pages.get(model)
      known?.lengths.forget(project)
      const rest = known?.rests.end(project)
      if (rest === undefined) continue
      changes.push({ project, model, until: 0, state: rest.state, reason: rest.reason })
    }
    return changes
  }

  function* models(): Generator<readonly [string, ModelRests]> {
    for (const [model, { rests }] of pages) yield [model, rests]
  }

  return {
    restore,
    find: (model) => pages.get(model)?.rests,
    slotsFor,
    rest,
    hold,
    release,
    sent,
    succeeded(project, model, begun, now) {
      const lengths = pages.get(model)?.lengths
      if (lengths && !lengths.isEmpty) lengths.succeeded(project.name, begun, now)
      missed(project, model)
    },
    missed,
    move,
    clear,
    models,
    entered(project) {
      for (const { rests } of pages.values()) rests.entered(project)
    },
    left(position) {
      for (const { rests } of pages.values()) rests.left(position)
    },
  }
}

/** The records that take a model's rests of up to `until` out of what is kept. */
function removals(model: string, { rests }: ModelRests, until: number): RestRecord[] {
  return Array.from(rests.values())
    .filter((rest) => rest.until <= until)
    .map(({ project, state, reason }) => ({ project, model, until: 0, state, reason }))
}
