import { isBlocked, listOf } from '../../../core/call/judge.ts'
import type { Candidate, GenerateContentResponse } from '../../../core/canonical.ts'
import type { Call } from '../../../core/plugin.ts'
import { NOTHING_ASKED } from '../asked.ts'
import { type CompletionHead, headOf } from '../completion.ts'
import { refuseBroken, toFinishReason } from '../finish-reasons.ts'
import { toUsage } from '../usage.ts'
import { echoOf, type TextAsked } from './asked.ts'
import { beginChoice, createTextReader, type TextChoice } from './text-choice.ts'

/** The head of a legacy completion, whole and streamed. */
export function textHeadOf(call: Call): CompletionHead & { readonly object: 'text_completion' } {
  const head = headOf(call)
  return { ...head, id: head.id.replace('chatcmpl-', 'cmpl-'), object: 'text_completion' }
}

/**
 * A whole reply as a legacy completion: https://platform.openai.com/docs/api-reference/completions/object
 * Throws a GatewayError where the model's output was broken and there is nothing to show.
 */
export function toTextCompletion(reply: GenerateContentResponse, call: Call, asked: TextAsked) {
  const read = createTextReader(call.id)
  const candidates: readonly Candidate[] = listOf(reply.candidates)
  const all = (candidates.length > 0 ? candidates : [{}]).map((candidate, position) => {
    const index = candidate.index ?? position
    const echo = echoOf(asked, index)
    const choice = beginChoice(index, echo)
    const { text, logprobs } = read(candidate, choice)
    return { choice, text: echo + text, logprobs }
  })
  refuseBroken(all.map(({ choice }) => choice))
  const blocked = isBlocked(reply)
  const choices: TextChoice[] = all.map(({ choice, text, logprobs }) => ({
    text,
    index: choice.index,
    logprobs,
    finish_reason: toFinishReason({ ...choice, calls: 0 }, blocked, NOTHING_ASKED),
  }))
  const usage = reply.usageMetadata && { usage: toUsage(reply.usageMetadata) }
  return { ...textHeadOf(call), choices, ...usage }
}
