import { Buffer } from 'node:buffer'
import type { Part } from '../../core/canonical.ts'
import { isRecord } from '../../core/codec/request-values.ts'
import { parseRecord } from '../../core/codec/tool-response.ts'

/**
 * What travels with a client, unread, in the signature of a thinking block or the data of a redacted one: a
 * signature of Google's, or a part that Anthropic's protocol has no block for.
 */
export interface Sealed {
  /** Whose it is: Google's signatures are good for one family of models. */
  readonly family: string
  /** The signature of the thought itself. */
  readonly thought?: string
  /** The signature of the call that follows. */
  readonly call?: string
  /** A call of Google's own tools, or its result. */
  readonly part?: Part
}

const MARK = 'gx1.'

/** The family of a model, for signatures: its generation, `0` where its name tells none. */
export function familyOf(model: string): string {
  return /^gemini-(\d{1,3})\b/.exec(model)?.[1] ?? '0'
}

/** As a client sees it. */
export function seal(sealed: Sealed): string {
  return MARK + Buffer.from(JSON.stringify(sealed)).toString('base64url')
}

/** The way back; undefined for what another API has sealed, and for another family of models. */
export function unseal(text: unknown, family: string): Sealed | undefined {
  if (typeof text !== 'string' || !text.startsWith(MARK)) return undefined
  const sealed = parseRecord(Buffer.from(text.slice(MARK.length), 'base64url').toString())
  if (sealed?.family !== family) return undefined
  const { thought, call, part } = sealed
  if (typeof thought === 'string') return { family, thought }
  if (typeof call === 'string') return { family, call }
  return isCarried(part) ? { family, part: part as Part } : { family }
}

/** Whether a part travels whole. */
export function isCarried(part: unknown): boolean {
  return isRecord(part) && (isRecord(part.toolCall) || isRecord(part.toolResponse))
}
