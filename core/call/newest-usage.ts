import type { UsageMetadata } from '../canonical.ts'

/** The newest counts over those before, field by field: in a stream the last one that is stated counts. */
export function newestUsage(before: UsageMetadata | undefined, stated: UsageMetadata): UsageMetadata {
  if (!before) return stated
  const newest: UsageMetadata = { ...before }
  for (const name in stated) if (stated[name] != null) newest[name] = stated[name]
  return newest
}
