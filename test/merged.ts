import type { Candidate, GenerateContentResponse, Part, UsageMetadata } from '../core/canonical.ts'

/** One reply that says what all chunks say. */
export function merged(chunks: readonly GenerateContentResponse[]): GenerateContentResponse {
  const byIndex = new Map<number, Candidate>()
  for (const [position, candidate] of chunks.flatMap(toCandidates)) {
    const index = candidate.index ?? position
    const { content, ...rest } = candidate
    const before = byIndex.get(index)
    const parts: Part[] = [...(before?.content?.parts ?? []), ...(content?.parts ?? [])]
    byIndex.set(index, { ...before, ...rest, content: { role: 'model', parts } })
  }
  const usage = chunks.flatMap(({ usageMetadata }) => usageMetadata ?? [])
  const fields: GenerateContentResponse = Object.assign({}, ...chunks)
  const counts = usage.length > 0 && { usageMetadata: Object.assign({}, ...usage) as UsageMetadata }
  return { ...fields, candidates: [...byIndex.values()], ...counts }
}

function toCandidates({ candidates = [] }: GenerateContentResponse): [number, Candidate][] {
  return [...candidates.entries()]
}
