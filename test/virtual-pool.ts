import type { Fault, FaultKind } from '../core/fault.ts'
import type { Key, KeyQuery, KeyStrategy, Outcome } from '../core/keys.ts'
import type { KeyChanges } from '../core/pool/key-memory.ts'
import { createPool, type PoolOptions } from '../core/pool/pool.ts'
import type { Spender } from '../core/quota/model-meters.ts'
import { createPacificDays } from '../core/quota/pacific-day.ts'
import { createQuotaBook, type QuotaBook } from '../core/quota/quota-book.ts'
import type { QuotaLimits } from '../core/quota/quota-window.ts'
import { roundRobin } from '../plugins/key-strategies/round-robin.ts'

/** When the virtual time begins. */
export const START = 1_800_000_000_000
export const PRO: KeyQuery = { model: 'gemini-pro' }
export const FLASH: KeyQuery = { model: 'gemini-flash' }

/** A quota book in which nothing was spent; the operator's limits are the same for every project and model. */
export function emptyQuotas(minuteSeconds = 60, stated: QuotaLimits = {}): QuotaBook {
  return createQuotaBook({
    clock: { days: createPacificDays(), lateness: 0 },
    minuteMilliseconds: minuteSeconds * 1000,
    saved: [],
    stated: () => stated,
  })
}

/** A key of a project, as a quota book without a pool sees it. */
export function spenderOf(project: string): Spender {
  const known = spenders.get(project) ?? { project: { name: project }, projectNumber: spenders.size }
  spenders.set(project, known)
  return known
}

const spenders = new Map<string, Spender>()

/** A pool in virtual time, and what it reported. */
export function setUpPool(
  keys: readonly Key[],
  saved?: KeyChanges,
  strategy?: KeyStrategy,
  quotas: QuotaBook = emptyQuotas(),
) {
  let time = START
  const now = () => time
  const changes: KeyChanges[] = []
  const doubted: string[] = []
  const warnings: string[] = []
  const options: PoolOptions = {
    keys,
    strategy: strategy ?? roundRobin({ random: () => 0 }),
    quotas,
    saved: saved ?? { keys: [], rests: [] },
    now,
    random: () => 0,
    minuteSeconds: 60,
    changed: (change) => void changes.push(change),
    doubted: ({ id }) => void doubted.push(id),
    warn: (message) => void warnings.push(message),
  }
  const pool = createPool(options)
  const find = (id: string) => keys.find((one) => one.id === id) ?? key(id)
  return {
    pool,
    quotas,
    changes,
    doubted,
    warnings,
    find,
    clock: {
      now,
      advance(milliseconds: number) {
        time += milliseconds
      },
    },
    settle: (id: string, query: KeyQuery, outcome: { ok: true } | Fault) =>
      pool.settle(find(id), query, 'ok' in outcome ? outcome : ({ ok: false, ...outcome } satisfies Outcome)),
    resolve: (id: string, verdict: 'good' | 'unknown' | Fault) => pool.resolveDoubt(find(id), verdict),
  }
}

/** A key; without a project it is one of its own. */
export function key(id: string, project = id): Key {
  return { id, name: undefined, project, weight: 1, tags: [] }
}

/** A fault as an attempt may end with. */
export function fault(kind: FaultKind, more: Partial<Fault> = {}): Fault {
  return { kind, status: 400, reason: `${kind} happened`, text: '', ...more }
}

/** What was saved of a key. */
export function record(id: string, state: 'active' | 'leaked' | 'expired' | 'disabled') {
  return { id, state, reason: state, project: undefined, since: START - 1 }
}

/** The ids of usable keys, sorted. */
export function ids(usable: { size: number; at(index: number): Key }): string[] {
  return Array.from({ length: usable.size }, (_, index) => usable.at(index).id).sort()
}
