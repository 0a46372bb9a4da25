import type { Content } from '../../core/canonical.ts'
import { defined } from '../../core/codec/defined.ts'
import { AS_STATED, type ModelReading } from '../../core/codec/model-names.ts'
import { optional, required, toInteger, toOneOf, toRecord, toText } from '../../core/codec/request-values.ts'
import { unknownNames } from '../../core/codec/unknown-names.ts'
import { toContents } from './inputs.ts'
import { type Aliases, toModel } from './model-names.ts'
import { TASK_FIELDS, toTaskType } from './task-types.ts'
import { FORMATS, type VectorFormat } from './vectors.ts'

/** One input, as Google takes it. https://ai.google.dev/api/embeddings#EmbedContentRequest */
export interface EmbedContentRequest {
  /** `models/…` */
  readonly model: string
  readonly content: Content
  readonly taskType?: string
  readonly outputDimensionality?: number
}

/** What a client asked for. */
export interface EmbeddingsAsked {
  /** Without `models/`. */
  readonly model: string
  readonly requests: readonly EmbedContentRequest[]
  readonly format: VectorFormat
  readonly notes: readonly string[]
}

/**
 * Reads OpenAI's request; throws a GatewayError for what is not one.
 * https://platform.openai.com/docs/api-reference/embeddings/create
 */
export function toEmbeddingsAsked(
  body: unknown,
  aliases: Aliases,
  modelOf: ModelReading = AS_STATED,
): EmbeddingsAsked {
  const stated = toRecord(body, 'body')
  const { model: named, dimensions } = toModel(required(stated, 'model', toText), aliases)
  const model = modelOf(named)
  const resource = model.includes('/') ? model : `models/${model}`
  const shared = defined({
    model: resource,
    taskType: toTaskType(stated),
    outputDimensionality: optional(stated, 'dimensions', toDimensions) ?? dimensions,
  })
  optional(stated, 'user', toText)
  const requests = required(stated, 'input', toContents).map((content) => ({ ...shared, content }))
  return {
    model,
    requests,
    format: optional(stated, 'encoding_format', toFormat) ?? 'float',
    notes: toNotes(stated, model),
  }
}

/** Which sizes a model has, it says itself. */
const toDimensions = (value: unknown, param: string) => toInteger(value, param, 1, 1_000_000)
const toFormat = (value: unknown, param: string) => toOneOf(value, param, FORMATS)

/** `user` is for OpenAI's own watch over its users, and goes nowhere. */
const KNOWN = new Set<string>(['model', 'input', 'dimensions', 'encoding_format', 'user', ...TASK_FIELDS])

function toNotes(stated: Readonly<Record<string, unknown>>, model: string): string[] {
  const asked = String(stated.model)
  const ignored = unknownNames(stated, KNOWN)
  return [
    ...(asked.endsWith(model) ? [] : [`${asked.slice(0, 60)} is answered by ${model}`]),
    ...(ignored.length > 0 ? [`ignored: ${ignored.join(', ')}`] : []),
  ]
}
