import type { Candidate } from '../canonical.ts'

/** The text of a candidate that holds nothing else worth a look: nearly all of a stream is such. */
export function plainText(candidate: Candidate): string | undefined {
  if (candidate.finishReason !== undefined || candidate.logprobsResult !== undefined) return undefined
  if (candidate.groundingMetadata !== undefined) return undefined
  const parts = candidate.content?.parts
  const part = parts?.length === 1 ? parts[0] : undefined
  if (!part?.text || part.thought || part.thoughtSignature !== undefined) return undefined
  return part.text
}
