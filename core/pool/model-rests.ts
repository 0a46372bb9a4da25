import { FOREVER, type RestRecord } from '../store.ts'
import { createDueHeap } from './due-heap.ts'
import type { Roster } from './roster.ts'
import { createSparsePartition, type SparsePartition } from './sparse-partition.ts'

/** A project's rest for one model. */
export interface Rest {
  readonly project: string
  /** Milliseconds since 1970, or FOREVER. */
  until: number
  state: RestRecord['state']
  reason: string
  /** When it began. */
  readonly since: number
  /** It only lasts while one call finds out whether the project is good again. */
  isTrial?: boolean
  /** It follows from our own count, and ends where that is corrected. */
  isCounted?: boolean
  /** What Google asked for, where our own count lasts longer. */
  told?: Told | undefined
  /** When to look at it next: never after `until`. */
  due: number
}

type Told = Pick<Rest, 'until' | 'state' | 'reason'>
type NewRest = Omit<Rest, 'due' | 'told'>

/** Which projects rest for one model, and which positions of `roster.ready` are left. */
export interface ModelRests {
  readonly partition: SparsePartition
  readonly rests: ReadonlyMap<string, Rest>
  /** Starts a rest, or makes the running one longer. False, and nothing changes, when it is no longer. */
  start(rest: NewRest): boolean
  /** Ends what follows from our own count, but not what Google asked for meanwhile; false where there is no such. */
  release(project: string): boolean
  /** Ends a rest before its time. */
  end(project: string): Rest | undefined
  /** Ends the rests whose time has come. */
  expire(now: number): void
  /** When the first project with a ready key returns; `Infinity` when none does. */
  firstReturn(): number
  /** An entry was put at the end of `roster.ready`. */
  entered(project: string): void
  /** The entry at a position of `roster.ready` was taken out. */
  left(position: number): void
}

/** Rests of one model; costs memory only for projects that rest. */
export function createModelRests(roster: Roster): ModelRests {
  const rests = new Map<string, Rest>()
  const heap = createDueHeap<Rest>()
  const partition = createSparsePartition(roster.ready.length)

  function start({ project, until, state, reason, since, isTrial, isCounted }: NewRest): boolean {
    const running = rests.get(project)
    if (running !== undefined) {
      const told = longer(toldOf(running), toldOf({ until, state, reason, isTrial, isCounted }))
      if (running.until >= until) {
        if (running.isCounted) running.told = told
        return false
      }
      Object.assign(running, { until, state, reason, isTrial, isCounted, told: isCounted ? told : undefined })
      return true
    }
    const rest: Rest = { project, until, state, reason, since, due: until }
    if (isTrial) rest.isTrial = true
    if (isCounted) rest.isCounted = true
    rests.set(project, rest)
    if (until < FOREVER) heap.push(rest)
    for (const { position } of roster.ofProject(project)) if (position >= 0) partition.exclude(position)
    return true
  }

  function end(project: string): Rest | undefined {
    const rest = rests.get(project)
    if (rest === undefined) return undefined
    rests.delete(project)
    for (const { position } of roster.ofProject(project)) if (position >= 0) partition.include(position)
    return rest
  }

  function release(project: string): boolean {
    const rest = rests.get(project)
    if (!rest?.isCounted) return false
    end(project)
    if (rest.told !== undefined) start({ project, since: rest.since, ...rest.told })
    return true
  }

  function expire(now: number): void {
    for (let rest = heap.take(now); rest !== undefined; rest = heap.take(now)) {
      if (rests.get(rest.project) !== rest) continue
      rest.due = rest.until
      if (rest.until <= now) end(rest.project)
      else if (rest.until < FOREVER) heap.push(rest)
    }
  }

  function returnOf(rest: Rest): number {
    if (rests.get(rest.project) !== rest || roster.readyCountOf(rest.project) === 0) return Infinity
    return rest.until < FOREVER ? rest.until : Infinity
  }

  return {
    partition,
    rests,
    start,
    release,
    end,
    expire,
    firstReturn: () => heap.lowest(returnOf, Infinity),
    entered(project) {
      partition.grow()
      if (rests.has(project)) partition.exclude(roster.ready.length - 1)
    },
    left: (position) => partition.remove(position),
  }
}

/** What a rest holds of Google's word. */
function toldOf({
  until,
  state,
  reason,
  isTrial,
  isCounted,
  told,
}: Omit<Rest, 'project' | 'since' | 'due'>): Told | undefined {
  return isTrial || isCounted ? told : { until, state, reason }
}

function longer(one: Told | undefined, other: Told | undefined): Told | undefined {
  return one === undefined || (other !== undefined && other.until > one.until) ? other : one
}
