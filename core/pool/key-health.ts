import { type Fault, ruleOf } from '../fault.ts'
import type { QuotaBook } from '../quota/quota-book.ts'
import type { KeyRecord, RestRecord } from '../store.ts'
import type { Doubts } from './doubts.ts'
import type { KeyChanges } from './key-memory.ts'
import type { RestBook } from './rest-book.ts'
import type { Entry, LastingState, Roster } from './roster.ts'

/** What a key, its project, and its project with one model are charged with. */
export interface KeyHealth {
  /** Takes in what was learned before; reports only which rests are over. */
  restore(saved: KeyChanges): void
  /** Takes in the fault of a call begun at `begun`; one that is nobody's of these changes nothing. */
  charge(entry: Entry, model: string, fault: Fault, begun: number): void
  /** Takes in a verdict on a key that is in doubt or out. */
  resolve(entry: Entry, verdict: 'good' | 'unknown' | Fault): void
  /** The key serves as many calls as it may: no other until `freed`. */
  filled(entry: Entry): void
  freed(entry: Entry): void
  /** Takes an entry out of use, whatever it is; what is asked about it says nothing any more. */
  withdraw(entry: Entry): void
  /** Puts an entry back in use, as if nothing had ever been said of it. */
  reinstate(entry: Entry): void
}

export interface KeyHealthOptions {
  readonly roster: Roster
  readonly book: RestBook
  readonly doubts: Doubts
  readonly now: () => number
  /** What projects spent goes with them. */
  readonly quotas: Pick<QuotaBook, 'move'>
  /** Told of everything that is new to keep, once for each charge or verdict. */
  changed(changes: KeyChanges): void
}

const NOTHING: KeyChanges = { keys: [], rests: [] }

/** Moves keys out of use and back, and lets projects rest. */
export function createKeyHealth(options: KeyHealthOptions): KeyHealth {
  const { roster, book, doubts, now, quotas, changed } = options

  function restore({ keys, rests }: KeyChanges): void {
    for (const record of keys) restoreKey(record)
    const over = rests.filter(({ until }) => until <= now()).map((rest) => ({ ...rest, until: 0 }))
    const dropped = rests.flatMap((rest) => {
      if (rest.until <= now() || roster.ofProject(rest.project).length === 0) return []
      return book.restore({ ...rest, since: now() })
    })
    report({ keys: [], rests: [...over, ...dropped] })
  }

  function restoreKey({ id, project, state, reason, since }: KeyRecord): void {
    const entry = roster.entries.get(id)
    if (entry === undefined) return
    if (project !== undefined && entry.key.project === id) roster.join(entry, project)
    if (state === 'resting' || state === 'exhausted') return
    Object.assign(entry, { state, reason, since })
    if (state !== 'active') setAside(entry)
  }

  function charge(entry: Entry, model: string, fault: Fault, begun: number): void {
    switch (ruleOf(fault).charge) {
      case 'key-in-doubt':
        doubt(entry, fault.reason)
        break
      case 'key':
        report(learnProject(entry, fault), putOut([entry], stateOf(fault), fault.reason))
        break
      case 'project': {
        const learned = learnProject(entry, fault)
        report(learned, putOut(roster.ofProject(entry.key.project), stateOf(fault), fault.reason))
        break
      }
      case 'project-and-model': {
        const learned = learnProject(entry, fault)
        report(learned, { keys: [], rests: book.rest(entry.key.project, model, fault, begun, now()) })
      }
    }
  }

  /** A key whose project nobody stated joins the one Google names, and brings along what it rests for. */
  function learnProject(entry: Entry, { project }: Fault): KeyChanges {
    const former = entry.key.project
    if (project === undefined || project === former || former !== entry.key.id) return NOTHING
    const wasReady = entry.position >= 0
    setAside(entry)
    roster.join(entry, project)
    const rests = book.move(former, project)
    quotas.move(former, project)
    if (wasReady) putBack(entry)
    return { keys: [toRecord(entry)], rests }
  }

  function putOut(entries: readonly Entry[], state: LastingState, reason: string): KeyChanges {
    const active = entries.filter((entry) => entry.state === 'active')
    for (const entry of active) {
      if (entry.doubt?.isPending) entry.isVerdictStale = true
      doubts.end(entry)
      setAside(entry)
      Object.assign(entry, { state, reason, since: now() })
    }
    return { keys: active.map(toRecord), rests: [] }
  }

  function doubt(entry: Entry, reason: string): void {
    if (entry.state !== 'active' || entry.doubt !== undefined) return
    setAside(entry)
    doubts.begin(entry, reason)
  }

  function resolve(entry: Entry, verdict: 'good' | 'unknown' | Fault): void {
    if (entry.isVerdictStale) entry.isVerdictStale = false
    else if (verdict === 'good') revive(entry)
    else if (verdict === 'unknown') doubts.postpone(entry)
    else {
      resolveByFault(entry, verdict)
      // Where this verdict put the key out, no other is under way.
      entry.isVerdictStale = false
    }
  }

  function resolveByFault(entry: Entry, fault: Fault): void {
    const { charge: charged } = ruleOf(fault)
    if (charged === 'key' || charged === 'project') charge(entry, '', fault, now())
    else if (charged !== 'key-in-doubt') doubts.postpone(entry)
    else if (entry.doubt === undefined) doubt(entry, fault.reason)
    else report(putOut([entry], 'invalid', fault.reason))
  }

  function revive(entry: Entry): void {
    if (entry.state === 'disabled' || entry.position >= 0) return
    if (entry.isFull && entry.state === 'active' && entry.doubt === undefined) return
    const wasOut = entry.state !== 'active'
    doubts.end(entry)
    putBack(entry)
    if (!wasOut) return
    Object.assign(entry, { state: 'active', reason: '', since: now() })
    report({ keys: [toRecord(entry)], rests: [] })
  }

  function filled(entry: Entry): void {
    if (entry.isFull) return
    entry.isFull = true
    roster.fullCount++
    setAside(entry)
  }

  function freed(entry: Entry): void {
    if (!entry.isFull) return
    entry.isFull = false
    roster.fullCount--
    if (entry.state === 'active' && entry.doubt === undefined) putBack(entry)
  }

  function withdraw(entry: Entry): void {
    if (entry.doubt?.isPending) entry.isVerdictStale = true
    doubts.end(entry)
    setAside(entry)
  }

  function reinstate(entry: Entry): void {
    withdraw(entry)
    putBack(entry)
    if (entry.state === 'active') return
    Object.assign(entry, { state: 'active', reason: '', since: now() })
    report({ keys: [toRecord(entry)], rests: [] })
  }

  function setAside(entry: Entry): void {
    if (entry.position >= 0) book.left(roster.leave(entry))
  }

  function putBack(entry: Entry): void {
    if (entry.isFull || entry.position >= 0 || !roster.holds(entry)) return
    roster.enter(entry)
    book.entered(entry.key.project)
  }

  /** Where two changes are of one key, or of one rest, the later holds. */
  function report(...all: readonly KeyChanges[]): void {
    const keys = new Map(all.flatMap((changes) => changes.keys).map((record) => [record.id, record]))
    const rests = new Map(all.flatMap((changes) => changes.rests).map((rest) => [placeOf(rest), rest]))
    if (keys.size + rests.size > 0) changed({ keys: [...keys.values()], rests: [...rests.values()] })
  }

  return { restore, charge, resolve, filled, freed, withdraw, reinstate }
}

function stateOf(fault: Fault): LastingState {
  const { state } = ruleOf(fault)
  return state === undefined || state === 'resting' || state === 'exhausted' ? 'restricted' : state
}

function placeOf({ project, model }: RestRecord): string {
  return JSON.stringify([project, model])
}

function toRecord({ key, state, reason, since, learnedProject }: Entry): KeyRecord {
  return { id: key.id, state, reason, since, project: learnedProject }
}
