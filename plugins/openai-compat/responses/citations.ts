import { Buffer } from 'node:buffer'
import { isRecord } from '../../../core/codec/request-values.ts'

/** Where a piece of a text comes from; its places are counted as JavaScript counts, and the end lies behind it. */
export interface Citation {
  readonly type: 'url_citation'
  readonly start_index: number
  readonly end_index: number
  readonly title: string
  readonly url: string
}

/** What is known of a grounded answer. */
export interface Grounding {
  readonly queries: readonly string[]
  /** Places on the web, each with its title. */
  readonly places: readonly { readonly url: string; readonly title: string }[]
  readonly supports: readonly unknown[]
}

/** Google's `groundingMetadata`; undefined where it tells of no search. */
export function toGrounding(metadata: Readonly<Record<string, unknown>>): Grounding | undefined {
  const queries = listIn(metadata.webSearchQueries).filter((query) => typeof query === 'string')
  const places = listIn(metadata.groundingChunks).map(toPlace)
  if (queries.length === 0 && places.every(({ url }) => url === '')) return undefined
  return { queries, places, supports: listIn(metadata.groundingSupports) }
}

function toPlace(chunk: unknown): { url: string; title: string } {
  const web = isRecord(chunk) && isRecord(chunk.web) ? chunk.web : {}
  const url = typeof web.uri === 'string' ? web.uri : ''
  return { url, title: typeof web.title === 'string' ? web.title : url }
}

/** The citations of a text. Google counts in bytes of UTF-8. */
export function toCitations(text: string, { places, supports }: Grounding): Citation[] {
  const bytes = Buffer.from(text)
  return supports.filter(isRecord).flatMap((support) => {
    const span = isRecord(support.segment) ? toSpan(text, bytes, support.segment) : undefined
    if (!span) return []
    const cited = listIn(support.groundingChunkIndices).flatMap((index) => places[index as number] ?? [])
    return cited
      .filter(({ url }) => url !== '')
      .map(({ url, title }) => ({ type: 'url_citation' as const, ...span, title, url }))
  })
}

function toSpan(
  text: string,
  bytes: Buffer,
  segment: Record<string, unknown>,
): { start_index: number; end_index: number } | undefined {
  const { startIndex = 0, endIndex, text: said } = segment
  if (typeof startIndex !== 'number' || typeof endIndex !== 'number') return undefined
  const piece = bytes.toString('utf8', startIndex, endIndex)
  if (typeof said !== 'string' || piece === said) {
    const start_index = bytes.toString('utf8', 0, startIndex).length
    return { start_index, end_index: start_index + piece.length }
  }
  // Places are counted from the beginning of one part, which may lie within a longer text.
  const start_index = said === '' ? -1 : text.indexOf(said)
  return start_index < 0 ? undefined : { start_index, end_index: start_index + said.length }
}

const listIn = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
