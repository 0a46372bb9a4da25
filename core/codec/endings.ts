import { GatewayError } from '../errors.ts'

/** What a `finishReason` of Google's means for a client: a plain end, a limit, a filter, or broken output. */
export type Ending = 'stopped' | 'length' | 'filtered' | 'broken'

/** Source: https://ai.google.dev/api/generate-content#FinishReason */
const ENDINGS: Readonly<Record<string, Ending>> = {
  MAX_TOKENS: 'length',
  CONTINUATION: 'length',
  SAFETY: 'filtered',
  RECITATION: 'filtered',
  BLOCKLIST: 'filtered',
  PROHIBITED_CONTENT: 'filtered',
  SPII: 'filtered',
  IMAGE_SAFETY: 'filtered',
  IMAGE_PROHIBITED_CONTENT: 'filtered',
  IMAGE_RECITATION: 'filtered',
  MALFORMED_FUNCTION_CALL: 'broken',
  UNEXPECTED_TOOL_CALL: 'broken',
  TOO_MANY_TOOL_CALLS: 'broken',
  MALFORMED_RESPONSE: 'broken',
  MISSING_THOUGHT_SIGNATURE: 'broken',
}

/** Reasons that are not known end an answer plainly. */
export function endingOf(reason: string): Ending {
  return (Object.hasOwn(ENDINGS, reason) && ENDINGS[reason]) || 'stopped'
}

/** What a client is told where nothing came before a broken end. */
export function toBrokenError(reason: string, finishMessage: string | undefined): GatewayError {
  const words = finishMessage === undefined ? '' : `: ${finishMessage}`
  return new GatewayError('bad_upstream', `The model's answer was broken (${reason})${words}`)
}

/**
 * What a client is told at the end of a stream in which no end was told. Where Google broke it off the codec never hears
 * of an end, so this is a plugin's doing, or one candidate's of several.
 */
export function toUnendedError(): GatewayError {
  return new GatewayError('bad_upstream', 'The answer stopped before its end')
}
