/** Every kind of failure a client can be told of; each codec renders each of them. */
export type ErrorKind = keyof typeof STATUS_OF

const STATUS_OF = {
  invalid_request: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  too_large: 413,
  unsupported_media_type: 415,
  rate_limited: 429,
  client_gone: 499,
  internal: 500,
  not_implemented: 501,
  bad_upstream: 502,
  no_available_keys: 503,
  overloaded: 503,
  upstream_timeout: 504,
  /** Google refused the request itself; the status is Google's (see `upstream`). */
  upstream_refused: 400,
} as const

/** The closed list of kinds, for tables and contract suites. */
export const ERROR_KINDS = Object.keys(STATUS_OF) as readonly ErrorKind[]

/** What Google answered, safe to show: secrets masked, debugging details dropped. */
export interface UpstreamError {
  readonly status: number
  /** Google's `error` object, or undefined where the answer was not Google's JSON. */
  readonly error?: GoogleError
}

/** google.rpc.Status as the Gemini API writes it: https://cloud.google.com/apis/design/errors */
export interface GoogleError {
  readonly code?: number | string
  readonly message?: string
  readonly status?: string
  readonly details?: readonly Record<string, unknown>[]
}

export interface ErrorOptions {
  /** Whole seconds, at least 1; becomes `Retry-After`. */
  readonly retryAfterSeconds?: number
  readonly upstream?: UpstreamError
  /** The request field at fault, where one is known. */
  readonly param?: string
  /** The finer reason within a kind, in snake_case, for protocols whose errors carry one. */
  readonly code?: string
  /** What a program may want to know of it beside the words; each protocol shows it where it has a place. */
  readonly facts?: ErrorFacts
  readonly cause?: unknown
}

/** Facts by name, such as how many keys were tried. */
export type ErrorFacts = Readonly<Record<string, string | number | readonly string[]>>

/** The only error whose text a client may see. Messages say what is wrong and what to do about it. */
export class GatewayError extends Error {
  readonly kind: ErrorKind
  readonly status: number
  readonly retryAfterSeconds: number | undefined
  readonly upstream: UpstreamError | undefined
  readonly param: string | undefined
  readonly code: string | undefined
  readonly facts: ErrorFacts | undefined

  constructor(kind: ErrorKind, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'GatewayError'
    this.kind = kind
    this.status = options.upstream?.status ?? STATUS_OF[kind]
    this.retryAfterSeconds = options.retryAfterSeconds
    this.upstream = options.upstream
    this.param = options.param
    this.code = options.code
    this.facts = options.facts
  }
}

/** Kinds above 499 that are the same at the next attempt; clients' libraries would try all of those again. */
const LASTING: ReadonlySet<ErrorKind> = new Set(['no_available_keys', 'not_implemented'])

/** Headers that go with an error in every protocol. */
export function errorHeaders(error: GatewayError): Record<string, string> {
  const headers: Record<string, string> = {}
  if (error.retryAfterSeconds !== undefined) headers['retry-after'] = String(error.retryAfterSeconds)
  if (LASTING.has(error.kind)) headers['x-should-retry'] = 'false'
  return headers
}

/** Whatever was thrown, as something a client may see: an unknown cause never shows its text. */
export function toGatewayError(thrown: unknown): GatewayError {
  if (isGatewayError(thrown)) return thrown
  return new GatewayError('internal', 'The gateway failed inside; its log has the cause', { cause: thrown })
}

/** True for our own errors, also for those of a plugin that carries its own copy of the class. */
export function isGatewayError(thrown: unknown): thrown is GatewayError {
  return thrown instanceof Error && 'kind' in thrown && (thrown.kind as string) in STATUS_OF
}
