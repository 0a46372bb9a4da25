import { isReason, listOf } from '../../core/call/judge.ts'
import type { Candidate, GenerateContentResponse } from '../../core/canonical.ts'
import { isRecord } from '../../core/codec/request-values.ts'
import type { Call } from '../../core/plugin.ts'

/** Answers with the pages that they lean on below their text, as Markdown, in place of citations. */
export interface Links {
  reply(reply: GenerateContentResponse): GenerateContentResponse
  /** Of one stream; its pages come below the last of its text. */
  chunk(chunk: GenerateContentResponse, call: Call): GenerateContentResponse
}

interface Page {
  readonly url: string
  readonly title: string
}

/** Pages by candidate; the last word on them holds. */
type Known = Map<number, readonly Page[]>

/** Links for calls, each by itself. */
export function createLinks(): Links {
  const streams = new WeakMap<Call, Known>()

  function knownOf(call: Call): Known {
    const known = streams.get(call) ?? new Map()
    streams.set(call, known)
    return known
  }

  return {
    reply: (reply) => withLinks(reply, new Map(), () => true),
    chunk: (chunk, call) => withLinks(chunk, knownOf(call), ({ finishReason }) => isReason(finishReason)),
  }
}

function withLinks(
  reply: GenerateContentResponse,
  known: Known,
  ends: (candidate: Candidate) => boolean,
): GenerateContentResponse {
  if (!reply.candidates) return reply
  const candidates = listOf(reply.candidates).map((candidate, position): Candidate => {
    const { groundingMetadata, ...rest } = candidate
    const index = candidate.index ?? position
    const pages = isRecord(groundingMetadata) ? pagesOf(groundingMetadata) : []
    if (pages.length > 0) known.set(index, pages)
    const told = ends(candidate) ? (known.get(index) ?? []) : []
    const cited = isRecord(groundingMetadata)
      ? { ...rest, groundingMetadata: withoutSupports(groundingMetadata) }
      : candidate
    return told.length > 0 ? withText(cited, toText(told)) : cited
  })
  return { ...reply, candidates }
}

function pagesOf({ groundingChunks }: Record<string, unknown>): Page[] {
  const pages = listOf(groundingChunks as readonly Record<string, unknown>[]).flatMap(({ web }) => {
    if (!isRecord(web) || typeof web.uri !== 'string' || web.uri === '') return []
    return [{ url: web.uri, title: typeof web.title === 'string' && web.title !== '' ? web.title : web.uri }]
  })
  return pages.filter(({ url }, index) => pages.findIndex((page) => page.url === url) === index)
}

/** Without what says which words lean on which page, no protocol cites them a second time. */
function withoutSupports({ groundingSupports: _, ...metadata }: Record<string, unknown>) {
  return metadata
}

function withText(candidate: Candidate, text: string): Candidate {
  const { content } = candidate
  return {
    ...candidate,
    content: { role: 'model', ...content, parts: [...listOf(content?.parts), { text }] },
  }
}

function toText(pages: readonly Page[]): string {
  const lines = pages.map(({ url, title }, index) => `${index + 1}. [${escaped(title)}](${address(url)})`)
  return `\n\n${lines.join('\n')}`
}

function escaped(title: string): string {
  return title.replace(/[\\[\]]/g, '\\$&').replace(/\s+/g, ' ')
}

/** What would end the address, or the link, is written as its byte. */
function address(url: string): string {
  return url.replace(/[()\s]/g, (character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`)
}
