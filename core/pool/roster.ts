import type { Key, KeyState } from '../keys.ts'
import type { Spender } from '../quota/model-meters.ts'
import type { Doubt } from './doubts.ts'

/** The states that do not end by themselves, and `active` for all others. */
export type LastingState = Exclude<KeyState, 'resting' | 'exhausted'>

/** What the pool knows of one key. */
export interface Entry extends Spender {
  key: Key
  /** That of the key. */
  project: Project
  projectNumber: number
  /** Calls that the key may serve at once; Infinity where it may any number. */
  maxConcurrent: number
  /** The project Google named, where the operator stated none. */
  learnedProject: string | undefined
  state: LastingState
  reason: string
  /** When the state began; milliseconds since 1970. */
  since: number
  /** Set while nobody knows whether Google still takes the key. */
  doubt: Doubt | undefined
  /** Set while a verdict is under way that was asked for before the key was put out: it says nothing any more. */
  isVerdictStale: boolean
  /** Calls that it serves now. */
  inFlight: number
  /** It serves as many as it may. */
  isFull: boolean
  /** The index in `ready`, -1 when not in it. */
  position: number
  /** The index among the keys of its project. */
  seat: number
}

/** The keys of one project. */
export interface Project {
  readonly name: string
  /** That of `Spender`; a project that is gone leaves it to a later one. */
  readonly number: number
  readonly entries: Entry[]
  /** How many of them are in `ready`. */
  readyCount: number
}

/** All keys, by id and by project, and the ones that may be used but for what single models rest. */
export interface Roster {
  readonly entries: ReadonlyMap<string, Entry>
  readonly ready: readonly Entry[]
  /** Keys that serve as many calls as they may. */
  fullCount: number
  /** Whether an entry is still one of these; a call may end after its key has left. */
  holds(entry: Entry): boolean
  ofProject(project: string): readonly Entry[]
  /** How many keys of a project are in `ready`. */
  readyCountOf(project: string): number
  /** Puts an entry at the end of `ready`. */
  enter(entry: Entry): void
  /** Takes an entry out of `ready`; the last one takes its position. Returns the position. */
  leave(entry: Entry): number
  /** Moves a key to the project that Google named. */
  join(entry: Entry, project: string): void
  /** Takes in a key that is not known yet, not ready. */
  admit(key: Key, now: number): Entry
  /** Forgets an entry that is not ready. */
  dismiss(entry: Entry): void
  /** Gives an entry that is not ready another key of the same id, perhaps of another project. */
  revise(entry: Entry, key: Key): void
}

/** A roster in which every key is ready. */
export function createRoster(keys: readonly Key[], now: number): Roster {
  const ready: Entry[] = []
  const entries = new Map<string, Entry>()
  const projects = new Map<string, Project>()
  const freeNumbers: number[] = []

  for (const key of keys) {
    if (!entries.has(key.id)) enter(admit(key, now))
  }

  function admit(key: Key, now: number): Entry {
    // What every call needs comes first, to lie in one line of memory.
    const entry: Entry = {
      key,
      project: projectOf(key.project),
      projectNumber: -1,
      position: -1,
      inFlight: 0,
      maxConcurrent: Number.POSITIVE_INFINITY,
      isFull: false,
      state: 'active',
      doubt: undefined,
      learnedProject: undefined,
      reason: '',
      since: now,
      isVerdictStale: false,
      seat: -1,
    }
    entries.set(key.id, entry)
    seat(entry, key)
    return entry
  }

  function seat(entry: Entry, key: Key): void {
    entry.key = key
    entry.maxConcurrent = key.maxConcurrent ?? Number.POSITIVE_INFINITY
    entry.project = projectOf(key.project)
    entry.projectNumber = entry.project.number
    entry.seat = entry.project.entries.push(entry) - 1
  }

  function unseat({ project, seat }: Entry): void {
    const last = project.entries.pop()!
    if (seat < project.entries.length) {
      project.entries[seat] = last
      last.seat = seat
    }
    if (project.entries.length > 0) return
    projects.delete(project.name)
    freeNumbers.push(project.number)
  }

  function projectOf(name: string): Project {
    const known = projects.get(name)
    if (known !== undefined) return known
    // Where no number is free, those in use are all below how many there are.
    const project: Project = { name, number: freeNumbers.pop() ?? projects.size, entries: [], readyCount: 0 }
    projects.set(name, project)
    return project
  }

  function enter(entry: Entry): void {
    entry.position = ready.push(entry) - 1
    entry.project.readyCount++
  }

  function leave(entry: Entry): number {
    const { position } = entry
    const last = ready.pop()!
    if (last !== entry) {
      ready[position] = last
      last.position = position
    }
    entry.position = -1
    entry.project.readyCount--
    return position
  }

  function join(entry: Entry, project: string): void {
    const isReady = entry.position >= 0
    if (isReady) entry.project.readyCount--
    revise(entry, { ...entry.key, project })
    entry.learnedProject = project
    if (isReady) entry.project.readyCount++
  }

  function dismiss(entry: Entry): void {
    unseat(entry)
    entries.delete(entry.key.id)
  }

  function revise(entry: Entry, key: Key): void {
    unseat(entry)
    seat(entry, key)
  }

  return {
    entries,
    ready,
    fullCount: 0,
    holds: (entry) => entries.get(entry.key.id) === entry,
    ofProject: (project) => projects.get(project)?.entries ?? [],
    readyCountOf: (project) => projects.get(project)?.readyCount ?? 0,
    enter,
    leave,
    join,
    admit,
    dismiss,
    revise,
  }
}
