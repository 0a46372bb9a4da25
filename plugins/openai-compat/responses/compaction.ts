import { listOf } from '../../../core/call/judge.ts'
import type { Content, GenerateContentRequest, GenerateContentResponse } from '../../../core/canonical.ts'
import type { ModelReading } from '../../../core/codec/model-names.ts'
import { GatewayError } from '../../../core/errors.ts'
import type { Call } from '../../../core/plugin.ts'
import { NOTHING_ASKED, responseAskedOf } from './asked.ts'
import { toSummary } from './envelope.ts'
import { itemsOf } from './input.ts'
import { typeOf } from './item.ts'
import { seedOf, toResponseId } from './output-log.ts'
import { toResponseUsage } from './response-object.ts'
import { type DecodedResponse, decodeResponse } from './response-request.ts'

/**
 * The body of `POST /v1/responses/compact` as a request for a summary:
 * https://platform.openai.com/docs/api-reference/responses/compact
 */
export function decodeCompaction(body: unknown, modelOf?: ModelReading): DecodedResponse {
  const decoded = decodeResponse(body, 'compaction', modelOf)
  return { ...decoded, request: toSummaryRequest(decoded.request) }
}

/** The same conversation, with the wish for a summary at its end and nothing to call. */
export function toSummaryRequest(request: GenerateContentRequest): GenerateContentRequest {
  const { tools: _, toolConfig: __, ...rest } = request
  return { ...rest, contents: withWish(request.contents ?? []) }
}

function withWish(contents: readonly Content[]): Content[] {
  const last = contents.at(-1)
  if (last?.role !== 'user') return [...contents, { role: 'user', parts: [WISH] }]
  return [...contents.slice(0, -1), { ...last, parts: [...(last.parts ?? []), WISH] }]
}

const WISH = {
  text: 'The conversation has grown too long. Write down all that somebody needs to go on with it in your place and who has not read it: what is wanted, what was decided and why, what was done and found out (names, paths, numbers, errors as they were), what is left to do next. Write nothing else.',
}

/** A summary as the items to go on with: what the users said, and the summary in an item of its own. */
export function toCompaction(reply: GenerateContentResponse, call: Call): Readonly<Record<string, unknown>> {
  const { body } = responseAskedOf(call) ?? NOTHING_ASKED
  const words = wordsOf(reply)
  if (words === '') throw new GatewayError('bad_upstream', 'The model wrote no summary')
  const item = {
    id: `cmp_${seedOf(call.id)}0000`,
    type: 'compaction',
    encrypted_content: toSummary(BEFORE + words),
  }
  const users = itemsOf(body).filter((each) => typeOf(each) === 'message' && each.role === 'user')
  return {
    id: toResponseId(call.id),
    object: 'response.compaction',
    created_at: Math.floor(call.at / 1000),
    output: [...users, item],
    usage: toResponseUsage(reply.usageMetadata ?? {}),
  }
}

const BEFORE = 'The conversation before this, in short:\n\n'

function wordsOf({ candidates }: GenerateContentResponse): string {
  const parts = listOf(listOf(candidates)[0]?.content?.parts)
  return parts.map(({ text, thought }) => (thought ? '' : (text ?? ''))).join('')
}
