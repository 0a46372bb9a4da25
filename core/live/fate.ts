import { GatewayError } from '../errors.ts'
import type { Fault } from '../fault.ts'
import { classifyAnswer } from '../faults/classify.ts'
import { errorOfClose, isLost } from '../faults/error-of-close.ts'
import type { Goodbye } from './goodbye.ts'

/** How a session stood when its connection to Google ended. */
export interface Standing {
  /** There is a handle by which it can go on, and something was said since it last did. */
  readonly canGoOn: boolean
  /** Google had announced the end. */
  readonly goesAway: boolean
  /** It was asked for by a token of the client's. */
  readonly hasToken: boolean
}

/** What follows from the end of a connection to Google. */
export interface Fate {
  /** What is to be charged to the key, its project, the model or the way; undefined where nothing is wrong. */
  readonly fault: Fault | undefined
  /** The session goes on over another connection. */
  readonly goesOn: boolean
  /** What the end is to the log; undefined where it is a good one. */
  readonly error: GatewayError | undefined
}

/** Judges the end of a connection; the reason is already masked. */
export function fateOf(goodbye: Goodbye, standing: Standing): Fate {
  const fault = toFault(goodbye, standing)
  const isTokens = standing.hasToken && fault !== undefined && fault.status !== 0 && fault.status < 429
  return {
    fault: isTokens ? undefined : fault,
    goesOn: standing.canGoOn && mayGoOn(goodbye, fault, standing),
    error: fault && toError(fault),
  }
}

function toFault({ code, reason }: Goodbye, { goesAway }: Standing): Fault | undefined {
  const error = errorOfClose(code, reason)
  if (error !== undefined) {
    const text = JSON.stringify({ error })
    return classifyAnswer({ status: error.code, contentType: 'application/json', text })
  }
  if (code !== 1006 || goesAway) return undefined
  const text = 'The connection to Google was lost'
  return { kind: 'connection_failed', status: 0, reason: text, text }
}

/** A session goes on where its connection was lost, was to end, or Google had a failure of its own. */
function mayGoOn({ code }: Goodbye, fault: Fault | undefined, { goesAway }: Standing): boolean {
  if (fault !== undefined && GOES_ON.has(fault.kind)) return true
  if (goesAway) return fault === undefined || fault.status === 403
  return code !== 1000 && isLost(code) && fault === undefined
}

/** Failures of Google's side after which another connection may fare better. */
const GOES_ON: ReadonlySet<Fault['kind']> = new Set([
  'connection_failed',
  'bad_gateway',
  'model_failed',
  'model_overloaded',
  'model_timeout',
])

function toError(fault: Fault): GatewayError {
  const { error, status, reason } = fault
  if (error === undefined) return new GatewayError('bad_upstream', reason)
  return new GatewayError('upstream_refused', error.message ?? reason, { upstream: { status, error } })
}
