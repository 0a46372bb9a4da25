import { GatewayError } from '../errors.ts'
import { type Fault, type FaultKind, ruleOf } from '../fault.ts'
import type { Key, KeyQuery } from '../keys.ts'
import type { Pool } from '../pool/pool.ts'
import type { Breakers } from './breaker.ts'

/** The breakers that one call passes: its model's, and its way out's. */
export interface Gate {
  /** Rejects with `overloaded` where a breaker is open and this call is not its trial. */
  pass(): Promise<void>
  /** Whether the breakers are closed, or will be in a moment, as they are when failures strike by chance. */
  closesSoon(): Promise<boolean>
  /** Google answered: the way out is good, whatever the answer says. */
  reached(): void
  succeeded(): void
  failed(key: Key, fault: Fault): void
  /** Frees the places of the trials that this call was. */
  leave(): void
}

const WAY_OUT = 'way-out:direct'
/** How long a call that has failed often waits for an open breaker to close, in milliseconds. */
const MOMENT = 250

/** The gate of one call. */
export function createGate(breakers: Breakers, pool: Pool, query: KeyQuery): Gate {
  const model = `model:${query.model ?? ''}`
  const trials: string[] = []

  return {
    async pass() {
      for (const scope of [model, WAY_OUT]) {
        if (breakers.isClosed(scope)) continue
        const verdict = await breakers.enter(scope)
        if (verdict === 'trial') trials.push(scope)
        if (verdict === 'refuse') throw toRefusal(scope, breakers.kindOf(scope))
      }
    },
    async closesSoon() {
      const closed = await Promise.all([model, WAY_OUT].map((scope) => breakers.closesWithin(scope, MOMENT)))
      return closed.every(Boolean)
    },
    reached: () => breakers.succeeded(WAY_OUT),
    succeeded: () => breakers.succeeded(model),
    failed(key, fault) {
      const { charge } = ruleOf(fault)
      if (charge === 'model') breakers.failed(model, key.id, fault.kind, pool.distinctUsable(query))
      // The way out is every model's: what one model may still use says nothing about it.
      if (charge === 'way-out') {
        breakers.failed(WAY_OUT, key.id, fault.kind, pool.distinctUsable({ model: undefined }))
      }
    },
    leave() {
      for (const scope of trials) breakers.trialEnded(scope)
    },
  }
}

function toRefusal(scope: string, kind: FaultKind | undefined): GatewayError {
  const what =
    (kind && WORDS[kind]) ??
    (scope === WAY_OUT ? 'Google cannot be reached' : 'The model is failing at Google')
  return new GatewayError(
    'overloaded',
    `${what}: the last attempts with different keys all failed alike; one call a second tries again`,
    { retryAfterSeconds: 1 },
  )
}

const WORDS: Partial<Record<FaultKind, string>> = {
  region_blocked: "Google does not serve this gateway's location",
  address_blocked: "Google blocks this gateway's address",
}
