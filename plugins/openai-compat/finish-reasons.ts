import { type Ending, endingOf, toBrokenError } from '../../core/codec/endings.ts'
import type { Asked } from './asked.ts'
import type { Choice } from './choice.ts'

/** `finish_reason` of a choice. */
export type FinishReason = 'stop' | 'length' | 'content_filter' | 'tool_calls' | 'function_call'

/** Endings that say more than that a choice called or spoke. */
const REASONS: Partial<Record<Ending, FinishReason>> = { length: 'length', filtered: 'content_filter' }

/** Why a choice ended, in OpenAI's words; one that made calls waits for their results. */
export function toFinishReason({ reason, calls }: Choice, blocked: boolean, { style }: Asked): FinishReason {
  if (reason === undefined && blocked) return 'content_filter'
  const known = reason !== undefined && REASONS[endingOf(reason)]
  if (known) return known
  if (calls === 0) return 'stop'
  return style === 'tools' ? 'tool_calls' : 'function_call'
}

/** Throws where not one choice of an answer holds anything because the model's output was broken. */
export function refuseBroken(choices: readonly Choice[]): void {
  const broken = choices.filter(
    ({ reason, spoken, calls }) => reason !== undefined && isBroken(reason) && !spoken && calls === 0,
  )
  const [first] = broken
  if (first?.reason !== undefined && broken.length === choices.length)
    throw toBrokenError(first.reason, first.finishMessage)
}

const isBroken = (reason: string) => endingOf(reason) === 'broken'
