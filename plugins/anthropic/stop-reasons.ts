import { type Ending, endingOf, toBrokenError } from '../../core/codec/endings.ts'
import type { AnswerState } from './block-reader.ts'

/** `stop_reason` of a message; `pause_turn` is never Google's. */
export type StopReason = 'end_turn' | 'max_tokens' | 'stop_sequence' | 'tool_use' | 'refusal'

/** How a message ended, in the fields that Anthropic has for it. */
export interface Stop {
  readonly stop_reason: StopReason
  readonly stop_sequence: string | null
  readonly stop_details: Readonly<Record<string, unknown>> | null
}

/** Why an answer ended. Google does not tell of stop sequences; one that the text ends with is told. */
export function toStop(
  state: AnswerState,
  blockedBecause: string | undefined,
  stops: readonly string[],
): Stop {
  const { reason, finishMessage, calls, tail } = state
  const ending = reason === undefined ? unreasoned(blockedBecause) : endingOf(reason)
  if (ending === 'filtered') return refusal(finishMessage ?? blockedBecause ?? reason)
  if (ending === 'length') return plain('max_tokens')
  if (calls > 0) return plain('tool_use')
  const stop = stops.find((each) => tail.endsWith(each))
  return stop === undefined ? plain('end_turn') : { ...plain('stop_sequence'), stop_sequence: stop }
}

/** Throws where an answer holds nothing because the model's output was broken. */
export function refuseBroken({ reason, finishMessage, calls, spoken }: AnswerState): void {
  if (reason === undefined || spoken || calls > 0) return
  if (endingOf(reason) === 'broken') throw toBrokenError(reason, finishMessage)
}

/** Google blocks a prompt without a reason to end; an answer that has content and none is an answer. */
function unreasoned(blockedBecause: string | undefined): Ending {
  return blockedBecause === undefined ? 'stopped' : 'filtered'
}

function plain(reason: StopReason): Stop {
  return { stop_reason: reason, stop_sequence: null, stop_details: null }
}

function refusal(explanation: string | undefined): Stop {
  const stop_details = { type: 'refusal', category: null, explanation: explanation ?? null }
  return { stop_reason: 'refusal', stop_sequence: null, stop_details }
}
