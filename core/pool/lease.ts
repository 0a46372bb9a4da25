import type { UsageMetadata } from '../canonical.ts'
import { type Fault, ruleOf } from '../fault.ts'
import type { Key, KeyQuery, Outcome } from '../keys.ts'
import { toMeasured } from '../quota/measured.ts'
import type { QuotaBook } from '../quota/quota-book.ts'
import type { KeyHealth } from './key-health.ts'
import type { RestBook } from './rest-book.ts'
import type { Entry } from './roster.ts'

/** A key lent to one attempt, whose call is counted from now on. */
export interface Lease {
  readonly key: Key
  /** Takes in what became of the attempt; a fault may follow a success, where a stream broke off later. */
  settle(outcome: Outcome): void
  /** The answer is over: the key is free again, and Google's own count of tokens takes the place of ours. */
  ended(usage: UsageMetadata | undefined): void
}

export interface LeaseOptions {
  readonly quotas: QuotaBook
  readonly book: RestBook
  readonly health: KeyHealth
  readonly now: () => number
  /** Passes an outcome on to whoever takes part in it. */
  settle(entry: Entry, query: KeyQuery, outcome: Outcome, begun: number): void
}

/** Counts a call for a key, begun at `begun`, and keeps its project out once that has spent a limit. */
export function createLease(entry: Entry, query: KeyQuery, begun: number, options: LeaseOptions): Lease {
  const { quotas, book, health, now } = options
  const model = query.model ?? ''
  const { key, project } = entry
  const spent = quotas.spend(entry, model, query.tokens ?? 0, begun)
  book.sent(project, model, begun)
  entry.inFlight++
  if (entry.inFlight >= entry.maxConcurrent) health.filled(entry)
  holdWhereFull(entry, model, begun, options)
  let isOver = false

  function ended(usage: UsageMetadata | undefined): void {
    if (isOver) return
    isOver = true
    entry.inFlight--
    if (entry.isFull) health.freed(entry)
    if (spent === undefined || usage?.promptTokenCount === undefined) return
    const measured = toMeasured(usage)
    quotas.measured(spent, measured, now())
    if (measured.images > 0) holdWhereFull(entry, model, now(), options)
    review()
  }

  /** What was counted too much may keep the project out no longer. */
  function review(): void {
    if (book.release(entry.key.project, model)) holdWhereFull(entry, model, now(), options)
  }

  return {
    key,
    settle(outcome) {
      if (!outcome.ok) {
        if (spent && !isOver && !mayBeCounted(outcome)) {
          quotas.refused(spent)
          review()
        }
        ended(undefined)
      }
      options.settle(entry, query, outcome, begun)
    },
    ended,
  }
}

/** Keeps a project out of use for a model until there is room again, where a limit that is known is spent. */
export function holdWhereFull(
  entry: Entry,
  model: string,
  time: number,
  { quotas, book }: Pick<LeaseOptions, 'quotas' | 'book'>,
): void {
  const full = quotas.fullWindow(entry, model, 1, time)
  if (full === undefined) return
  const { window, limit, at: until } = full
  const isDay = window.endsWith('/day')
  const reason = `All of ${limit} ${window.replace('/', ' a ')} is used, by our own count`
  book.hold(entry.project.name, model, { until, state: isDay ? 'exhausted' : 'resting', reason, isDay }, time)
}

/** What Google refuses it does not count, and what never got through a proxy it does not know of. */
function mayBeCounted({ kind }: Fault): boolean {
  return kind !== 'proxy_failed' && COUNTED.has(ruleOf({ kind }).charge)
}

/** What Google may have counted although it failed. */
const COUNTED: ReadonlySet<string> = new Set(['model', 'way-out', 'attempt'])
