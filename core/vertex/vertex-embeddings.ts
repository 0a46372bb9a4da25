import { defined } from '../codec/defined.ts'
import { isRecord } from '../codec/request-values.ts'
import { GatewayError } from '../errors.ts'
import { withRole } from './vertex-body.ts'

/** One embedding as Vertex is asked for it; it takes one content a call. */
export interface VertexEmbedding {
  readonly method: 'embedContent' | 'predict'
  readonly body: Record<string, unknown>
}

/** A vector, and what it cost where Vertex says so. */
export interface Embedded {
  readonly values: unknown
  readonly tokens: number | undefined
}

/**
 * An `EmbedContentRequest` of the Gemini API as Vertex takes it. Newer models have `embedContent`, older ones only
 * `predict`: https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api
 */
export function toVertexEmbedding(model: string, request: unknown): VertexEmbedding {
  const stated: Record<string, unknown> = isRecord(request) ? request : {}
  const { content } = stated
  const taskType = stated.taskType ?? stated.task_type
  const outputDimensionality = stated.outputDimensionality ?? stated.output_dimensionality
  const { title } = stated
  if (isPredicted(model)) {
    const instance = defined({ content: textOf(content), task_type: taskType, title })
    const parameters = defined({ outputDimensionality })
    return { method: 'predict', body: { instances: [instance], parameters } }
  }
  const embedContentConfig = defined({ taskType, title, outputDimensionality })
  return { method: 'embedContent', body: { content: withRole(content), embedContentConfig } }
}

/** What Vertex answered to either; `values` is undefined where that was no vector. */
export function fromVertexEmbedding(json: Readonly<Record<string, unknown>>): Embedded {
  const { embedding, usageMetadata, predictions } = json
  if (isRecord(embedding)) {
    const tokens = isRecord(usageMetadata) ? usageMetadata.promptTokenCount : undefined
    return { values: embedding.values, tokens: toCount(tokens) }
  }
  const [first] = Array.isArray(predictions) ? predictions : []
  const embeddings = isRecord(first) && isRecord(first.embeddings) ? first.embeddings : {}
  const statistics = isRecord(embeddings.statistics) ? embeddings.statistics : {}
  return { values: embeddings.values, tokens: toCount(statistics.token_count) }
}

/** Whether Vertex has no such method of the model, so that a client that calls it speaks of the Gemini API's. */
export function isGeminisAlone({
  method,
  model,
}: {
  readonly method: string
  readonly model: string
}): boolean {
  return method === 'batchEmbedContents' || (method === 'embedContent' && isPredicted(model))
}

function isPredicted(model: string): boolean {
  return !model.includes('gemini') || model === 'gemini-embedding-001'
}

function textOf(content: unknown): string {
  const parts = partsOf(content)
  if (parts.length === 0)
    throw new GatewayError('invalid_request', '"content" has no parts; give it one with a text', {
      param: 'content',
    })
  const texts = parts.map((part) => (isRecord(part) ? part.text : undefined))
  if (texts.every((text) => typeof text === 'string')) return texts.join('')
  throw new GatewayError(
    'invalid_request',
    'This model embeds text alone at Vertex; take gemini-embedding-2',
    {
      param: 'content',
    },
  )
}

/** Google takes a single message for a list of one. */
function partsOf(content: unknown): readonly unknown[] {
  const parts = isRecord(content) ? content.parts : undefined
  return Array.isArray(parts) ? parts : isRecord(parts) ? [parts] : []
}

function toCount(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}
