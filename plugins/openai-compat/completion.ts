import { isBlocked, listOf } from '../../core/call/judge.ts'
import type { Candidate, GenerateContentResponse } from '../../core/canonical.ts'
import type { Call } from '../../core/plugin.ts'
import { askedOf } from './asked.ts'
import { type Choice, type ChoiceReader, createChoiceReader, type Delta, toAnnotations } from './choice.ts'
import { type FinishReason, refuseBroken, toFinishReason } from './finish-reasons.ts'
import { type Logprobs, toLogprobs } from './logprobs.ts'
import { toExtraContent } from './signatures.ts'
import { toUsage } from './usage.ts'

/** What all chunks of an answer and the whole one share. */
export interface CompletionHead {
  readonly id: string
  /** Whole seconds since 1970. */
  readonly created: number
  readonly model: string
}

/** The head of an answer, which follows from its call alone. */
export function headOf(call: Call): CompletionHead {
  return {
    id: `chatcmpl-${call.id.replace(/^req_/, '')}`,
    created: Math.floor(call.at / 1000),
    model: call.model,
  }
}

/**
 * A whole reply as OpenAI's chat completion: https://platform.openai.com/docs/api-reference/chat/object
 * Throws a GatewayError where the model's output was broken and there is nothing to show.
 */
export function toCompletion(reply: GenerateContentResponse, call: Call) {
  const asked = askedOf(call)
  const reader = createChoiceReader(asked, call.id)
  const read = listOf(reply.candidates).map((candidate, position) => readWhole(candidate, position, reader))
  if (read.length === 0) read.push(readWhole({}, 0, reader))
  refuseBroken(read.map(({ choice }) => choice))
  const blocked = isBlocked(reply)
  const choices = read.map(({ choice, message, logprobs }) => ({
    index: choice.index,
    message,
    logprobs,
    finish_reason: toFinishReason(choice, blocked, asked) satisfies FinishReason,
  }))
  const usage = reply.usageMetadata && { usage: toUsage(reply.usageMetadata) }
  return { ...headOf(call), object: 'chat.completion', choices, ...usage }
}

function readWhole(
  candidate: Candidate,
  position: number,
  reader: ChoiceReader,
): { choice: Choice; message: Record<string, unknown>; logprobs: Logprobs | null } {
  const choice: Choice = { index: candidate.index ?? position, calls: 0, spoken: false, text: '' }
  const deltas = reader.read(candidate, choice)
  if (choice.signature !== undefined) deltas.push({ extra_content: toExtraContent(choice.signature) })
  const annotations = toAnnotations(choice)
  const message = { ...toMessage(deltas), ...(annotations && { annotations }) }
  return { choice, message, logprobs: toLogprobs(candidate) }
}

/** All deltas of a choice as one message. */
function toMessage(deltas: readonly Delta[]): Record<string, unknown> {
  const calls = deltas.flatMap(({ tool_calls = [] }) => tool_calls).map(({ index: _, ...call }) => call)
  const images = deltas.flatMap((delta) => delta.images ?? [])
  const thoughts = textOf(deltas, 'reasoning_content')
  const rest = deltas.find((delta) => delta.function_call)
  const extra = deltas.at(-1)?.extra_content
  return {
    role: 'assistant',
    content: textOf(deltas, 'content'),
    refusal: null,
    ...(thoughts !== null && { reasoning_content: thoughts }),
    ...(calls.length > 0 && { tool_calls: calls }),
    ...(rest && { function_call: rest.function_call }),
    ...(images.length > 0 && { images }),
    ...(extra && { extra_content: extra }),
  }
}

function textOf(deltas: readonly Delta[], field: 'content' | 'reasoning_content'): string | null {
  const texts = deltas.flatMap((delta) => delta[field] ?? [])
  return texts.length > 0 ? texts.join('') : null
}
