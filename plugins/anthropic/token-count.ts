import { AS_STATED, type ModelReading } from '../../core/codec/model-names.ts'
import { isRecord } from '../../core/codec/request-values.ts'
import { GatewayError } from '../../core/errors.ts'
import { fitSchemas } from '../../core/fitting/fit-schemas.ts'
import { traitsOf } from '../../core/models.ts'
import type { Conversion } from '../../core/plugin.ts'
import { decodePrompt } from './messages-request.ts'
import type { ModelMapping } from './model-mapping.ts'

/** `POST /v1/messages/count_tokens` as Google's `countTokens`, with system and tools counted. */
export function toTokenCount(
  body: unknown,
  mapping: ModelMapping,
  modelOf: ModelReading = AS_STATED,
): Conversion {
  const { model: stated, request: prompt, notes, schemasAt } = decodePrompt(body, mapping, modelOf)
  const model = modelOf(stated)
  const { request } = fitSchemas(prompt, traitsOf(model).schemas, schemasAt)
  const resource = model.includes('/') ? model : `models/${model}`
  return {
    target: {
      path: `/v1beta/${resource.split('/').map(encodeURIComponent).join('/')}:countTokens`,
      query: '',
      operation: 'countTokens',
      model,
      stream: false,
      short: true,
    },
    body: { generateContentRequest: { model: resource, ...request } },
    notes,
    toAnswer: (answer) => ({ input_tokens: countIn(answer) }),
  }
}

function countIn(answer: unknown): number {
  const count = isRecord(answer) ? answer.totalTokens : undefined
  if (typeof count === 'number') return count
  throw new GatewayError('bad_upstream', 'Google gave no number of tokens')
}
