import type { ErrorFacts, ErrorKind, GatewayError, GoogleError } from '../../core/errors.ts'

/** An error as Google writes it: https://cloud.google.com/apis/design/errors */
export function toErrorBody(error: GatewayError): { error: GoogleError } {
  if (error.upstream?.error) return { error: { code: error.status, ...error.upstream.error } }
  const details: Record<string, unknown>[] = [
    {
      '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
      reason: error.kind.toUpperCase(),
      domain: 'geminate',
      ...(error.facts && { metadata: toMetadata(error.facts) }),
    },
  ]
  if (error.retryAfterSeconds !== undefined) {
    details.push({
      '@type': 'type.googleapis.com/google.rpc.RetryInfo',
      retryDelay: `${error.retryAfterSeconds}s`,
    })
  }
  return { error: { code: error.status, message: error.message, status: statusOf(error), details } }
}

/** The values of google.rpc.ErrorInfo are texts. */
function toMetadata(facts: ErrorFacts): Record<string, string> {
  return Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, [value].flat().join(', ')]))
}

function statusOf(error: GatewayError): string {
  return error.kind === 'upstream_refused' ? (BY_HTTP[error.status] ?? 'UNKNOWN') : STATUS[error.kind]
}

const STATUS = {
  invalid_request: 'INVALID_ARGUMENT',
  unauthenticated: 'UNAUTHENTICATED',
  forbidden: 'PERMISSION_DENIED',
  not_found: 'NOT_FOUND',
  method_not_allowed: 'UNIMPLEMENTED',
  too_large: 'INVALID_ARGUMENT',
  unsupported_media_type: 'INVALID_ARGUMENT',
  rate_limited: 'RESOURCE_EXHAUSTED',
  client_gone: 'CANCELLED',
  internal: 'INTERNAL',
  not_implemented: 'UNIMPLEMENTED',
  bad_upstream: 'UNAVAILABLE',
  no_available_keys: 'UNAVAILABLE',
  overloaded: 'UNAVAILABLE',
  upstream_timeout: 'DEADLINE_EXCEEDED',
} as const satisfies Record<Exclude<ErrorKind, 'upstream_refused'>, string>

const BY_HTTP: Record<number, string> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  409: 'ABORTED',
  413: 'INVALID_ARGUMENT',
  429: 'RESOURCE_EXHAUSTED',
  499: 'CANCELLED',
  500: 'INTERNAL',
  501: 'UNIMPLEMENTED',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
}
