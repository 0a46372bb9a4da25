import { GatewayError } from '../../core/errors.ts'
import type { Asked } from './asked.ts'
import type { Choice } from './choice.ts'

/** `finish_reason` of a choice. */
export type FinishReason = 'stop' | 'length' | 'content_filter' | 'tool_calls' | 'function_call'

/** Google's reasons; those that are not here end a choice as a plain `stop`. */
const REASONS: Readonly<Record<string, FinishReason>> = {
  MAX_TOKENS: 'length',
  CONTINUATION: 'length',
  SAFETY: 'content_filter',
  RECITATION: 'content_filter',
  BLOCKLIST: 'content_filter',
  PROHIBITED_CONTENT: 'content_filter',
  SPII: 'content_filter',
  IMAGE_SAFETY: 'content_filter',
  IMAGE_PROHIBITED_CONTENT: 'content_filter',
  IMAGE_RECITATION: 'content_filter',
}

/** Reasons that tell of a broken answer: with nothing before them there is none. */
const BROKEN = new Set([
  'MALFORMED_FUNCTION_CALL',
  'UNEXPECTED_TOOL_CALL',
  'TOO_MANY_TOOL_CALLS',
  'MALFORMED_RESPONSE',
  'MISSING_THOUGHT_SIGNATURE',
])

/** Why a choice ended, in OpenAI's words; one that made calls waits for their results. */
export function toFinishReason({ reason, calls }: Choice, blocked: boolean, { style }: Asked): FinishReason {
  if (reason === undefined && blocked) return 'content_filter'
  const known = reason !== undefined && Object.hasOwn(REASONS, reason) ? REASONS[reason] : undefined
  if (known !== undefined) return known
  if (calls === 0) return 'stop'
  return style === 'tools' ? 'tool_calls' : 'function_call'
}

/** Throws where not one choice of an answer holds anything because the model's output was broken. */
export function refuseBroken(choices: readonly Choice[]): void {
  const broken = choices.filter(
    ({ reason, spoken, calls }) => reason !== undefined && BROKEN.has(reason) && !spoken && calls === 0,
  )
  const [first] = broken
  if (!first || broken.length < choices.length) return
  const words = first.finishMessage === undefined ? '' : `: ${first.finishMessage}`
  throw new GatewayError('bad_upstream', `The model's answer was broken (${first.reason})${words}`)
}
