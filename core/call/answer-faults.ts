import type { GenerateContentResponse } from '../canonical.ts'
import type { GoogleError } from '../errors.ts'
import type { Fault } from '../fault.ts'
import { classifyAnswer, classifyError } from '../faults/classify.ts'
import type { Redactor } from '../log/redactor.ts'

/** The JSON object, or array, that a text holds, or undefined where it holds none. */
export function parseReply(text: string): GenerateContentResponse | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as GenerateContentResponse) : undefined
  } catch {
    return undefined
  }
}

/** The error object of a body that is one, also wrapped in an array; undefined for an answer. */
export function errorIn(body: unknown): GoogleError | undefined {
  const value = Array.isArray(body) ? body[0] : body
  if (typeof value !== 'object' || value === null || !('error' in value)) return undefined
  return typeof value.error === 'object' && value.error !== null ? (value.error as GoogleError) : undefined
}

/** An error that came inside a 200, masked and attributed. */
export function toErrorFault(error: GoogleError, redactor: Redactor): Fault {
  const text = redactor.text(JSON.stringify({ error }))
  return classifyError((JSON.parse(text) as { error: GoogleError }).error, text)
}

/** A generation that ended without content. */
export function toEmptyFault(kind: 'empty' | 'malformed_call'): Fault {
  return { kind, status: 200, reason: 'Google ended the generation without content', text: '' }
}

/** An accepted answer that is no JSON; a web page is not Google's, whatever its status says. */
export function toUnreadableFault(
  { bytes, headers }: { readonly bytes: Uint8Array; readonly headers: Headers },
  redactor: Redactor,
): Fault {
  const contentType = headers.get('content-type') ?? ''
  const text = redactor.text(DECODER.decode(bytes.subarray(0, TEXT_LIMIT)))
  if (isPage(headers)) return classifyAnswer({ status: 502, contentType, text })
  return { kind: 'unreadable', status: 200, reason: 'Google answered something that is not JSON', text }
}

/** Whether an answer says of itself that it is a web page. */
export function isPage(headers: Headers): boolean {
  return headers.get('content-type')?.includes('html') ?? false
}

const DECODER = new TextDecoder()
const TEXT_LIMIT = 8_192
