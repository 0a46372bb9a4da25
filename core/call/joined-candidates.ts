import type { Candidate, GenerateContentResponse } from '../canonical.ts'
import { sumOf } from './continuation.ts'
import { isBlocked, listOf } from './judge.ts'

/** Where the candidates of one generation stand among those of all that answer a call. */
export interface Places {
  /** The index of its first. */
  readonly first: number
  /** How many it has. */
  readonly count: number
}

/**
 * One generation's reply, or a chunk of it, as a part of the whole: its candidates have the places of the whole's.
 * A block concerns its own candidates only, and is their end.
 */
export function inPlaces(reply: GenerateContentResponse, { first, count }: Places): GenerateContentResponse {
  const found = listOf(reply.candidates)
  const isEnd = found.length === 0 && isBlocked(reply)
  const own: readonly Candidate[] = isEnd ? Array.from({ length: count }, () => BLOCKED) : found
  // More than was asked for would take the places of others.
  const candidates = own.flatMap((candidate, position) => {
    const { index = position } = candidate
    return index < count ? [{ ...candidate, index: first + index }] : []
  })
  if (!isBlocked(reply)) return { ...reply, candidates }
  const { promptFeedback: _, ...rest } = reply
  return { ...rest, candidates }
}

const BLOCKED: Candidate = { finishReason: 'SAFETY' }

/** The replies of several generations, each in its places, as one; what they spent is added up. */
export function joinedReply(replies: readonly GenerateContentResponse[]): GenerateContentResponse {
  const usage = replies.map(({ usageMetadata }) => usageMetadata).reduce(sumOf, undefined)
  return {
    ...replies[0],
    candidates: replies.flatMap(({ candidates = [] }) => candidates),
    ...(usage && { usageMetadata: usage }),
  }
}
