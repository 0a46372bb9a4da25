import type { ErrorKind, GatewayError } from '../errors.ts'

/** How a WebSocket is closed. */
export interface Goodbye {
  /** https://www.rfc-editor.org/rfc/rfc6455#section-7.4.1 */
  readonly code: number
  readonly reason: string
}

/** A frame of control carries 125 bytes, and two of them are the code. */
const LONGEST_REASON = 123

/** The end that one side has made, as the other side is told of it; codes that no frame may carry become others. */
export function toPassedGoodbye({ code, reason }: Goodbye): Goodbye {
  if (code === 1005) return { code: 1000, reason: '' } // closed without a code
  if (code === 1006) return { code: INTERNAL, reason: 'The connection to Google was lost' }
  return { code: isSendable(code) ? code : 1011, reason: cutReason(reason) }
}

/** What a client is told in place of an answer with an error. */
export function toGoodbye({ kind, message }: Pick<GatewayError, 'kind' | 'message'>): Goodbye {
  return { code: CODES[kind], reason: cutReason(message) }
}

/** The beginning of a text that fits into a frame of control. */
export function cutReason(reason: string): string {
  const bytes = new TextEncoder().encode(reason)
  if (bytes.length <= LONGEST_REASON) return reason
  return new TextDecoder().decode(bytes.subarray(0, LONGEST_REASON)).replace(/\uFFFD$/, '')
}

function isSendable(code: number): boolean {
  return (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) || (code >= 3000 && code < 5000)
}

const POLICY = 1008
const INTERNAL = 1011
const TRY_AGAIN_LATER = 1013

const CODES = {
  invalid_request: 1007,
  unauthenticated: POLICY,
  forbidden: POLICY,
  not_found: POLICY,
  method_not_allowed: POLICY,
  too_large: 1009,
  unsupported_media_type: 1003,
  rate_limited: TRY_AGAIN_LATER,
  client_gone: 1001,
  internal: INTERNAL,
  not_implemented: POLICY,
  bad_upstream: INTERNAL,
  no_available_keys: INTERNAL,
  overloaded: TRY_AGAIN_LATER,
  upstream_timeout: INTERNAL,
  upstream_refused: POLICY,
} as const satisfies Record<ErrorKind, number>
