import type { Content } from '../../core/canonical.ts'
import { toContents } from './inputs.ts'
import { type Aliases, toModel } from './model-names.ts'
import { refuse } from './refuse.ts'
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
export function toEmbeddingsAsked(body: unknown, aliases: Aliases): EmbeddingsAsked {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return refuse('body', 'The request body must be a JSON object', 'invalid_type')
  const stated = body as Readonly<Record<string, unknown>>
  const { model, dimensions } = toModel(stated.model, aliases)
  const resource = model.includes('/') ? model : `models/${model}`
  const shared = {
    model: resource,
    ...defined('taskType', toTaskType(stated)),
    ...defined('outputDimensionality', toDimensions(stated.dimensions) ?? dimensions),
  }
  const requests = toContents(stated.input).map((content) => ({ ...shared, content }))
  return { model, requests, format: toFormat(stated.encoding_format), notes: toNotes(stated, model) }
}

function toDimensions(stated: unknown): number | undefined {
  if (stated === undefined || stated === null) return undefined
  if (typeof stated !== 'number' || !Number.isInteger(stated))
    return refuse('dimensions', "'dimensions' must be an integer", 'invalid_type')
  return stated > 0 ? stated : refuse('dimensions', "'dimensions' must be at least 1")
}

function toFormat(stated: unknown): VectorFormat {
  if (stated === undefined || stated === null) return 'float'
  const format = FORMATS.find((each) => each === stated)
  return format ?? refuse('encoding_format', `'encoding_format' must be one of ${FORMATS.join(', ')}`)
}

/** `user` is for OpenAI's own watch over its users, and goes nowhere. */
const KNOWN = new Set<string>(['model', 'input', 'dimensions', 'encoding_format', 'user', ...TASK_FIELDS])

function toNotes(stated: Readonly<Record<string, unknown>>, model: string): string[] {
  const asked = String(stated.model)
  const ignored = Object.keys(stated).filter((name) => !KNOWN.has(name))
  return [
    ...(asked.endsWith(model) ? [] : [`${asked.slice(0, 60)} is answered by ${model}`]),
    ...ignored.slice(0, 10).map((name) => `${name.slice(0, 60)} ignored`),
  ]
}

function defined<Name extends string, Value>(name: Name, value: Value | undefined) {
  return value === undefined ? {} : { [name]: value }
}
