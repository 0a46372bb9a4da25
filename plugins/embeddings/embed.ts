import { Buffer } from 'node:buffer'
import type { UsageMetadata } from '../../core/canonical.ts'
import { GatewayError } from '../../core/errors.ts'
import { inParallel } from '../../core/in-parallel.ts'
import type { NativeCall, NativeReply } from '../../core/native-calls.ts'
import { toBatches } from './batches.ts'
import type { EmbedContentRequest, EmbeddingsAsked } from './embedding-request.ts'
import { encodeVector, normalised } from './vectors.ts'

/** Batches under way at once; each of them holds some megabytes. */
const WIDTH = 8

/** A batch that was answered. */
interface Embedded {
  readonly vectors: readonly (readonly number[] | string)[]
  readonly tokens: number
}

/**
 * Embeds every input, and answers as OpenAI does: in the order of the inputs, all of them or an error.
 * https://platform.openai.com/docs/api-reference/embeddings/object
 */
export async function embed(
  { model, requests, format }: EmbeddingsAsked,
  send: (native: NativeCall) => Promise<NativeReply>,
): Promise<{ readonly body: object; readonly usage: UsageMetadata }> {
  const batches = await inParallel(toBatches(requests), WIDTH, async (batch): Promise<Embedded> => {
    const { json, usage } = await send({
      operation: 'batchEmbedContents',
      model,
      request: { requests: batch },
    })
    const vectors = vectorsOf(json, batch.length).map((values) => encodeVector(normalised(values), format))
    return { vectors, tokens: usage?.promptTokenCount ?? estimateTokens(batch) }
  })
  const tokens = batches.reduce((sum, batch) => sum + batch.tokens, 0)
  const data = batches
    .flatMap(({ vectors }) => vectors)
    .map((embedding, index) => ({ object: 'embedding', index, embedding }))
  return {
    body: { object: 'list', data, model, usage: { prompt_tokens: tokens, total_tokens: tokens } },
    usage: { promptTokenCount: tokens, totalTokenCount: tokens },
  }
}

/** The vectors of a batch's members, one each; anything else would give texts the vectors of others. */
function vectorsOf({ embeddings }: NativeReply['json'], count: number): number[][] {
  const vectors = Array.isArray(embeddings) ? embeddings.map((each) => each?.values) : []
  if (vectors.length === count && vectors.every(isVector)) return vectors
  throw new GatewayError('bad_upstream', `Google answered ${count} inputs with ${vectors.length} embeddings`)
}

function isVector(values: unknown): values is number[] {
  return Array.isArray(values) && values.length > 0
}

/** Google seldom counts; four bytes are about a token, and nothing is less than one. */
function estimateTokens(batch: readonly EmbedContentRequest[]): number {
  const texts = batch.flatMap(({ content }) => content.parts ?? [])
  return texts.reduce((sum, { text }) => sum + (text === undefined ? MEDIA_TOKENS : tokensOf(text)), 0)
}

const tokensOf = (text: string) => Math.max(1, Math.ceil(Buffer.byteLength(text) / 4))
/** What Google counts for a picture, the least that any media cost. */
const MEDIA_TOKENS = 258
