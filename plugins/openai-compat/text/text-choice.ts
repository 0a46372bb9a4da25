import type { Candidate } from '../../../core/canonical.ts'
import { NOTHING_ASKED } from '../asked.ts'
import { type Choice, createChoiceReader } from '../choice.ts'
import type { FinishReason } from '../finish-reasons.ts'
import { toLogprobs } from '../logprobs.ts'

/** One choice of a legacy completion, or a piece of one. */
export interface TextChoice {
  readonly text: string
  readonly index: number
  readonly logprobs: TextLogprobs | null
  readonly finish_reason: FinishReason | null
}

/** Log probabilities in the form that completions had before chats. */
export interface TextLogprobs {
  readonly tokens: readonly string[]
  readonly token_logprobs: readonly number[]
  readonly top_logprobs: readonly Readonly<Record<string, number>>[]
  /** Where each token begins in the whole text. */
  readonly text_offset: readonly number[]
}

/** A choice that has been read so far. */
export interface ReadChoice extends Choice {
  /** Where the next token begins. */
  offset: number
}

/** A choice of which nothing was read; its text begins with so many characters of an echo. */
export function beginChoice(index: number, { length }: string): ReadChoice {
  return { index, calls: 0, spoken: false, text: '', offset: length }
}

/** Reads candidates as texts: a completion has no place for thoughts, calls and pictures. */
export function createTextReader(callId: string) {
  const reader = createChoiceReader(NOTHING_ASKED, callId)
  return (candidate: Candidate, choice: ReadChoice) => {
    const text = reader
      .read(candidate, choice)
      .map(({ content = '' }) => content)
      .join('')
    return { text, logprobs: toTextLogprobs(candidate, choice) }
  }
}

function toTextLogprobs(candidate: Candidate, choice: ReadChoice): TextLogprobs | null {
  const found = toLogprobs(candidate)
  if (!found) return null
  const { content } = found
  return {
    tokens: content.map(({ token }) => token),
    token_logprobs: content.map(({ logprob }) => logprob),
    top_logprobs: content.map(({ top_logprobs }) =>
      Object.fromEntries(top_logprobs.map(({ token, logprob }) => [token, logprob])),
    ),
    text_offset: content.map(({ token }) => {
      const begin = choice.offset
      choice.offset += token.length
      return begin
    }),
  }
}
