import type { Part } from '../../../core/canonical.ts'
import { isRecord } from '../../../core/codec/request-values.ts'
import type { Included } from './asked.ts'
import { addSearch } from './hosted-items.ts'
import type { OutputLog } from './output-log.ts'
import { addEnvelope } from './reasoning-item.ts'

/**
 * Tells what Google's own tools did beside functions, which the client must bring back; a search is also shown.
 * Whether it was one.
 */
export function addServerTools(log: OutputLog, parts: readonly Part[], include: Included): boolean {
  const queries = queriesIn(parts)
  if (include.signatures || queries === undefined) addEnvelope(log, { parts })
  if (queries === undefined) return false
  addSearch(log, { queries, urls: [], ...(!include.signatures && { parts }) }, include)
  return true
}

/** What Google searched for; undefined where the parts tell of other tools only. */
function queriesIn(parts: readonly Part[]): string[] | undefined {
  const calls = parts.map(({ toolCall }) => toolCall).filter(isRecord)
  const searches = calls.filter(({ toolType }) => String(toolType).startsWith('GOOGLE_SEARCH'))
  if (searches.length === 0) return undefined
  return searches.flatMap(({ args }) => {
    const { queries, query } = isRecord(args) ? args : {}
    return (Array.isArray(queries) ? queries : [query]).filter((each) => typeof each === 'string')
  })
}
