import type { Key, KeyState } from '../keys.ts'
import type { Doubt } from './doubts.ts'

/** The states that do not end by themselves, and `active` for all others. */
export type LastingState = Exclude<KeyState, 'resting' | 'exhausted'>

/** What the pool knows of one key. */
export interface Entry {
  key: Key
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
interface Project {
  readonly entries: Entry[]
  /** How many of them are in `ready`. */
  readyCount: number
}

/** All keys, by id and by project, and the ones that may be used but for what single models rest. */
export interface Roster {
  readonly entries: ReadonlyMap<string, Entry>
  readonly ready: readonly Entry[]
  /** The keys of `ready`, for the way of a call: in a large pool each step to another object takes long. */
  readonly readyKeys: readonly Key[]
  /** Keys that serve as many calls as they may. */
  fullCount: number
  /** Whether an entry is still one of these; a call may end after its key has left. */
  holds(entry: Entry): boolean
  ofProject(project: string): readonly Entry[]
  hasReady(project: string): boolean
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
  const readyKeys: Key[] = []
  const entries = new Map<string, Entry>()
  const projects = new Map<string, Project>()

  for (const key of keys) {
    if (!entries.has(key.id)) enter(admit(key, now))
  }

  function admit(key: Key, now: number): Entry {
    const entry: Entry = {
      key,
      learnedProject: undefined,
      state: 'active',
      reason: '',
      since: now,
      doubt: undefined,
      isVerdictStale: false,
      inFlight: 0,
      isFull: false,
      position: -1,
      seat: -1,
    }
    entries.set(key.id, entry)
    seat(entry)
    return entry
  }

  function seat(entry: Entry): void {
    entry.seat = projectOf(entry.key.project).entries.push(entry) - 1
  }

  function unseat(entry: Entry): void {
    const { project } = entry.key
    const { entries } = projectOf(project)
    const last = entries.pop()!
    if (last !== entry) {
      entries[entry.seat] = last
      last.seat = entry.seat
    }
    if (entries.length === 0) projects.delete(project)
  }

  function projectOf(id: string): Project {
    const known = projects.get(id)
    if (known !== undefined) return known
    const project: Project = { entries: [], readyCount: 0 }
    projects.set(id, project)
    return project
  }

  function enter(entry: Entry): void {
    entry.position = ready.push(entry) - 1
    readyKeys.push(entry.key)
    projectOf(entry.key.project).readyCount++
  }

  function leave(entry: Entry): number {
    const { position } = entry
    const last = ready.pop()!
    readyKeys.pop()
    if (last !== entry) {
      ready[position] = last
      readyKeys[position] = last.key
      last.position = position
    }
    entry.position = -1
    projectOf(entry.key.project).readyCount--
    return position
  }

  function join(entry: Entry, project: string): void {
    const former = projectOf(entry.key.project)
    unseat(entry)
    entry.key = { ...entry.key, project }
    seat(entry)
    entry.learnedProject = project
    if (entry.position < 0) return
    readyKeys[entry.position] = entry.key
    former.readyCount--
    projectOf(project).readyCount++
  }

  function dismiss(entry: Entry): void {
    unseat(entry)
    entries.delete(entry.key.id)
  }

  function revise(entry: Entry, key: Key): void {
    unseat(entry)
    entry.key = key
    seat(entry)
  }

  return {
    entries,
    ready,
    readyKeys,
    fullCount: 0,
    holds: (entry) => entries.get(entry.key.id) === entry,
    ofProject: (project) => projects.get(project)?.entries ?? [],
    hasReady: (project) => (projects.get(project)?.readyCount ?? 0) > 0,
    enter,
    leave,
    join,
    admit,
    dismiss,
    revise,
  }
}
