import { isRecord } from '../../core/codec/request-values.ts'

/** Where a thought signature travels in OpenAI's messages and tool calls, as Google's own OpenAI layer has it. */
export interface ExtraContent {
  readonly google: { readonly thought_signature: string }
}

/** The signature in the `extra_content` of a message or a tool call; whatever else is there is not ours. */
export function signatureIn(holder: Readonly<Record<string, unknown>>): string | undefined {
  const google = isRecord(holder.extra_content) ? holder.extra_content.google : undefined
  const signature = isRecord(google) ? google.thought_signature : undefined
  return typeof signature === 'string' && signature !== '' ? signature : undefined
}

/** The same as a client will find it. */
export function toExtraContent(signature: string): ExtraContent {
  return { google: { thought_signature: signature } }
}
