import { isReason, listOf } from '../../core/call/judge.ts'
import type { Candidate, GenerateContentResponse } from '../../core/canonical.ts'
import { answersInJson } from '../../core/codec/answers-in-json.ts'
import { isRecord } from '../../core/codec/request-values.ts'
import type { Call } from '../../core/plugin.ts'

/** Answers with the pages that they lean on below their text, as Markdown, in place of citations; but for text that is for a program. */
export interface Links {
  reply(reply: GenerateContentResponse, call: Call): GenerateContentResponse
  /** Of one stream; its pages come below the last of its text. */
  chunk(chunk: GenerateContentResponse, call: Call): GenerateContentResponse
}

interface Page {
  readonly url: string
  readonly title: string
}

/** Pages by candidate, from all that was said of them: a stream may name them bit by bit, or all again. */
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
    reply: (reply, { request }) => (answersInJson(request) ? reply : withLinks(reply, new Map(), () => true)),
    chunk: (chunk, call) =>
      answersInJson(call.request)
        ? chunk
        : withLinks(chunk, knownOf(call), ({ finishReason }) => isReason(finishReason)),
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
    const all = distinct([...(known.get(index) ?? []), ...pages])
    known.set(index, all)
    const told = ends(candidate) ? all : []
    const cited = isRecord(groundingMetadata)
      ? { ...rest, groundingMetadata: withoutSupports(groundingMetadata) }
      : candidate
    return told.length > 0 ? withText(cited, toText(told)) : cited
  })
  return { ...reply, candidates }
}

function pagesOf({ groundingChunks }: Record<string, unknown>): Page[] {
  return listOf(groundingChunks as readonly Record<string, unknown>[]).flatMap(({ web }) => {
    if (!isRecord(web) || typeof web.uri !== 'string' || web.uri === '') return []
    return [{ url: web.uri, title: typeof web.title === 'string' && web.title !== '' ? web.title : web.uri }]
  })
}

function distinct(pages: readonly Page[]): readonly Page[] {
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
