import { listOf } from '../../core/call/judge.ts'
import type { Candidate, GenerateContentResponse, Part } from '../../core/canonical.ts'

/**
 * A whole reply as the chunks of a stream, which come to the same: each part by itself and in its order, texts in
 * pieces of about so many characters, and with the last one what a reply says besides (why it ended, what it cost).
 */
export function toPieces(reply: GenerateContentResponse, characters: number): GenerateContentResponse[] {
  const { candidates, usageMetadata, ...head } = reply
  const all: Candidate[][] = listOf(candidates).map((candidate, position) =>
    toCandidates(candidate, position, characters),
  )
  const length = Math.max(1, ...all.map((each) => each.length))
  return Array.from({ length }, (_, index) => {
    const current = all.flatMap((each) => each.slice(index, index + 1))
    const chunk: GenerateContentResponse = { ...head }
    if (current.length > 0) chunk.candidates = current
    if (index === length - 1 && usageMetadata) chunk.usageMetadata = usageMetadata
    return chunk
  })
}

function toCandidates(candidate: Candidate, position: number, characters: number): Candidate[] {
  const { content, index = position, ...ending } = candidate
  const parts = listOf(content?.parts).flatMap((part) => toParts(part, characters))
  const told = (some: readonly Part[]) => ({ content: { ...content, parts: [...some] }, index })
  const last = parts.at(-1)
  if (last === undefined) return [{ ...candidate, index }]
  return [...parts.slice(0, -1).map((part) => told([part])), { ...told([last]), ...ending }]
}

/** A signature belongs to the end of what it signs. */
function toParts(part: Part, characters: number): Part[] {
  const { text, thoughtSignature, ...rest } = part
  if (typeof text !== 'string' || text.length <= characters) return [part]
  const pieces = toTexts(text, characters).map((piece): Part => ({ text: piece, ...rest }))
  const last = pieces.at(-1)!
  return thoughtSignature === undefined ? pieces : [...pieces.slice(0, -1), { ...last, thoughtSignature }]
}

/** Cut behind white space where there is some, and never within a character. */
function toTexts(text: string, characters: number): string[] {
  const pieces: string[] = []
  let rest = text
  while (rest.length > characters) {
    const end = endOf(rest, characters)
    pieces.push(rest.slice(0, end))
    rest = rest.slice(end)
  }
  return rest === '' ? pieces : [...pieces, rest]
}

function endOf(text: string, characters: number): number {
  const space = Math.max(text.lastIndexOf(' ', characters - 1), text.lastIndexOf('\n', characters - 1))
  if (space >= characters / 2) return space + 1
  return isMiddle(text, characters) ? characters + 1 : characters
}

function isMiddle(text: string, index: number): boolean {
  const code = text.charCodeAt(index)
  return code >= 0xdc00 && code <= 0xdfff
}
