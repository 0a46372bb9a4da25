import { listOf } from '../../core/call/judge.ts'
import type { Candidate } from '../../core/canonical.ts'

interface Token {
  readonly token: string
  readonly logprob: number
  readonly bytes: readonly number[]
}

/** `logprobs` of a choice. */
export interface Logprobs {
  readonly content: readonly (Token & { readonly top_logprobs: readonly Token[] })[]
  readonly refusal: null
}

interface GoogleToken {
  readonly token?: string
  readonly logProbability?: number
}

/** The log probabilities of a candidate's tokens, or null where Google gave none. */
export function toLogprobs({ logprobsResult }: Candidate): Logprobs | null {
  if (typeof logprobsResult !== 'object' || logprobsResult === null) return null
  const { chosenCandidates, topCandidates } = logprobsResult as {
    chosenCandidates?: readonly GoogleToken[]
    topCandidates?: readonly { readonly candidates?: readonly GoogleToken[] }[]
  }
  const tops = listOf(topCandidates)
  const content = listOf(chosenCandidates).map((chosen, index) => ({
    ...toToken(chosen),
    top_logprobs: listOf(tops[index]?.candidates).map(toToken),
  }))
  return { content, refusal: null }
}

const ENCODER = new TextEncoder()

function toToken({ token = '', logProbability = 0 }: GoogleToken): Token {
  return { token, logprob: logProbability, bytes: [...ENCODER.encode(token)] }
}
