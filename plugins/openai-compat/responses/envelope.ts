import { Buffer } from 'node:buffer'
import type { Part } from '../../../core/canonical.ts'
import { isRecord } from '../../../core/codec/request-values.ts'
import { parseRecord } from '../../../core/codec/tool-response.ts'

/**
 * What `reasoning.encrypted_content` carries of Gemini's, so that a client that keeps nothing else brings it back.
 * It is no secret of ours, and not encrypted: Google's signatures are so by themselves.
 */
export interface Envelope {
  /** A call's id → its thought signature. */
  readonly calls?: Readonly<Record<string, string>>
  /** The signature of the text or picture right before. */
  readonly before?: string
  /** What Google's own tools did, to be said again where the envelope lies. */
  readonly parts?: readonly Part[]
}

/** Says whose it is, and in which version; what begins otherwise is another's and passed by. */
const MARK = 'geminate.1.'

/** An envelope as a text. */
export function sealed(envelope: Envelope): string {
  return MARK + Buffer.from(JSON.stringify(envelope)).toString('base64url')
}

/** The envelope that a text is; undefined for any other text. */
export function unsealed(text: unknown): Envelope | undefined {
  if (typeof text !== 'string' || !text.startsWith(MARK)) return undefined
  const found = parseRecord(Buffer.from(text.slice(MARK.length), 'base64url').toString())
  if (!found) return undefined
  const { calls, before, parts } = found
  return {
    ...(isRecord(calls) && { calls: textsIn(calls) }),
    ...(typeof before === 'string' && { before }),
    ...(Array.isArray(parts) && { parts: parts.filter(isRecord) as Part[] }),
  }
}

function textsIn(fields: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}

/** The words that a `compaction` item of this gateway stands for; undefined for another's. */
export function summaryIn(text: unknown): string | undefined {
  if (typeof text !== 'string' || !text.startsWith(SUMMARY_MARK)) return undefined
  return Buffer.from(text.slice(SUMMARY_MARK.length), 'base64url').toString()
}

/** Words as the `encrypted_content` of a `compaction` item. */
export function toSummary(words: string): string {
  return SUMMARY_MARK + Buffer.from(words).toString('base64url')
}

const SUMMARY_MARK = 'geminate.summary.1.'
