import type { UsageMetadata } from '../../core/canonical.ts'
import type { AnswerState } from './block-reader.ts'

/**
 * Google's token counts as Anthropic has them: what was read from a cache is no input, thoughts are output,
 * results of Google's tools are input.
 */
export function toUsage(counts: UsageMetadata, { searches, fetches }: AnswerState) {
  const cached = counts.cachedContentTokenCount ?? 0
  const prompt = (counts.promptTokenCount ?? 0) + (counts.toolUsePromptTokenCount ?? 0)
  const thoughts = counts.thoughtsTokenCount ?? 0
  const used = searches + fetches > 0
  return {
    input_tokens: Math.max(0, prompt - cached),
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: cached,
    output_tokens: (counts.candidatesTokenCount ?? 0) + thoughts,
    output_tokens_details: thoughts > 0 ? { thinking_tokens: thoughts } : null,
    server_tool_use: used ? { web_search_requests: searches, web_fetch_requests: fetches } : null,
  }
}

/** Fields that never change; a message has them, the end of a stream does not repeat them. */
export const STEADY_USAGE = {
  cache_creation: null,
  inference_geo: null,
  service_tier: 'standard',
  speed: null,
} as const
