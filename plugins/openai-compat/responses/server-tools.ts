import type { Part } from '../../../core/canonical.ts'
import { isRecord } from '../../../core/codec/request-values.ts'

/** What Google searched for in these parts; undefined where they tell of other tools only. */
export function queriesIn(parts: readonly Part[]): string[] | undefined {
  const calls = parts.map(({ toolCall }) => toolCall).filter(isRecord)
  const searches = calls.filter(({ toolType }) => String(toolType).startsWith('GOOGLE_SEARCH'))
  if (searches.length === 0) return undefined
  return searches.flatMap(({ args }) => {
    const { queries, query } = isRecord(args) ? args : {}
    return (Array.isArray(queries) ? queries : [query]).filter((each) => typeof each === 'string')
  })
}
