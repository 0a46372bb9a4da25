import assert from 'node:assert/strict'
import type { Candidate, GenerateContentResponse, Part } from '../core/canonical.ts'
import type { Asked } from '../plugins/openai-compat/asked.ts'
import { merged } from './merged.ts'
import { streamed, whole } from './openai-codec.ts'
import { foldStream } from './openai-fold.ts'

/** One choice of a completion. */
interface Told {
  readonly message: Record<string, unknown>
  readonly finish_reason: string
}

/** A reply, or a chunk, of one candidate; its end where nothing else is stated. */
export function says(parts: readonly Part[], rest: Partial<Candidate> = { finishReason: 'STOP' }) {
  return { candidates: [{ index: 0, content: { role: 'model', parts: [...parts] }, ...rest }] }
}

/** The first choice of a completion. */
export function firstOf(completion: Record<string, unknown> | undefined): Told {
  return (completion as { choices: Told[] }).choices[0]!
}

/** Encodes an answer both ways, sees that they agree, and gives the first choice. */
export function both(chunks: readonly GenerateContentResponse[], asked?: Partial<Asked>): Told {
  const completion = whole(merged(chunks), asked)
  const folded = foldStream(streamed(chunks, asked))
  assert.equal(folded.error, undefined)
  assert.deepEqual(folded.completion, completion)
  return firstOf(completion)
}
