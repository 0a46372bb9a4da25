import assert from 'node:assert/strict'
import type { Candidate, GenerateContentResponse, Part } from '../core/canonical.ts'
import type { Asked } from '../plugins/anthropic/asked.ts'
import { decoded, streamed, whole } from './anthropic-codec.ts'
import { foldMessage } from './anthropic-fold.ts'
import { merged } from './merged.ts'

/** As much of a message as the tests look at. */
export interface Message {
  readonly content: readonly Block[]
  readonly stop_reason: string
  readonly stop_sequence: string | null
  readonly stop_details: { readonly explanation: string } | null
  readonly usage: Record<string, unknown>
}

/** As much of a block. */
export interface Block {
  readonly type: string
  readonly id?: string
  readonly name?: string
  readonly text?: string
  readonly thinking?: string
  readonly input?: unknown
  readonly citations?: unknown
  readonly tool_use_id?: string
  readonly content?: Record<string, unknown>
}

/** What the chunks become, streamed and whole, which must be the same. */
export function told(chunks: readonly GenerateContentResponse[], asked?: Partial<Asked>): Message {
  const { message, error, done } = foldMessage(streamed(chunks, asked))
  assert.equal(error, undefined)
  assert.ok(done)
  assert.deepEqual(message, whole(merged(chunks), asked))
  return message as unknown as Message
}

/** A chunk with these parts. */
export function says(...parts: Part[]): GenerateContentResponse {
  return { candidates: [{ index: 0, content: { role: 'model', parts } }] }
}

/** A chunk that ends the answer. */
export function ends(more: Partial<Candidate> = {}): GenerateContentResponse {
  return { candidates: [{ index: 0, finishReason: 'STOP', ...more }] }
}

/** A part that calls a function. */
export const call = (name: string, thoughtSignature?: string): Part => ({
  functionCall: { id: 'fc-1', name, args: { of: name } },
  ...(thoughtSignature !== undefined && { thoughtSignature }),
})

/** The types of a message's blocks, in their order. */
export const kinds = (message: Message) => message.content.map(({ type }) => type)

/** The parts that Google gets back when a client returns an answer's content. */
export function returned({ content }: Message): Part[] {
  const results = content
    .filter(({ type }) => type === 'tool_use')
    .map(({ id }) => ({ type: 'tool_result', tool_use_id: id, content: 'x' }))
  const messages = [
    { role: 'user', content: 'Hi' },
    { role: 'assistant', content },
    { role: 'user', content: [...results, { type: 'text', text: 'And?' }] },
  ]
  return decoded({ messages }).request.contents?.[1]?.parts ?? []
}
