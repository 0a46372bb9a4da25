import { GatewayError } from '../errors.ts'
import { type Fault, type FaultKind, ruleOf } from '../fault.ts'
import type { Key, KeyQuery } from '../keys.ts'
import type { Pool } from '../pool/pool.ts'
import type { Way } from '../ways/way.ts'
import type { Ways } from '../ways/ways.ts'
import type { Breakers } from './breaker.ts'
import { REACH_GOOGLE } from './refusal.ts'
import { createRoute, type Route } from './route.ts'

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
  return new CallGate(breakers, pool, query, ways)
}

/** A class, since thousands are made in a second: its methods are made once. */
class CallGate implements Gate {
  readonly #breakers: Breakers
  readonly #pool: Pool
  readonly #query: KeyQuery
  readonly #model: string
  /** The one way there is, or else a route among them. */
  readonly #only: Way | undefined
  readonly #route: Route | undefined
  readonly #trials: string[] = []

  constructor(breakers: Breakers, pool: Pool, query: KeyQuery, ways: Ways) {
    this.#breakers = breakers
    this.#pool = pool
    this.#query = query
    this.#model = `model:${query.model ?? ''}`
    this.#only = ways.only
    this.#route = ways.only === undefined ? createRoute(ways, breakers) : undefined
  }

  async pass() {
    for (const scope of this.#scopes()) if (!this.#breakers.isClosed(scope)) await this.#enter(scope)
  }

  wayFor(key: Key) {
    return this.#route ? this.#route.wayFor(key) : this.#only
  }

  async lastWayFor(key: Key) {
    const way = this.#route?.anyWayFor(key) ?? this.#only
    if (way === undefined) throw toRefusal('way-out:none', undefined)
    if (!this.#breakers.isClosed(way.scope)) await this.#enter(way.scope)
    return way
  }

  hasOtherWay() {
    return this.#route?.hasOther() === true
  }

  async closesSoon() {
    const closed = await Promise.all(
      this.#scopes().map((scope) => this.#breakers.closesWithin(scope, MOMENT)),
    )
    return closed.every(Boolean) && this.#route?.isBlocked() !== true
  }

  reached(way: Way) {
    way.health.verdict = 'good'
    this.#breakers.succeeded(way.scope)
  }

  succeeded() {
    this.#breakers.succeeded(this.#model)
  }

  failed(key: Key, fault: Fault, way: Way) {
    const { charge } = ruleOf(fault)
    if (charge === 'model')
      this.#breakers.failed(this.#model, key.id, fault.kind, this.#pool.distinctUsable(this.#query))
    if (charge !== 'way-out') return
    if (this.#route) return this.#route.failed(way, fault)
    // The way out is every model's: what one model may still use says nothing about it.
    this.#breakers.failed(way.scope, key.id, fault.kind, this.#pool.distinctUsable({ model: undefined }))
  }

  leave() {
    for (const scope of this.#trials) this.#breakers.trialEnded(scope)
  }

  #scopes(): readonly string[] {
    return this.#only ? [this.#model, this.#only.scope] : [this.#model]
  }

  async #enter(scope: string): Promise<void> {
    if (this.#trials.includes(scope)) return
    const verdict = await this.#breakers.enter(scope)
    if (verdict === 'trial') this.#trials.push(scope)
    if (verdict === 'refuse') throw toRefusal(scope, this.#breakers.kindOf(scope))
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
