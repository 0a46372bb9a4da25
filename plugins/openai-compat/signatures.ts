import { isRecord } from '../../core/codec/request-values.ts'

type Fields = Readonly<Record<string, unknown>>

/** Where a thought signature travels in OpenAI's messages and tool calls, as Google's own OpenAI layer has it. */
export interface ExtraContent {
  readonly google: { readonly thought_signature: string }
}

/**
 * The signature that a message or a tool call carries: as this gateway and Google's own OpenAI layer give it, or as
 * other gateways did, whose histories clients bring along (LiteLLM and those after it).
 */
export function signatureIn(holder: Fields): string | undefined {
  const google = recordIn(recordIn(holder, 'extra_content'), 'google')
  const specific = recordIn(holder, 'provider_specific_fields')
  const stated = [google, specific, holder].flatMap((fields) => NAMES.map((name) => fields[name]))
  return stated.flat().find((each): each is string => typeof each === 'string' && each !== '')
}

const NAMES = ['thought_signature', 'thoughtSignature', 'thought_signatures'] as const

/** The signatures that OpenRouter gave a message, by the ids of its tool calls; '' is the message's own. */
export function signaturesInDetails({ reasoning_details: details }: Fields): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const detail of Array.isArray(details) ? details.filter(isRecord) : []) {
    const { type, format, id, data } = detail
    if (type !== 'reasoning.encrypted' || !String(format).startsWith('google-gemini')) continue
    if (typeof data === 'string') found.set(typeof id === 'string' ? id : '', data)
  }
  return found
}

/** An id of a tool call without the signature that LiteLLM puts behind it, and that signature. */
export function readCallId(text: string): { readonly id: string; readonly signature?: string } {
  const [id = '', signature] = text.split(ID_MARK)
  return id !== '' && signature ? { id, signature } : { id: text }
}

const ID_MARK = '__thought__'

function recordIn(holder: Fields, name: string): Fields {
  const value = holder[name]
  return isRecord(value) ? value : {}
}

/** The same as a client will find it. */
export function toExtraContent(signature: string): ExtraContent {
  return { google: { thought_signature: signature } }
}
