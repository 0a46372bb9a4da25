import { GatewayError } from '../errors.ts'
import { type Fault, type FaultKind, ruleOf } from '../fault.ts'
import type { Key, KeyQuery } from '../keys.ts'
import type { Pool } from '../pool/pool.ts'
import type { Way } from '../ways/way.ts'
import type { Ways } from '../ways/ways.ts'
import type { Breakers } from './breaker.ts'
import { REACH_GOOGLE } from './refusal.ts'
import { createRoute } from './route.ts'

/** The breakers that one call passes: its model's, and those of the ways that it goes. */
export interface Gate {
  /** Rejects with `overloaded` where a breaker is open and this call is not its trial. */
  pass(): Promise<void>
  /** The way to go with a key; undefined where its ways are all in doubt and another key may have a better one. */
  wayFor(key: Key): Way | undefined
  /** The way to go with a key when no other key is left; rejects as `pass` does. */
  lastWayFor(key: Key): Promise<Way>
  /** Whether a call that a way failed goes another way at once, whatever its patience says. */
  hasOtherWay(): boolean
  /** Whether the breakers are closed, or will be in a moment, as they are when failures strike by chance. */
  closesSoon(): Promise<boolean>
  /** Google answered: the way out is good, whatever the answer says. */
  reached(way: Way): void
  succeeded(): void
  failed(key: Key, fault: Fault, way: Way): void
  /** Frees the places of the trials that this call was. */
  leave(): void
}

/** How long a call that has failed often waits for an open breaker to close, in milliseconds. */
const MOMENT = 250

/** The gate of one call. */
export function createGate(breakers: Breakers, pool: Pool, query: KeyQuery, ways: Ways): Gate {
  const model = `model:${query.model ?? ''}`
  const { only } = ways
  const scopes = only === undefined ? [model] : [model, only.scope]
  const route = only === undefined ? createRoute(ways, breakers) : undefined
  const trials: string[] = []

  async function enter(scope: string): Promise<void> {
    if (trials.includes(scope)) return
    const verdict = await breakers.enter(scope)
    if (verdict === 'trial') trials.push(scope)
    if (verdict === 'refuse') throw toRefusal(scope, breakers.kindOf(scope))
  }

  return {
    async pass() {
      for (const scope of scopes) if (!breakers.isClosed(scope)) await enter(scope)
    },
    wayFor: (key) => (route ? route.wayFor(key) : only),
    async lastWayFor(key) {
      const way = route?.anyWayFor(key) ?? only
      if (way === undefined) throw toRefusal('way-out:none', undefined)
      if (!breakers.isClosed(way.scope)) await enter(way.scope)
      return way
    },
    hasOtherWay: () => route?.hasOther() === true,
    async closesSoon() {
      const closed = await Promise.all(scopes.map((scope) => breakers.closesWithin(scope, MOMENT)))
      return closed.every(Boolean) && route?.isBlocked() !== true
    },
    reached(way) {
      way.health.verdict = 'good'
      breakers.succeeded(way.scope)
    },
    succeeded: () => breakers.succeeded(model),
    failed(key, fault, way) {
      const { charge } = ruleOf(fault)
      if (charge === 'model') breakers.failed(model, key.id, fault.kind, pool.distinctUsable(query))
      if (charge !== 'way-out') return
      if (route) return route.failed(way, fault)
      // The way out is every model's: what one model may still use says nothing about it.
      breakers.failed(way.scope, key.id, fault.kind, pool.distinctUsable({ model: undefined }))
    },
    leave() {
      for (const scope of trials) breakers.trialEnded(scope)
    },
  }
}

function toRefusal(scope: string, kind: FaultKind | undefined): GatewayError {
  const known = kind && WORDS[kind]
  const isWay = scope.startsWith('way-out:')
  const what = known ?? (isWay ? 'Google cannot be reached' : 'The model is failing at Google')
  const advice = isWay && !known ? `; ${REACH_GOOGLE}` : ''
  return new GatewayError(
    'overloaded',
    `${what}: the last attempts with different keys all failed alike; one call a second tries again${advice}`,
    { retryAfterSeconds: 1 },
  )
}

const WORDS: Partial<Record<FaultKind, string>> = {
  region_blocked: "Google does not serve this gateway's location",
  address_blocked: "Google blocks this gateway's address",
  proxy_failed: 'No proxy gets through to Google',
}
