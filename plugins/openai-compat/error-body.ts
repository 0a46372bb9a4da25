import type { ErrorFacts, ErrorKind, GatewayError } from '../../core/errors.ts'

/** An error as OpenAI writes it: https://platform.openai.com/docs/guides/error-codes */
export interface ErrorBody {
  readonly error: {
    readonly message: string
    readonly type: string
    readonly param: string | null
    readonly code: string | null
    /** What the gateway knows beside it; no field of OpenAI's, whose clients pass it by. */
    readonly metadata?: ErrorFacts
  }
}

interface Row {
  readonly type: string
  readonly code?: string
  readonly param?: string
  /** Where it differs from the error's own. */
  readonly status?: number
}

/**
 * An error's body, and its status where that differs from the error's own; `said` is where the request has what is said
 * to the model.
 */
export function toErrorBody(
  error: GatewayError,
  said: 'messages' | 'input' | 'prompt' = 'messages',
): { body: ErrorBody; status: number | undefined } {
  const row: Row = error.kind === 'upstream_refused' ? rowOf(error) : ROWS[error.kind]
  const { type, code, param, status } = row
  const body = {
    error: {
      message: error.message,
      type,
      param: error.param ?? (param === 'messages' ? said : param) ?? null,
      code: error.code ?? code ?? null,
      ...(error.facts && { metadata: error.facts }),
    },
  }
  return { body, status }
}

const CLIENT = 'invalid_request_error'
const SERVER = 'server_error'

const ROWS = {
  invalid_request: { type: CLIENT },
  unauthenticated: { type: CLIENT, code: 'invalid_api_key' },
  forbidden: { type: CLIENT, code: 'insufficient_permissions' },
  not_found: { type: CLIENT },
  method_not_allowed: { type: CLIENT, code: 'method_not_supported' },
  too_large: { type: CLIENT },
  unsupported_media_type: { type: CLIENT },
  rate_limited: { type: 'requests', code: 'rate_limit_exceeded' },
  client_gone: { type: CLIENT },
  internal: { type: SERVER },
  not_implemented: { type: SERVER, code: 'not_implemented' },
  bad_upstream: { type: 'api_error' },
  no_available_keys: { type: SERVER, code: 'no_available_keys' },
  overloaded: { type: SERVER },
  upstream_timeout: { type: SERVER, code: 'upstream_timeout' },
} as const satisfies Record<Exclude<ErrorKind, 'upstream_refused'>, Row>

/** What Google refused: by its words where OpenAI has a code for them, else by its status. */
function rowOf({ status, message }: GatewayError): Row {
  const said = SAID.find(({ statuses, text }) => statuses.includes(status) && text.test(message))
  return said?.row ?? BY_STATUS[status] ?? { type: status >= 500 ? SERVER : CLIENT }
}

const SAID: readonly { statuses: readonly number[]; text: RegExp; row: Row }[] = [
  {
    statuses: [400, 413],
    text: /\btokens?\b.*\bexceeds?\b.*\bmaximum\b|exceeds? the maximum number of tokens/i,
    row: { type: CLIENT, code: 'context_length_exceeded', param: 'messages' },
  },
  {
    statuses: [400],
    text: /multiple candidates|candidate_?count/i,
    row: { type: CLIENT, code: 'unsupported_value', param: 'n' },
  },
  {
    statuses: [400],
    text: /function calling is not enabled/i,
    row: { type: CLIENT, code: 'unsupported_value', param: 'tools' },
  },
  {
    statuses: [400],
    text: /response modalit/i,
    row: { type: CLIENT, code: 'unsupported_value', param: 'modalities' },
  },
  {
    statuses: [400],
    text: /input modality is not (enabled|supported)/i,
    row: { type: CLIENT, code: 'unsupported_value', param: 'messages' },
  },
  {
    statuses: [400, 403],
    text: /^User location is not supported|free tier is not available in your country/i,
    row: { type: CLIENT, code: 'unsupported_country_region_territory', status: 403 },
  },
  {
    statuses: [404],
    text: /^(This model|models\/|tunedModels\/)/,
    row: { type: CLIENT, code: 'model_not_found', param: 'model' },
  },
]

const BY_STATUS: Readonly<Record<number, Row>> = {
  /** A key's trouble is none of the client's, who would take a 401 for its own token. */
  401: { type: 'api_error', status: 502 },
  402: { type: 'insufficient_quota', code: 'insufficient_quota', status: 429 },
  404: { type: CLIENT, code: 'model_not_found' },
  429: { type: 'requests', code: 'rate_limit_exceeded' },
  502: { type: 'api_error' },
  504: { type: SERVER, code: 'upstream_timeout' },
}
