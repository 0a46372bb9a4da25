import type { GenerateContentRequest } from '../../../core/canonical.ts'
import { AS_STATED, type ModelReading } from '../../../core/codec/model-names.ts'
import { isRecord } from '../../../core/codec/request-values.ts'
import { toCountTokens } from '../../../core/codec/token-count.ts'
import { GatewayError } from '../../../core/errors.ts'
import type { Conversion } from '../../../core/plugin.ts'
import type { ResponseAsked } from './asked.ts'
import { itemsBefore, resolved } from './history.ts'
import type { KeptResponses } from './kept-responses.ts'
import { decodeConversation, decodeResponse, previousOf } from './response-request.ts'

/** `POST /v1/responses/input_tokens` as Google's `countTokens`; what the store has of the conversation counts too. */
export async function toTokenCount(
  body: unknown,
  client: string,
  kept: KeptResponses,
  modelOf: ModelReading = AS_STATED,
): Promise<Conversion> {
  const { model: stated, request: own, notes, asked, schemasAt } = decodeResponse(body, 'response', modelOf)
  const model = modelOf(stated)
  const request = { ...own, ...(await pastOf(asked.body, model, client, kept)) }
  return toCountTokens({ model, request, notes, schemasAt }, (answer) => ({
    object: 'response.input_tokens',
    input_tokens: countIn(answer),
  }))
}

async function pastOf(
  body: ResponseAsked['body'],
  model: string,
  client: string,
  kept: KeptResponses,
): Promise<GenerateContentRequest> {
  const before = await itemsBefore(previousOf(body), client, kept)
  return decodeConversation(body, before, await resolved(body, client, kept), [], model)
}

/** Google leaves a count of nothing out. */
function countIn(answer: unknown): number {
  const { totalTokens = 0 } = isRecord(answer) ? answer : {}
  if (typeof totalTokens === 'number') return totalTokens
  throw new GatewayError('bad_upstream', 'Google counted no tokens')
}
