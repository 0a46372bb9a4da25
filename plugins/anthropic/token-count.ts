import { AS_STATED, type ModelReading } from '../../core/codec/model-names.ts'
import { isRecord } from '../../core/codec/request-values.ts'
import { toCountTokens } from '../../core/codec/token-count.ts'
import { GatewayError } from '../../core/errors.ts'
import type { Conversion } from '../../core/plugin.ts'
import { decodePrompt } from './messages-request.ts'
import type { ModelMapping } from './model-mapping.ts'

/** `POST /v1/messages/count_tokens` as Google's `countTokens`, with system and tools counted. */
export function toTokenCount(
  body: unknown,
  mapping: ModelMapping,
  modelOf: ModelReading = AS_STATED,
): Conversion {
  const { model: stated, ...prompt } = decodePrompt(body, mapping, modelOf)
  return toCountTokens({ ...prompt, model: modelOf(stated) }, (answer) => ({ input_tokens: countIn(answer) }))
}

function countIn(answer: unknown): number {
  const count = isRecord(answer) ? answer.totalTokens : undefined
  if (typeof count === 'number') return count
  throw new GatewayError('bad_upstream', 'Google gave no number of tokens')
}
