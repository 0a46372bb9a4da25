import type { GoogleError } from '../errors.ts'
import { FAULTS, type Fault, type FaultKind } from '../fault.ts'
import { detailsOf, innermostError, isRecord, readGoogleError } from './google-error.ts'
import { limitsOf, quotaKind, quotaNames, retryMilliseconds } from './quota-answer.ts'
import { statusOfError } from './status-of-error.ts'

/** A failed HTTP answer. The text is already masked. */
export interface FailedAnswer {
  readonly status: number
  readonly contentType: string
  readonly text: string
}

/** Whose fault a failed HTTP answer is. Goes by status and `reason` first, by text last. */
export function classifyAnswer(answer: FailedAnswer): Fault {
  const { contentType, text } = answer
  const error = readGoogleError(text)
  const isPage = error === undefined && (/html/i.test(contentType) || /^\s*<(!doctype|html)/i.test(text))
  const status = error === undefined ? answer.status : httpCode(error.code, answer.status)
  return toFault({ status, error, isPage, text, contentType }, answer.status)
}

/** Whose fault an error is that came inside a 200; the status is the error's own. */
export function classifyError(error: GoogleError, text: string): Fault {
  const inner = innermostError(error)
  const status = statusOfError(inner)
  return toFault({ status, error: inner, isPage: false, text, contentType: 'application/json' }, status)
}

interface Evidence {
  readonly status: number
  readonly error: GoogleError | undefined
  /** A web page instead of Google's JSON. */
  readonly isPage: boolean
  readonly text: string
  readonly contentType: string
}

interface Row {
  readonly statuses: readonly number[]
  readonly reason?: RegExp
  /** The method that Google says was called, `google.cloud.aiplatform.v1.PredictionService.GenerateContent`. */
  readonly method?: RegExp
  readonly text?: RegExp
  readonly kind: FaultKind
}

/**
 * What Google says of keys, projects and places; the first row that fits holds. Texts are matched from their
 * beginning, since Google quotes clients further on.
 */
const ROWS: readonly Row[] = [
  { statuses: [400, 403], reason: /^API_KEY_EXPIRED$/, kind: 'key_expired' },
  { statuses: [400, 403], reason: /^API_KEY_INVALID$/, text: /\bexpired\b/i, kind: 'key_expired' },
  { statuses: [400, 403], reason: /^API_KEY_INVALID$/, kind: 'key_invalid' },
  // Vertex takes an API key for these methods, but not one of a project that is not in express mode.
  {
    statuses: [401],
    reason: /^CREDENTIALS_MISSING$/,
    method: /\.aiplatform\..*\.(Stream)?(GenerateContent|CountTokens)$/,
    text: /^API keys are not supported/i,
    kind: 'key_doubtful',
  },
  { statuses: [401], reason: /^CREDENTIALS_MISSING$/, method: /\.aiplatform\./, kind: 'refused' },
  { statuses: [401], reason: /^CREDENTIALS_MISSING$/, kind: 'credentials_rejected' },
  {
    statuses: [403],
    reason: /^IAM_PERMISSION_DENIED$/,
    text: /\baiplatform\.endpoints\.predict\b/,
    kind: 'model_closed',
  },
  { statuses: [403], reason: /^BILLING_DISABLED$/, kind: 'billing_depleted' },
  { statuses: [403], reason: /^API_KEY_\w+_BLOCKED$/, kind: 'key_restricted' },
  { statuses: [403], reason: /^CONSUMER_SUSPENDED$/, kind: 'project_suspended' },
  { statuses: [403], reason: /^SERVICE_DISABLED$/, kind: 'service_disabled' },
  { statuses: [400, 403], text: /^API key expired/i, kind: 'key_expired' },
  { statuses: [400, 403], text: /^API key not (valid|found)/i, kind: 'key_invalid' },
  { statuses: [400], text: /^Multiple authentication credentials/i, kind: 'credentials_rejected' },
  { statuses: [400, 403], text: /^User location is not supported/i, kind: 'region_blocked' },
  {
    statuses: [400, 403],
    text: /^[\w ]{0,40}free tier is not available in your country/i,
    kind: 'free_tier_blocked',
  },
  { statuses: [403], text: /^Your API key was reported as leaked/i, kind: 'key_leaked' },
  { statuses: [403], text: /^Requests to this API .*are blocked/i, kind: 'key_restricted' },
  { statuses: [403], text: /^Permission denied: Consumer .*suspended/i, kind: 'project_suspended' },
  { statuses: [403], text: /^Your project has been denied access/i, kind: 'project_denied' },
  { statuses: [403], text: /^[\w ]{0,60} has not been used in project /i, kind: 'service_disabled' },
  { statuses: [403], text: /^Method doesn't allow unregistered callers/i, kind: 'credentials_rejected' },
  { statuses: [403], text: /^You do not have permission to access/i, kind: 'not_owned' },
  { statuses: [404], text: /^This model (\S+ )?is no longer available to new users/i, kind: 'model_closed' },
  {
    statuses: [429],
    text: /^Your prepay(ment)? credits (are|have been) depleted/i,
    kind: 'billing_depleted',
  },
]

function kindOf(evidence: Evidence): FaultKind {
  if (evidence.error === undefined && isSorryPage(evidence.text)) return 'address_blocked'
  const message = evidence.error?.message ?? ''
  const reasons = reasonsOf(evidence.error)
  const row = ROWS.find(
    ({ statuses, reason, method, text }) =>
      statuses.includes(evidence.status) &&
      (reason === undefined || reasons.some((given) => reason.test(given))) &&
      (method === undefined || methodsOf(evidence.error).some((given) => method.test(given))) &&
      (text === undefined || text.test(message)),
  )
  return row?.kind ?? kindOfStatus(evidence)
}

function kindOfStatus({ status, error, isPage }: Evidence): FaultKind {
  if (status >= 500 && isPage) return 'bad_gateway'
  switch (status) {
    case 400:
    case 404:
    case 413:
      return 'client_mistake'
    case 401:
      return 'key_doubtful'
    case 402:
      return 'billing_depleted'
    case 429:
      return quotaKind(error)
    case 500:
      return 'model_failed'
    case 501:
      return 'refused'
    case 503:
      return 'model_overloaded'
    case 504:
      return 'model_timeout'
    default:
      return status >= 400 && status < 500 ? 'refused' : 'bad_gateway'
  }
}

/** The page Google's front end shows to an address it takes for a robot's. */
function isSorryPage(text: string): boolean {
  return /<title>\s*sorry\b|automated (queries|requests)|unusual traffic from your/i.test(text)
}

function toFault(evidence: Evidence, status: number): Fault {
  const { error, text } = evidence
  const kind = kindOf(evidence)
  const retry = retryMilliseconds(error)
  const project = speaksOfProject(kind) ? projectOf(error) : undefined
  const limits = FAULTS[kind].charge === 'project-and-model' ? limitsOf(error) : []
  return {
    kind,
    status,
    reason: reasonOf(evidence),
    text,
    ...(error === undefined ? {} : { error }),
    ...(retry === undefined ? {} : { retryAfterMilliseconds: retry }),
    ...(project === undefined ? {} : { project }),
    ...(limits.length === 0 ? {} : { limits }),
  }
}

/** The text of other failures may quote the client, who could name any project. */
function speaksOfProject(kind: FaultKind): boolean {
  const { charge } = FAULTS[kind]
  return charge === 'key' || charge === 'project' || charge === 'project-and-model'
}

function projectOf(error: GoogleError | undefined): string | undefined {
  for (const { metadata } of detailsOf(error, 'ErrorInfo')) {
    const consumer = isRecord(metadata) ? String(metadata.consumer) : ''
    if (/^projects\/[\w-]+$/.test(consumer)) return consumer
  }
  const told = /\bproject(?:_number:|s\/| #?)(\d+)\b/i.exec(error?.message ?? '')
  return told === null ? undefined : `projects/${told[1]}`
}

/** `403 API_KEY_INVALID: Google's first line`. */
function reasonOf({ status, error, contentType }: Evidence): string {
  if (error === undefined) return `${status} without Google's JSON (${contentType || 'no content type'})`
  const named = [...quotaNames(error), ...reasonsOf(error)]
  const title = named.length > 0 ? named.join(', ') : (error.status ?? '')
  const line = (error.message ?? '').trim().split('\n', 1)[0] ?? ''
  return cut(`${status} ${title}`.trim() + (line === '' ? '' : `: ${line}`), 240)
}

function reasonsOf(error: GoogleError | undefined): readonly string[] {
  return detailsOf(error, 'ErrorInfo').flatMap(({ reason }) => (typeof reason === 'string' ? [reason] : []))
}

/** What a client cannot write: Google names its own methods. */
function methodsOf(error: GoogleError | undefined): readonly string[] {
  return detailsOf(error, 'ErrorInfo').flatMap(({ metadata }) =>
    isRecord(metadata) && typeof metadata.method === 'string' ? [metadata.method] : [],
  )
}

function cut(line: string, length: number): string {
  return line.length > length ? `${line.slice(0, length - 1)}…` : line
}

function httpCode(code: GoogleError['code'], fallback: number): number {
  return typeof code === 'number' && code >= 400 && code < 600 ? code : fallback
}
