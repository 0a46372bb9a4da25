import type { GenerateContentResponse } from '../canonical.ts'
import type { GoogleError } from '../errors.ts'
import type { Fault } from '../fault.ts'
import type { Redactor } from '../log/redactor.ts'
import { classifyAnswer, classifyError } from '../pool/classify.ts'
import { createJudge } from './judge.ts'
import type { Reading } from './key-loop.ts'
import type { Answer } from './upstream.ts'

/** An accepted answer, byte for byte. */
export interface WholeBytes {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly headers: Headers
  readonly status: number
}

/** A whole generation that is an answer: Google's bytes, and what they say. */
export interface WholeReply extends WholeBytes {
  readonly reply: GenerateContentResponse
}

/** Reads a whole generation; one without content is a fault, although its status is 200. */
export async function readWholeReply(answer: Answer, redactor: Redactor): Promise<Reading<WholeReply>> {
  const bytes = await answer.bytes()
  const contentType = answer.headers.get('content-type') ?? ''
  const reply = parse(bytes)
  if (reply === undefined) return { ok: false, fault: toUnreadable(bytes, contentType, redactor) }
  const error = errorIn(reply)
  if (error) return { ok: false, fault: toErrorFault(error, redactor) }

  const judge = createJudge()
  judge.add(reply as GenerateContentResponse)
  const failure = judge.failure()
  if (failure) return { ok: false, fault: toEmptyFault(failure) }
  return {
    ok: true,
    value: { bytes, headers: answer.headers, status: answer.status, reply: reply as GenerateContentResponse },
  }
}

/** Reads an answer that is passed on as it is, whatever it holds. */
export async function readWholeBytes(answer: Answer): Promise<Reading<WholeBytes>> {
  const bytes = await answer.bytes()
  return { ok: true, value: { bytes, headers: answer.headers, status: answer.status } }
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
export function toEmptyFault(kind: Fault['kind']): Fault {
  return { kind, status: 200, reason: 'Google ended the generation without content', text: '' }
}

function parse(bytes: Uint8Array): unknown {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes))
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined // not JSON: the caller tells which fault that is
  }
}

function toUnreadable(bytes: Uint8Array, contentType: string, redactor: Redactor): Fault {
  const text = redactor.text(new TextDecoder().decode(bytes.subarray(0, 4_096)))
  if (contentType.includes('html')) return classifyAnswer({ status: 502, contentType, text })
  return { kind: 'unreadable', status: 200, reason: 'Google answered something that is not JSON', text }
}
