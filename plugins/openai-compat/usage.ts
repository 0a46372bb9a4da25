import { listOf } from '../../core/call/judge.ts'
import type { UsageMetadata } from '../../core/canonical.ts'

/** Google's token counts as OpenAI's `usage`; thoughts are completion tokens, results of Google's tools prompt tokens. */
export function toUsage(counts: UsageMetadata) {
  const prompt = (counts.promptTokenCount ?? 0) + (counts.toolUsePromptTokenCount ?? 0)
  const thoughts = counts.thoughtsTokenCount ?? 0
  const completion = (counts.candidatesTokenCount ?? 0) + thoughts
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: counts.totalTokenCount ?? prompt + completion,
    prompt_tokens_details: {
      cached_tokens: counts.cachedContentTokenCount ?? 0,
      audio_tokens: tokensOf(counts.promptTokensDetails, 'AUDIO'),
    },
    completion_tokens_details: {
      reasoning_tokens: thoughts,
      audio_tokens: tokensOf(counts.candidatesTokensDetails, 'AUDIO'),
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  }
}

interface ModalityCount {
  readonly modality?: unknown
  readonly tokenCount?: unknown
}

function tokensOf(details: unknown, modality: string): number {
  const found = listOf(details as readonly ModalityCount[] | undefined).find(
    (each) => each.modality === modality,
  )
  return typeof found?.tokenCount === 'number' ? found.tokenCount : 0
}
