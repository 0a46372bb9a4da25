import type { Key } from '../keys.ts'
import type { QuotaBook } from '../quota/quota-book.ts'
import type { KeyHealth } from './key-health.ts'
import type { KeyChanges } from './key-memory.ts'
import type { RestBook } from './rest-book.ts'
import type { Entry, Roster } from './roster.ts'

/** Which keys belong to a pool. Each change takes constant time, and calls that hold a key are left alone. */
export interface Membership {
  /** Takes a key in, or what is new of one: its name, project, weight, tags, and whether it may be used. */
  set(key: Key, disabledSince: number | undefined): void
  /** Takes a key out for good; what was learned of it is forgotten. */
  drop(id: string): void
  /**
   * Makes a key active again, ends what its project rests for and forgets the limits it has learned; with a model only
   * those of that. One that the
   * operator disabled stays so. False where there is no such key.
   */
  reset(id: string, model?: string): boolean
}

export interface MembershipOptions {
  readonly roster: Roster
  readonly book: RestBook
  readonly health: KeyHealth
  readonly quotas: Pick<QuotaBook, 'move' | 'forget'>
  readonly now: () => number
  changed(changes: KeyChanges): void
}

const DISABLED = 'Disabled by the operator'

/** Keys that come, change and go while calls flow. */
export function createMembership(options: MembershipOptions): Membership {
  const { roster, book, health, quotas, now, changed } = options

  function set(key: Key, disabledSince: number | undefined): void {
    const known = roster.entries.get(key.id)
    const entry = known ?? roster.admit(key, now())
    if (known !== undefined) revise(known, key)
    if (disabledSince !== undefined) disable(entry, disabledSince)
    else if (known === undefined || entry.state === 'disabled') health.reinstate(entry)
  }

  function revise(entry: Entry, stated: Key): void {
    const key = withLearnedProject(entry, stated)
    const { project } = entry.key
    const wasReady = entry.position >= 0
    if (wasReady) book.left(roster.leave(entry))
    roster.revise(entry, key)
    if (project !== key.project) moved(entry, project)
    if (!wasReady) return
    roster.enter(entry)
    book.entered(key.project)
  }

  /** What a key rested for while nobody knew its project goes with it; other projects keep theirs. */
  function moved({ key }: Entry, former: string): void {
    if (former === key.id) {
      quotas.move(former, key.project)
      changed({ keys: [], rests: book.move(former, key.project) })
    } else {
      forgetEmpty(former)
    }
  }

  function forgetEmpty(project: string): void {
    if (roster.ofProject(project).length > 0) return
    const rests = book.clear(project)
    if (rests.length > 0) changed({ keys: [], rests })
  }

  function disable(entry: Entry, since: number): void {
    health.withdraw(entry)
    Object.assign(entry, { state: 'disabled', reason: DISABLED, since })
  }

  function drop(id: string): void {
    const entry = roster.entries.get(id)
    if (entry === undefined) return
    health.withdraw(entry)
    const { state, learnedProject } = entry
    roster.dismiss(entry)
    forgetEmpty(entry.key.project)
    if (state === 'active' && learnedProject === undefined) return
    changed({ keys: [{ id, state: 'active', reason: '', project: undefined, since: now() }], rests: [] })
  }

  function reset(id: string, model?: string): boolean {
    const entry = roster.entries.get(id)
    if (entry === undefined) return false
    if (model === undefined && entry.state !== 'disabled') health.reinstate(entry)
    quotas.forget(entry.key.project, model)
    const rests = book.clear(entry.key.project, model)
    if (rests.length > 0) changed({ keys: [], rests })
    return true
  }

  return { set, drop, reset }
}

/** A project that the operator states holds over the one that Google named. */
function withLearnedProject(entry: Entry, key: Key): Key {
  if (key.project !== key.id || entry.learnedProject === undefined) {
    entry.learnedProject = undefined
    return key
  }
  return { ...key, project: entry.learnedProject }
}
