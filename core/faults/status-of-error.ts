import type { GoogleError } from '../errors.ts'

/** https://cloud.google.com/apis/design/errors, and the string codes of the Interactions API. */
const HTTP_STATUS: Readonly<Record<string, number>> = {
  INVALID_ARGUMENT: 400,
  FAILED_PRECONDITION: 400,
  OUT_OF_RANGE: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  ABORTED: 409,
  ALREADY_EXISTS: 409,
  RESOURCE_EXHAUSTED: 429,
  CANCELLED: 499,
  UNKNOWN: 500,
  INTERNAL: 500,
  DATA_LOSS: 500,
  UNIMPLEMENTED: 501,
  UNAVAILABLE: 503,
  DEADLINE_EXCEEDED: 504,
  INVALID_REQUEST: 400,
  AUTHENTICATION: 401,
  RATE_LIMIT_EXCEEDED: 429,
}

/** The HTTP status that an error without one stands for: its numeric `code`, else its `status`, else 500. */
export function statusOfError({ code, status }: GoogleError): number {
  if (typeof code === 'number' && code >= 400 && code < 600) return code
  return named(status) ?? named(code) ?? 500
}

function named(name: unknown): number | undefined {
  return typeof name === 'string' ? HTTP_STATUS[name.toUpperCase()] : undefined
}
