import assert from 'node:assert/strict'
import type { Candidate, GenerateContentResponse, Part } from '../core/canonical.ts'
import { merged } from './merged.ts'
import { streamedResponse, wholeResponse } from './openai-codec.ts'
import { foldResponse } from './responses-fold.ts'

/** An item of a response's output. */
export type Item = Record<string, unknown>
/** What a request asked of its response. */
export type Asked = Parameters<typeof wholeResponse>[1]

/** Of a request that includes all there is. */
export const ALL: Asked = { include: { signatures: true, codeOutputs: true, searchSources: true } }

/** A chunk in which the model says something. */
export function said(...parts: Part[]): GenerateContentResponse {
  return { candidates: [{ index: 0, content: { role: 'model', parts } }] }
}

/** The last chunk of an answer. */
export function ended(more: Partial<Candidate> = {}, ...parts: Part[]): GenerateContentResponse {
  return { candidates: [{ index: 0, content: { role: 'model', parts }, finishReason: 'STOP', ...more }] }
}

/** The output of a stream; throws where it is not that of the whole answer. */
export function outputOf(chunks: readonly GenerateContentResponse[], asked?: Asked): readonly Item[] {
  const { response, output } = foldResponse(streamedResponse(chunks, asked))
  assert.deepEqual(response, wholeResponse(merged(chunks), asked))
  return output
}
