import type { UsageMetadata } from '../canonical.ts'
import { listOf } from './judge.ts'

/** What two answers cost together: numbers are added, counts by modality too, anything else is the later one's. */
export function usageSum(first: UsageMetadata, second: UsageMetadata): UsageMetadata {
  const sum: UsageMetadata = { ...first }
  for (const [name, value] of Object.entries(second)) {
    const before = first[name]
    if (typeof value === 'number') sum[name] = value + (typeof before === 'number' ? before : 0)
    else if (Array.isArray(value) && Array.isArray(before)) sum[name] = countSum([...before, ...value])
    else if (value != null) sum[name] = value
  }
  return sum
}

interface ModalityCount {
  readonly modality?: string
  readonly tokenCount?: number
}

function countSum(counts: readonly ModalityCount[]): ModalityCount[] {
  const sums = new Map<string | undefined, number>()
  for (const { modality, tokenCount = 0 } of listOf(counts))
    sums.set(modality, (sums.get(modality) ?? 0) + tokenCount)
  return [...sums].map(([modality, tokenCount]) => ({ modality, tokenCount }))
}
