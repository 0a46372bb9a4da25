import { isBlocked, listOf } from '../../core/call/judge.ts'
import type { Candidate, GenerateContentResponse } from '../../core/canonical.ts'
import type { Call } from '../../core/plugin.ts'
import { askedOf } from './asked.ts'
import { createBlockReader } from './block-reader.ts'
import { createBlockList } from './blocks-out.ts'
import { refuseBroken, toStop } from './stop-reasons.ts'
import { STEADY_USAGE, toUsage } from './usage.ts'

/** What a whole message and the beginning of a streamed one share. */
export function headOf(call: Call) {
  return {
    id: `msg_${call.id.replace(/^req_/, '')}`,
    type: 'message',
    role: 'assistant',
    model: askedOf(call).model,
  } as const
}

/**
 * A whole reply as Anthropic's message: https://docs.anthropic.com/en/api/messages
 * Throws a GatewayError where the model's output was broken and there is nothing to show.
 */
export function toMessage(reply: GenerateContentResponse, call: Call) {
  const list = createBlockList()
  const reader = createBlockReader(call, list)
  for (const candidate of listOf(reply.candidates).filter(isFirst)) reader.read(candidate)
  reader.end()
  refuseBroken(reader.state)
  return {
    ...headOf(call),
    content: list.blocks,
    ...toStop(reader.state, blockOf(reply), askedOf(call).stops),
    container: null,
    diagnostics: null,
    usage: { ...STEADY_USAGE, ...toUsage(reply.usageMetadata ?? {}, reader.state) },
  }
}

/** Anthropic's answers have one candidate. */
export function isFirst({ index }: Candidate): boolean {
  return index === undefined || index === 0
}

/** Why Google blocked the prompt, in a word; undefined where it did not. */
export function blockOf(chunk: GenerateContentResponse): string | undefined {
  if (!isBlocked(chunk)) return undefined
  return chunk.promptFeedback?.blockReasonMessage ?? chunk.promptFeedback?.blockReason
}
