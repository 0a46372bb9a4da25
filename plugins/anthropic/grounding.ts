import { listOf } from '../../core/call/judge.ts'
import type { Candidate } from '../../core/canonical.ts'
import { isRecord } from '../../core/codec/request-values.ts'
import { type BlockSink, type Citation, DIRECT, type SearchResult } from './blocks-out.ts'

type Fields = Record<string, unknown>

/** What an answer leans on: Google's searches and their pages, gathered over its chunks. */
export interface Grounding {
  add(candidate: Candidate): void
  /** For the text that is open at the end. */
  citations(): readonly Citation[]
  /** The search as a call of Anthropic's own tool, and its result; nothing where none was made. */
  tell(sink: BlockSink): void
  searches(): number
  fetches(): number
}

/** Source: https://ai.google.dev/api/generate-content#GroundingMetadata */
export function createGrounding(seed: string): Grounding {
  /** Chunks repeat and add; the last word on each field holds. */
  let metadata: Fields = {}
  let fetched: Fields = {}
  const list = (name: string) => listOf(metadata[name] as readonly Fields[] | undefined)
  const pages = () => list('groundingChunks').map(toPage)
  const queries = () =>
    Array.isArray(metadata.webSearchQueries)
      ? metadata.webSearchQueries.filter((query) => typeof query === 'string')
      : []
  const isMade = () => queries().length > 0 || pages().some((page) => page !== undefined)

  return {
    add(candidate) {
      if (isRecord(candidate.groundingMetadata)) metadata = { ...metadata, ...candidate.groundingMetadata }
      if (isRecord(candidate.urlContextMetadata)) fetched = { ...fetched, ...candidate.urlContextMetadata }
    },
    citations() {
      const known = pages()
      return list('groundingSupports').flatMap(({ segment, groundingChunkIndices: indices }) => {
        const text = isRecord(segment) ? String(segment.text ?? '') : ''
        const cited = Array.isArray(indices) ? indices.map((index) => known[Number(index)]) : []
        return cited.flatMap((page) => (page ? [toCitation(page, text)] : []))
      })
    },
    tell(sink) {
      if (!isMade()) return
      const id = `srvtoolu_${seed}s001`
      sink.start({ type: 'server_tool_use', id, name: 'web_search', input: {}, caller: DIRECT })
      sink.delta({ type: 'input_json_delta', partial_json: JSON.stringify({ query: queries().join('; ') }) })
      sink.stop()
      const content = pages().flatMap((page) => page ?? [])
      sink.start({ type: 'web_search_tool_result', tool_use_id: id, content, caller: DIRECT })
      sink.stop()
    },
    searches: () => (isMade() ? Math.max(1, queries().length) : 0),
    fetches: () => listOf(fetched.urlMetadata as readonly Fields[] | undefined).length,
  }
}

/** Pages of the web only; places and files have no form of Anthropic's. */
function toPage({ web }: Fields): SearchResult | undefined {
  if (!isRecord(web) || typeof web.uri !== 'string') return undefined
  const title = String(web.title ?? '')
  return { type: 'web_search_result', url: web.uri, title, encrypted_content: '', page_age: null }
}

function toCitation({ url, title }: SearchResult, text: string): Citation {
  return { type: 'web_search_result_location', url, title, encrypted_index: '', cited_text: text }
}
