import type { GoogleError } from '../../core/errors.ts'

/** An answer word for word. */
export interface RawAnswer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** What a refusal may name. */
export interface ErrorContext {
  readonly key: string
  /** The project number, without `projects/`. */
  readonly project: string
  /** Without `models/`. */
  readonly model: string
  /** `v1`, `v1beta` or `v1alpha`. */
  readonly version: string
  /** Google's method name. */
  readonly operation: string
}

/** google.rpc.Status as Google writes it: the HTTP status is `code`. */
export interface ErrorAnswer extends GoogleError {
  readonly code: number
  readonly message: string
  readonly status: string
}

const STATUS_OF = {
  INVALID_ARGUMENT: 400,
  FAILED_PRECONDITION: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  RESOURCE_EXHAUSTED: 429,
  INTERNAL: 500,
  UNAVAILABLE: 503,
  DEADLINE_EXCEEDED: 504,
} as const

/** An error with the HTTP status that its name has by Google's table. */
export function googleError(
  status: keyof typeof STATUS_OF,
  message: string,
  details: readonly Record<string, unknown>[] = [],
): ErrorAnswer {
  const error = { code: STATUS_OF[status], message, status }
  return details.length === 0 ? error : { ...error, details }
}

/** A `google.rpc.ErrorInfo` detail. */
export function errorInfo(reason: string, metadata: Record<string, string>): Record<string, unknown> {
  return { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, domain: 'googleapis.com', metadata }
}

/** A `google.rpc.BadRequest` refusal of a request body: each fault in the message and as a violation. */
export function badRequest(faults: readonly { field?: string; description: string }[]): ErrorAnswer {
  const message = faults.map((fault) => fault.description).join('\n')
  const fieldViolations = faults.map(({ field, description }) => ({
    ...(field ? { field } : {}),
    description,
  }))
  return googleError('INVALID_ARGUMENT', message, [
    { '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations },
  ])
}
