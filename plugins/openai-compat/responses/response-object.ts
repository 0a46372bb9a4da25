import type { UsageMetadata } from '../../../core/canonical.ts'
import { isRecord } from '../../../core/codec/request-values.ts'
import type { Call } from '../../../core/plugin.ts'
import { toUsage } from '../usage.ts'
import type { ResponseAsked } from './asked.ts'
import { toResponseId } from './output-log.ts'

type Fields = Readonly<Record<string, unknown>>

/** What becomes of a response, besides what its request said. */
export interface ResponseState {
  readonly status: 'in_progress' | 'completed' | 'incomplete' | 'failed'
  readonly output: readonly Fields[]
  readonly error?: { readonly code: string; readonly message: string }
  /** Why it is incomplete. */
  readonly reason?: string
  readonly usage?: UsageMetadata | undefined
  /** Milliseconds since 1970. */
  readonly completedAt?: number
}

/** A response with all its keys: https://platform.openai.com/docs/api-reference/responses/object */
export function toResponseObject(call: Call, asked: ResponseAsked, state: ResponseState): Fields {
  return {
    id: toResponseId(call.id),
    object: 'response',
    created_at: Math.floor(call.at / 1000),
    status: state.status,
    background: false,
    completed_at: state.completedAt === undefined ? null : Math.floor(state.completedAt / 1000),
    error: state.error ?? null,
    incomplete_details: state.reason === undefined ? null : { reason: state.reason },
    model: call.model,
    output: state.output,
    usage: state.usage ? toResponseUsage(state.usage) : null,
    ...asked.echo,
    store: asked.store,
  }
}

/** Token counts as the Responses API names them. */
export function toResponseUsage(counts: UsageMetadata) {
  const usage = toUsage(counts)
  return {
    input_tokens: usage.prompt_tokens,
    input_tokens_details: { cached_tokens: usage.prompt_tokens_details.cached_tokens, cache_write_tokens: 0 },
    output_tokens: usage.completion_tokens,
    output_tokens_details: { reasoning_tokens: usage.completion_tokens_details.reasoning_tokens },
    total_tokens: usage.total_tokens,
  }
}

/** The fields of a request that its response repeats; what was not said is null, or what it comes to. */
export function toEcho(body: Fields): Fields {
  const reasoning = isRecord(body.reasoning) ? body.reasoning : {}
  const text = isRecord(body.text) ? body.text : {}
  return {
    instructions: body.instructions ?? null,
    max_output_tokens: body.max_output_tokens ?? null,
    max_tool_calls: body.max_tool_calls ?? null,
    metadata: body.metadata ?? {},
    parallel_tool_calls: body.parallel_tool_calls ?? true,
    previous_response_id: body.previous_response_id ?? null,
    prompt_cache_key: body.prompt_cache_key ?? null,
    reasoning: { effort: reasoning.effort ?? null, summary: reasoning.summary ?? null },
    safety_identifier: body.safety_identifier ?? null,
    service_tier: body.service_tier ?? 'auto',
    temperature: body.temperature ?? null,
    text: { ...text, format: text.format ?? { type: 'text' } },
    tool_choice: body.tool_choice ?? 'auto',
    tools: Array.isArray(body.tools) ? body.tools : [],
    top_logprobs: body.top_logprobs ?? 0,
    top_p: body.top_p ?? null,
    truncation: body.truncation ?? 'disabled',
    user: body.user ?? null,
  }
}
