import { isRecord } from '../../../core/codec/request-values.ts'
import { GatewayError } from '../../../core/errors.ts'
import type { Conversion } from '../../../core/plugin.ts'
import { decodeResponse } from './response-request.ts'

/** `POST /v1/responses/input_tokens` as Google's `countTokens`. */
export function toTokenCount(body: unknown): Conversion {
  const { model, request, notes } = decodeResponse(body)
  const resource = model.includes('/') ? model : `models/${model}`
  return {
    target: {
      path: `/v1beta/${resource}:countTokens`,
      query: '',
      operation: 'countTokens',
      model,
      stream: false,
      short: true,
    },
    body: { generateContentRequest: { model: resource, ...request } },
    notes,
    toAnswer: (answer) => ({ object: 'response.input_tokens', input_tokens: countIn(answer) }),
  }
}

/** Google leaves a count of nothing out. */
function countIn(answer: unknown): number {
  const { totalTokens = 0 } = isRecord(answer) ? answer : {}
  if (typeof totalTokens === 'number') return totalTokens
  throw new GatewayError('bad_upstream', 'Google counted no tokens')
}
