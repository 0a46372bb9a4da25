import type { GatewayError, GoogleError } from '../../core/errors.ts'
import { toErrorBody } from './error-body.ts'

/** Parts of the API whose errors have a text as their code: https://ai.google.dev/api/interactions-api */
const WORDED = new Set(['interactions', 'decisions'])

/** Whether a collection's errors are of that kind. */
export function hasWordedErrors(collection: string): boolean {
  return WORDED.has(collection)
}

/** An error as the Interactions API writes it. */
export function toWordedError(error: GatewayError): { error: GoogleError } {
  const { code, status, message, details } = toErrorBody(error).error
  if (typeof code === 'string') return { error: { code, message, ...(details && { details }) } }
  return { error: { code: wordOf(status), message, ...(details && { details }) } }
}

function wordOf(status = 'UNKNOWN'): string {
  return WORDS[status] ?? status.toLowerCase()
}

const WORDS: Record<string, string> = {
  INVALID_ARGUMENT: 'invalid_request',
  UNAUTHENTICATED: 'authentication',
  RESOURCE_EXHAUSTED: 'rate_limit_exceeded',
}
