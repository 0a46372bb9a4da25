import type { Content, Part } from '../canonical.ts'

/** A part with its signature, where it has one. */
export function signed(part: Part, signature: string | undefined): Part {
  return signature === undefined ? part : { ...part, thoughtSignature: signature }
}

/**
 * Signs the first function call of each step of the current turn that came back without its signature with the
 * value that Google documents for such a history; without it Gemini 3 refuses the request.
 * Source: https://ai.google.dev/gemini-api/docs/thought-signatures
 */
export function withBypass(contents: readonly Content[]): { contents: Content[]; bypassed: boolean } {
  const start = contents.findLastIndex(isQuestion)
  let bypassed = false
  const signedContents = contents.map((content, index) => {
    if (index < start || content.role !== 'model') return content
    const first = content.parts?.findIndex((part) => part.functionCall !== undefined) ?? -1
    if (first < 0 || content.parts?.[first]?.thoughtSignature !== undefined) return content
    bypassed = true
    const parts = content.parts?.map((part, place) => (place === first ? signed(part, BYPASS) : part))
    return { ...content, parts }
  })
  return { contents: signedContents, bypassed }
}

/** What Google documents in place of a signature that was lost: https://ai.google.dev/gemini-api/docs/thought-signatures */
export const BYPASS = 'skip_thought_signature_validator'

/**
 * Every signature given up: the first call of each step has the documented value in its place, no other part has any.
 */
export function withoutSignatures(contents: readonly Content[]): Content[] {
  return contents.map((content) => {
    const first = content.parts?.findIndex((part) => part.functionCall !== undefined) ?? -1
    const parts = content.parts?.map(({ thoughtSignature: _, ...part }, place) =>
      place === first ? signed(part, BYPASS) : part,
    )
    return parts ? { ...content, parts } : content
  })
}

/** The note of a call that was sent without its signature; `subject` is what clients call it. */
export function toBypassNote(subject: string): string {
  return `${subject}: ${LOST}`
}

/** Whether a note is one of those. */
export function isBypassNote(note: string): boolean {
  return note.endsWith(LOST)
}

const LOST = 'sent without the thought signature, which the history has lost'

/** What begins a turn: something that the user said, and not only what tools answered. */
function isQuestion({ role, parts = [] }: Content): boolean {
  return role === 'user' && parts.some((part) => part.functionResponse === undefined)
}
