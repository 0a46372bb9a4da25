import type { FaultKind } from '../core/fault.ts'
import { FAULTS, type Fault } from '../core/fault.ts'
import type { Key } from '../core/keys.ts'
import { FOREVER } from '../core/store.ts'

interface NaiveKey {
  readonly id: string
  project: string
  isOut: boolean
  isVerdictStale: boolean
  doubt: { pending: boolean; due: number; unknowns: number } | undefined
}

interface NaiveDay {
  readonly until: number
  readonly midnight: number | undefined
  readonly isLate: boolean
}

const HOUR = 3_600_000

const CALIFORNIA = new Intl.DateTimeFormat('en-US', { timeZone: 'America/Los_Angeles' })
const DAYS = new Map<number, string>()

function dayOf(time: number): string {
  const hour = Math.floor(time / HOUR)
  const day = DAYS.get(hour) ?? CALIFORNIA.format(time)
  DAYS.set(hour, day)
  return day
}

/** Tries hour by hour until California shows another day. */
function midnightAfter(time: number): number {
  let next = (Math.floor(time / HOUR) + 1) * HOUR
  while (dayOf(next) === dayOf(time)) next += HOUR
  return next
}

/** The pool's rules written down without any care for speed: every question walks all keys. */
export function createNaivePool(keys: readonly Key[], now: () => number, minute: number) {
  const all: NaiveKey[] = keys.map(({ id, project }) => ({
    id,
    project,
    isOut: false,
    isVerdictStale: false,
    doubt: undefined,
  }))
  const rests = new Map<string, number>()
  const backoffs = new Map<string, { failures: number; until: number }>()
  const days = new Map<string, NaiveDay>()
  let lateness = 0
  const shortest = Math.min(1000, Math.ceil(minute / 60))
  let asked = 0

  const place = (project: string, model: string) => `${project}|${model}`
  const find = (id: string) => all.find((key) => key.id === id)!
  const restOf = (key: NaiveKey, model: string) => rests.get(place(key.project, model)) ?? 0
  const isUsable = (key: NaiveKey, model: string) => !key.isOut && !key.doubt && restOf(key, model) <= now()

  function recall(): void {
    for (const { doubt } of all) {
      if (doubt === undefined || doubt.pending || doubt.due > now()) continue
      doubt.pending = true
      asked++
    }
  }

  function learn(key: NaiveKey, fault: Fault): void {
    if (fault.project === undefined || key.project !== key.id) return
    forgetOldDays()
    for (const map of [rests, backoffs, days] as Map<string, unknown>[]) move(map, key.project, fault.project)
    key.project = fault.project
  }

  function move(map: Map<string, unknown>, from: string, to: string): void {
    for (const [at, value] of [...map]) {
      const [project, model] = at.split('|')
      if (project !== from) continue
      map.delete(at)
      const there = map.get(place(to, model!))
      if (there === undefined || rank(there) < rank(value)) map.set(place(to, model!), value)
    }
  }

  function rank(value: unknown): number {
    if (typeof value === 'number') return value
    const { failures, until } = value as { failures?: number; until: number }
    return failures ?? until
  }

  const midnight = (time: number) => midnightAfter(time - lateness) + lateness

  function forgetOldDays(): void {
    for (const [at, day] of days) {
      if (now() >= (day.midnight === undefined ? midnight(day.until) : day.midnight + 24 * HOUR))
        days.delete(at)
    }
  }

  function dayUntil(at: string, delay: number): number {
    forgetOldDays()
    const day = days.get(at)
    if (day === undefined) {
      const until = Math.min(now() + delay, midnight(now()))
      days.set(at, { until, midnight: undefined, isLate: false })
      return until
    }
    if (now() < day.until) return day.until
    if (day.midnight !== undefined && now() - day.midnight < 2 * HOUR) {
      days.set(at, { ...day, until: now() + Math.min(Math.max(delay, 1000), 300_000), isLate: true })
    } else {
      const until = midnight(now())
      days.set(at, { until, midnight: until - lateness, isLate: false })
    }
    return days.get(at)!.until
  }

  function dayWorked(at: string): void {
    forgetOldDays()
    const day = days.get(at)
    if (day === undefined || now() < day.until) return
    days.delete(at)
    if (day.midnight === undefined) return
    if (day.isLate) lateness = Math.min(now() - day.midnight, 2 * HOUR)
    else lateness = lateness < 1000 ? 0 : lateness / 2
  }

  function rest(project: string, model: string, fault: Fault): void {
    const until = restUntil(project, model, fault)
    rests.set(place(project, model), Math.max(until, rests.get(place(project, model)) ?? 0))
  }

  function restUntil(project: string, model: string, fault: Fault): number {
    if (fault.kind === 'quota_none' || fault.kind === 'model_closed') return FOREVER
    if (fault.kind !== 'quota_unknown' && fault.kind !== 'free_tier_blocked') {
      const asked = fault.retryAfterMilliseconds ?? minute
      const delay = Math.min(Math.max(asked, shortest), 7 * 24 * HOUR)
      return fault.kind === 'quota_day' ? dayUntil(place(project, model), delay) : now() + delay
    }
    const known = backoffs.get(place(project, model))
    const isForgotten = known === undefined || known.until + 2 * 3_600_000 < now()
    const backoff = isForgotten ? { failures: 0, until: 0 } : known
    if (backoff.until > now()) return backoff.until
    const until = now() + Math.min(3_600_000, minute * 2 ** backoff.failures)
    backoffs.set(place(project, model), { failures: backoff.failures + 1, until })
    return until
  }

  function putOut(key: NaiveKey): void {
    if (key.doubt?.pending) key.isVerdictStale = true
    key.isOut = true
    key.doubt = undefined
  }

  return {
    usable: (model: string) => all.filter((key) => isUsable(key, model)).map(({ id }) => id),
    asked: () => asked,
    recall,
    projectOf: (id: string) => find(id).project,
    isOut: (id: string) => find(id).isOut,
    isInDoubt: (id: string) => find(id).doubt !== undefined,
    isResting: (id: string, models: readonly string[]) =>
      models.some((model) => restOf(find(id), model) > now()),
    returnsAt(model: string): number | undefined {
      const times = all
        .filter((key) => !key.isOut)
        .map((key) => {
          const verdict = key.doubt?.pending ? now() + 1000 : (key.doubt?.due ?? now())
          return Math.max(verdict, restOf(key, model))
        })
      const first = Math.min(FOREVER, ...times)
      return first < FOREVER ? first : undefined
    },
    succeed(id: string, model: string): void {
      const at = place(find(id).project, model)
      backoffs.delete(at)
      dayWorked(at)
    },
    charge(id: string, model: string, fault: Fault): void {
      const key = find(id)
      const charge: string = FAULTS[fault.kind as FaultKind].charge
      if (charge === 'key' || charge === 'project' || charge === 'project-and-model') learn(key, fault)
      if (charge === 'key') putOut(key)
      if (charge === 'project') for (const one of all) if (one.project === key.project) putOut(one)
      if (charge === 'project-and-model') rest(key.project, model, fault)
      if (charge === 'key-in-doubt' && !key.isOut && key.doubt === undefined) {
        key.doubt = { pending: true, due: 0, unknowns: 0 }
        asked++
      }
    },
    resolve(id: string, verdict: 'good' | 'unknown'): void {
      const key = find(id)
      if (key.isVerdictStale) {
        key.isVerdictStale = false
        return
      }
      if (verdict === 'good') Object.assign(key, { isOut: false, doubt: undefined })
      const { doubt } = key
      if (verdict !== 'unknown' || !doubt?.pending) return
      doubt.pending = false
      doubt.due = now() + Math.min(60_000 * 2 ** doubt.unknowns++, 3_600_000)
    },
    /** The verdict itself says so. */
    confirm(id: string): void {
      putOut(find(id))
      find(id).isVerdictStale = false
    },
    restart(): void {
      backoffs.clear()
      days.clear()
      lateness = 0
      for (const key of all) key.isVerdictStale = false
    },
  }
}
