import type { Candidate, GenerateContentResponse, UsageMetadata } from '../canonical.ts'
import { isBlocked } from './judge.ts'
import { usageSum } from './usage-sum.ts'

/** How often Google is asked to go on with one answer, at most; an answer that is longer ends as one cut by length. */
export const MOST_HOPS = 32

/**
 * The token with which Google goes on with an answer that it broke off because it is long; undefined for one that is
 * at its end. `maxOutputTokens` is spent over all of its pieces.
 */
export function continuationIn(reply: GenerateContentResponse): string | undefined {
  const candidate = reply.candidates?.[0]
  if (candidate?.finishReason !== 'CONTINUATION' || isBlocked(reply)) return undefined
  const { continuationToken: token } = candidate
  return typeof token === 'string' && token !== '' ? token : undefined
}

/** A piece of a stream without its end, which is not the answer's. */
export function withoutEnd(chunk: GenerateContentResponse): GenerateContentResponse {
  const candidates = chunk.candidates?.map(({ finishReason: _, continuationToken: __, ...rest }) => rest)
  return { ...chunk, candidates }
}

/** Two pieces of an answer as one. */
export function joinReplies(
  first: GenerateContentResponse,
  next: GenerateContentResponse,
): GenerateContentResponse {
  const usage = sumOf(first.usageMetadata, next.usageMetadata)
  const [before, after] = [first.candidates?.[0], next.candidates?.[0]]
  const candidates = before && after ? [joinCandidates(before, after)] : (next.candidates ?? first.candidates)
  return { ...first, ...next, candidates, ...(usage && { usageMetadata: usage }) }
}

function joinCandidates(first: Candidate, next: Candidate): Candidate {
  const { finishReason: _, continuationToken: __, ...rest } = first
  const parts = [...(first.content?.parts ?? []), ...(next.content?.parts ?? [])]
  return { ...rest, ...next, content: { ...first.content, ...next.content, parts } }
}

/** The sum of what is known. */
export function sumOf(
  first: UsageMetadata | undefined,
  second: UsageMetadata | undefined,
): UsageMetadata | undefined {
  return first && second ? usageSum(first, second) : (first ?? second)
}
