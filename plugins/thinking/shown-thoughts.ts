import { isReason, listOf } from '../../core/call/judge.ts'
import type { Candidate, GenerateContentResponse, Part } from '../../core/canonical.ts'
import { answersInJson } from '../../core/codec/answers-in-json.ts'
import type { Call } from '../../core/plugin.ts'

/** Answers with their thoughts as the config wants them shown. */
export interface ShownThoughts {
  reply(reply: GenerateContentResponse, call: Call): GenerateContentResponse | undefined
  /** Of one stream; what was begun in a chunk is ended in a later one. */
  chunk(chunk: GenerateContentResponse, call: Call): GenerateContentResponse | undefined
}

/** Shows, hides or inlines by model. Text that is for a program has no thoughts in it: they are told as ever. */
export function createShownThoughts(
  displayIn: (model: string) => 'show' | 'hide' | 'inline' | undefined,
): ShownThoughts {
  const open = new WeakMap<Call, Set<number>>()

  function displayOf({ model, request }: Call) {
    const display = displayIn(model)
    return display === 'inline' && answersInJson(request) ? 'show' : display
  }

  function openIn(call: Call): Set<number> {
    const known = open.get(call) ?? new Set<number>()
    open.set(call, known)
    return known
  }

  return {
    reply(reply, call) {
      const display = displayOf(call)
      if (display === 'hide') return withParts(reply, hidden)
      const begun = new Set<number>()
      return display === 'inline'
        ? withParts(reply, (parts, index) => inlined(parts, index, begun, true))
        : undefined
    },
    chunk(chunk, call) {
      const display = displayOf(call)
      if (display === 'hide') return withParts(chunk, hidden)
      if (display !== 'inline') return undefined
      return withParts(chunk, (parts, index, ends) => inlined(parts, index, openIn(call), ends))
    },
  }
}

function withParts(
  reply: GenerateContentResponse,
  change: (parts: readonly Part[], index: number, ends: boolean) => Part[],
): GenerateContentResponse | undefined {
  if (!reply.candidates) return undefined
  const candidates = listOf(reply.candidates).map((candidate, position): Candidate => {
    const ends = isReason(candidate.finishReason)
    const parts = change(listOf(candidate.content?.parts), candidate.index ?? position, ends)
    if (!candidate.content && parts.length === 0) return candidate
    return { ...candidate, content: { ...candidate.content, parts } }
  })
  return { ...reply, candidates }
}

/** What signs a thought must come back in the next turn, so it stays, without the words. */
function hidden(parts: readonly Part[]): Part[] {
  return parts.flatMap((part) => (part.thought ? signatureOf(part) : [part]))
}

function signatureOf({ thoughtSignature }: Part): Part[] {
  return thoughtSignature === undefined ? [] : [{ text: '', thoughtSignature }]
}

/** Thoughts as text; `open` holds the candidates that are in the middle of a thought. Pictures in them are drafts. */
function inlined(parts: readonly Part[], index: number, open: Set<number>, ends: boolean): Part[] {
  const shown: Part[] = []
  for (const part of parts) {
    if (part.thought) {
      if (part.text) shown.push({ text: open.has(index) ? part.text : `${BEGIN}${part.text}` })
      if (part.text) open.add(index)
      shown.push(...signatureOf(part))
      continue
    }
    if (part.text !== '' && open.delete(index)) shown.push({ text: END })
    shown.push(part)
  }
  if (ends && open.delete(index)) shown.push({ text: END })
  return shown
}

const BEGIN = '<think>\n'
const END = '\n</think>\n\n'
