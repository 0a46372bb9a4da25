import type { GoogleError } from '../errors.ts'

/**
 * Google's error in an answer's text, in every shape it comes in: `{error}`, `[{error}]`, and either of
 * them again as JSON inside `error.message`. Undefined where the text is something else, such as HTML.
 * Debugging details are dropped: they may hold the key.
 */
export function readGoogleError(text: string): GoogleError | undefined {
  return toGoogleError(parse(text), 3)
}

/** The innermost error of one that was read already, without debugging details. */
export function innermostError(error: GoogleError): GoogleError {
  return toGoogleError({ error }, 3) ?? error
}

/** The details of one type of google.rpc, `ErrorInfo` and so on. */
export function detailsOf(error: GoogleError | undefined, type: string): readonly Record<string, unknown>[] {
  return (error?.details ?? []).filter((detail) => String(detail['@type']).endsWith(`google.rpc.${type}`))
}

/** True for an object whose fields may be looked at. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function toGoogleError(value: unknown, depth: number): GoogleError | undefined {
  const holder = Array.isArray(value) ? value[0] : value
  if (!isRecord(holder)) return undefined
  if (typeof holder.error === 'string') return { message: holder.error }
  if (!isRecord(holder.error)) return undefined
  const error = checked(holder.error)
  const inner = depth > 0 && error.message !== undefined && parse(error.message)
  return (inner && toGoogleError(inner, depth - 1)) || error
}

function checked(error: Record<string, unknown>): GoogleError {
  const { code, message, status, details } = error
  return {
    ...(typeof code === 'number' || typeof code === 'string' ? { code } : {}),
    ...(typeof message === 'string' ? { message } : {}),
    ...(typeof status === 'string' ? { status } : {}),
    ...(Array.isArray(details) ? { details: details.filter(isRecord).filter(isForOthers) } : {}),
  }
}

function isForOthers(detail: Record<string, unknown>): boolean {
  return !String(detail['@type']).endsWith('google.rpc.DebugInfo')
}

function parse(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
