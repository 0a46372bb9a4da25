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
  ofProject(project: string): readonly Entry[]
  hasReady(project: string): boolean
  /** Puts an entry at the end of `ready`. */
  enter(entry: Entry): void
  /** Takes an entry out of `ready`; the last one takes its position. Returns the position. */
  leave(entry: Entry): number
  /** Moves a key to the project that Google named. */
  join(entry: Entry, project: string): void
}

/** A roster in which every key is ready. */
export function createRoster(keys: readonly Key[], now: number): Roster {
  const ready: Entry[] = []
  const readyKeys: Key[] = []
  const entries = new Map<string, Entry>()
  const projects = new Map<string, Project>()

  for (const key of keys) {
    if (entries.has(key.id)) continue
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
    }
    entries.set(key.id, entry)
    projectOf(key.project).entries.push(entry)
    enter(entry)
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
    former.entries.splice(former.entries.indexOf(entry), 1)
    if (former.entries.length === 0) projects.delete(entry.key.project)
    const next = projectOf(project)
    next.entries.push(entry)
    entry.key = { ...entry.key, project }
    entry.learnedProject = project
    if (entry.position < 0) return
    readyKeys[entry.position] = entry.key
    former.readyCount--
    next.readyCount++
  }

  return {
    entries,
    ready,
    readyKeys,
    fullCount: 0,
    ofProject: (project) => projects.get(project)?.entries ?? [],
    hasReady: (project) => (projects.get(project)?.readyCount ?? 0) > 0,
    enter,
    leave,
    join,
  }
}
