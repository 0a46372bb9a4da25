import type { UsageMetadata } from '../canonical.ts'

/** What Google counts of a call against quota, by its own word. */
export interface Measured {
  /** Of the input. */
  readonly tokens: number
  /** Of these, what it took from its cache. */
  readonly cachedTokens: number
  readonly images: number
}

/**
 * The most that an image costs, in tokens: one of 4096 pixels by gemini-3.1-flash-image. Several smaller ones count as
 * fewer than they are, never as more, which would keep a key out that has room.
 * https://docs.cloud.google.com/vertex-ai/generative-ai/docs/models/gemini/3-1-flash-image
 */
const IMAGE_TOKENS = 2520

/** What the usage of an answer says of quota. */
export function toMeasured(usage: UsageMetadata): Measured {
  const { promptTokenCount = 0, toolUsePromptTokenCount = 0, cachedContentTokenCount = 0 } = usage
  const details = Array.isArray(usage.candidatesTokensDetails) ? usage.candidatesTokensDetails : []
  return {
    tokens: promptTokenCount + toolUsePromptTokenCount,
    cachedTokens: cachedContentTokenCount,
    images: details.reduce((sum: number, detail) => sum + imagesOf(detail), 0),
  }
}

function imagesOf(detail: { readonly modality?: unknown; readonly tokenCount?: unknown } | null): number {
  if (detail?.modality !== 'IMAGE' || typeof detail.tokenCount !== 'number' || detail.tokenCount <= 0)
    return 0
  return Math.max(1, Math.floor(detail.tokenCount / IMAGE_TOKENS))
}
