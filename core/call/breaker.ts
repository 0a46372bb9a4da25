import { type FaultKind, ruleOf } from '../fault.ts'

/** Breakers, one for each scope: `model:NAME`, `way-out:direct`. */
export interface Breakers {
  /** True when a call may pass without asking `enter`. */
  isClosed(scope: string): boolean
  /**
   * 'pass' while closed. While open one call a second is the 'trial'; a call that comes while one runs waits
   * for its end, at most a second, and is refused unless that closed the breaker. All others are refused.
   */
  enter(scope: string): Promise<'pass' | 'trial' | 'refuse'>
  /** Whether the breaker is closed, or closes within so many milliseconds. */
  closesWithin(scope: string, milliseconds: number): Promise<boolean>
  /** A call failed; `distinct` is how many keys it could have been tried with. Kinds that are not capacity's or the way's do not count. */
  failed(scope: string, keyId: string, kind: FaultKind, distinct: number): void
  /** A call succeeded: closes at once. */
  succeeded(scope: string): void
  /** A trial call is over, all its attempts included; without effect where one of them succeeded. */
  trialEnded(scope: string): void
  /** How the scope failed last; undefined where it did not fail lately. */
  kindOf(scope: string): FaultKind | undefined
}

export interface BreakerOptions {
  readonly now: () => number
  wait(milliseconds: number): Promise<void>
}

interface Breaker {
  isOpen: boolean
  since: number
  kind: FaultKind
  /** Kind → key → when it failed so, oldest first; at most THRESHOLD keys a kind. */
  readonly failures: Map<FaultKind, Map<string, number>>
  trial: Trial | undefined
  lastTrial: number
  readonly closing: PromiseWithResolvers<void>
}

interface Trial {
  readonly ended: Promise<void>
  end(): void
}

const THRESHOLD = 5
const WINDOW = 10_000
const TRIAL_EVERY = 1000
/** A trial that is not over by then no longer holds back the next. */
const TRIAL_AT_MOST = 10_000
/** Scopes are named by clients; the one that failed longest ago is forgotten first. */
const SCOPES_AT_MOST = 1000

/** Breakers that are all closed. */
export function createBreakers({ now, wait }: BreakerOptions): Breakers {
  const breakers = new Map<string, Breaker>()

  const isClosed = (scope: string) => breakers.get(scope)?.isOpen !== true

  async function enter(scope: string): Promise<'pass' | 'trial' | 'refuse'> {
    const breaker = breakers.get(scope)
    if (breaker === undefined || !breaker.isOpen) return 'pass'
    const sinceTrial = now() - breaker.lastTrial
    const { trial } = breaker
    if (sinceTrial >= (trial === undefined ? TRIAL_EVERY : TRIAL_AT_MOST)) {
      endTrial(breaker)
      breaker.lastTrial = now()
      breaker.trial = createTrial()
      return 'trial'
    }
    if (trial !== undefined) await Promise.race([trial.ended, wait(TRIAL_EVERY)])
    return isClosed(scope) ? 'pass' : 'refuse'
  }

  function failed(scope: string, keyId: string, kind: FaultKind, distinct: number): void {
    const { charge } = ruleOf({ kind })
    if (charge !== 'model' && charge !== 'way-out') return
    const breaker = breakers.get(scope) ?? createBreaker(kind, now())
    remember(scope, breaker)
    breaker.kind = kind
    const keys = noteFailure(breaker, keyId, kind)
    if (!breaker.isOpen && keys >= Math.max(1, Math.min(THRESHOLD, distinct))) open(breaker)
  }

  function open(breaker: Breaker): void {
    breaker.isOpen = true
    breaker.since = now()
  }

  /** How many distinct keys failed like this within the window. */
  function noteFailure({ failures }: Breaker, keyId: string, kind: FaultKind): number {
    const keys = failures.get(kind) ?? new Map<string, number>()
    failures.set(kind, keys)
    keys.delete(keyId)
    keys.set(keyId, now())
    for (const [id, at] of keys) {
      if (keys.size > THRESHOLD || now() - at > WINDOW) keys.delete(id)
    }
    return keys.size
  }

  function remember(scope: string, breaker: Breaker): void {
    breakers.delete(scope)
    breakers.set(scope, breaker)
    const [oldest] = breakers.keys()
    if (breakers.size > SCOPES_AT_MOST && oldest !== undefined) close(oldest)
  }

  function close(scope: string): void {
    const breaker = breakers.get(scope)
    if (breaker === undefined) return
    breakers.delete(scope)
    breaker.closing.resolve()
    endTrial(breaker)
  }

  return {
    isClosed,
    enter,
    async closesWithin(scope, milliseconds) {
      const breaker = breakers.get(scope)
      if (breaker?.isOpen) await Promise.race([breaker.closing.promise, wait(milliseconds)])
      return isClosed(scope)
    },
    failed,
    succeeded: close,
    trialEnded(scope) {
      const breaker = breakers.get(scope)
      if (breaker !== undefined) endTrial(breaker)
    },
    kindOf: (scope) => breakers.get(scope)?.kind,
  }
}

function createBreaker(kind: FaultKind, since: number): Breaker {
  return {
    isOpen: false,
    since,
    kind,
    failures: new Map(),
    trial: undefined,
    lastTrial: -Infinity,
    closing: Promise.withResolvers(),
  }
}

function createTrial(): Trial {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { ended: promise, end: resolve }
}

function endTrial(breaker: Breaker): void {
  breaker.trial?.end()
  breaker.trial = undefined
}
