import type { Fault, FaultKind } from '../fault.ts'
import type { Key } from '../keys.ts'
import type { Way } from '../ways/way.ts'
import type { Ways } from '../ways/ways.ts'
import type { Breakers } from './breaker.ts'

/** The ways of one call where there are several: it goes around those that failed it or others. */
export interface Route {
  /** The way that the key prefers among those that are closed, best one that has not failed this call. */
  wayFor(key: Key): Way | undefined
  /** The way that the key prefers, closed or not. */
  anyWayFor(key: Key): Way | undefined
  /** Whether a closed way is left that has not failed this call; true at most once for each way. */
  hasOther(): boolean
  /** Whether every way there is is open. */
  isBlocked(): boolean
  failed(way: Way, fault: Fault): void
}

/** A call's route before its first attempt. */
export function createRoute(ways: Ways, breakers: Breakers): Route {
  const failures = new Set<Way>()
  let moves = 0
  const isClosed = (way: Way) => breakers.isClosed(way.scope)
  const isFresh = (way: Way) => !failures.has(way) && isClosed(way)

  return {
    wayFor: (key) => ways.choose(key, isFresh) ?? ways.choose(key, isClosed),
    anyWayFor: (key) => ways.choose(key, (way) => !failures.has(way)) ?? ways.choose(key, () => true),
    hasOther: () => ways.all.some(isFresh) && ++moves <= ways.all.length,
    isBlocked: () => !ways.all.some(isClosed),
    failed(way, { kind }) {
      failures.add(way)
      const isAlone = !ways.all.some((other) => other !== way && isClosed(other))
      const opensAt = CERTAIN.has(kind) && !isAlone ? 1 : SEVERAL
      // Here attempts count, not keys: a key that goes this way alone would never open it.
      breakers.failed(way.scope, `attempt ${attempt++}`, kind, opensAt)
    },
  }
}

/** A way that fails so will fail the next call too: it opens at once, unless it is the last one. */
const CERTAIN: ReadonlySet<FaultKind> = new Set(['proxy_failed', 'region_blocked', 'address_blocked'])
/** As many as it takes with one way alone. */
const SEVERAL = 5
let attempt = 0
