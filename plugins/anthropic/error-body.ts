import type { ErrorKind, GatewayError } from '../../core/errors.ts'

/** An error as Anthropic writes it: https://docs.anthropic.com/en/api/errors */
export interface ErrorBody {
  readonly type: 'error'
  readonly error: { readonly type: string; readonly message: string }
  readonly request_id: string
}

interface Row {
  readonly type: string
  /** Where it differs from the error's own. */
  readonly status?: number
}

/** An error's body, and its status where that differs from the error's own. */
export function toErrorBody(
  error: GatewayError,
  id: string,
): { body: ErrorBody; status: number | undefined } {
  const { type, status }: Row = error.kind === 'upstream_refused' ? rowOf(error) : ROWS[error.kind]
  const message = error.kind === 'upstream_refused' ? toMessage(error) : error.message
  return { body: { type: 'error', error: { type, message }, request_id: id }, status }
}

const CLIENT = 'invalid_request_error'
/** Anthropic's own status, which its clients try again after. */
const OVERLOADED = { type: 'overloaded_error', status: 529 }
const FAILED = { type: 'api_error', status: 500 }

const ROWS = {
  invalid_request: { type: CLIENT },
  unauthenticated: { type: 'authentication_error' },
  forbidden: { type: 'permission_error' },
  not_found: { type: 'not_found_error' },
  method_not_allowed: { type: CLIENT },
  too_large: { type: 'request_too_large' },
  unsupported_media_type: { type: CLIENT },
  rate_limited: { type: 'rate_limit_error' },
  client_gone: { type: CLIENT },
  internal: { type: 'api_error' },
  not_implemented: { type: 'api_error' },
  bad_upstream: FAILED,
  no_available_keys: OVERLOADED,
  overloaded: OVERLOADED,
  upstream_timeout: { type: 'timeout_error' },
} as const satisfies Record<Exclude<ErrorKind, 'upstream_refused'>, Row>

function rowOf({ status, message }: GatewayError): Row {
  if (status === 400 && NOT_HERE.test(message)) return { type: 'permission_error', status: 403 }
  return BY_STATUS[status] ?? (status >= 500 ? FAILED : { type: CLIENT })
}

/** Where the gateway is: nothing about the request would help. */
const NOT_HERE = /^User location is not supported|free tier is not available in your country/i

const BY_STATUS: Readonly<Record<number, Row>> = {
  /** A key's trouble is none of the client's, who would take a 401 for its own token. */
  401: FAILED,
  402: { type: 'billing_error' },
  403: { type: 'permission_error' },
  404: { type: 'not_found_error' },
  409: { type: 'conflict_error' },
  413: { type: 'request_too_large' },
  429: { type: 'rate_limit_error' },
  503: OVERLOADED,
  504: { type: 'timeout_error' },
}

/** Claude Code looks for these words, and makes its conversation shorter. */
function toMessage({ message, status }: GatewayError): string {
  if (status !== 400 || !TOO_LONG.test(message)) return message
  const [, tokens, most] = COUNTS.exec(message) ?? []
  if (tokens === undefined) return `prompt is too long: ${message}`
  return `prompt is too long: ${tokens} tokens > ${most} maximum`
}

const TOO_LONG = /\btokens?\b.*\bexceeds?\b.*\bmaximum\b|exceeds? the maximum number of tokens/i
const COUNTS = /\((\d+)\).*\((\d+)\)/
