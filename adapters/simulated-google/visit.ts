import type { ReceivedCall } from './calls.ts'
import type { Framing } from './delivery.ts'
import { refuse } from './delivery.ts'
import type { ErrorAnswer, ErrorContext } from './error-answer.ts'
import type { Exchange } from './exchange.ts'
import type { Google } from './google.ts'
import type { Route } from './route.ts'
import { isRecord } from './wire-fields.ts'

/** One call on its way through the simulation. */
export interface Visit {
  readonly google: Google
  readonly exchange: Exchange
  readonly call: ReceivedCall
  readonly route: Route
  readonly query: URLSearchParams
  /** What a refusal of this call names. */
  readonly context: ErrorContext
}

/** Refuses a call in the shape its caller gets: a list of one where the answer would have been a list. */
export function refuseVisit({ exchange, route, query }: Visit, error: ErrorAnswer): void {
  refuse(exchange, error, route.isOpenAi || framingOf(route, query) === 'array')
}

/** The framing that the method and `alt` ask for. */
export function framingOf(route: Route, query: URLSearchParams): Framing {
  if (route.operation !== 'streamGenerateContent') return 'whole'
  return (query.get('alt') ?? query.get('$alt')) === 'sse' ? 'sse' : 'array'
}

/** The body as an object; empty for one that is none. */
export function bodyOf({ call }: Pick<Visit, 'call'>): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(call.body.toString() || '{}')
    return isRecord(value) ? value : {}
  } catch {
    return {}
  }
}
