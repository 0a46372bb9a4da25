import { createHash } from 'node:crypto'
import { type ErrorAnswer, googleError } from './error-answer.ts'
import { fieldOf, listOf } from './wire-fields.ts'

const DIMENSIONS = 3072

/** The answer of `embedContent` or `batchEmbedContents`, or Google's refusal. */
export function embed(operation: string, request: unknown): { body: unknown } | { error: ErrorAnswer } {
  const requests = operation === 'embedContent' ? [request] : listOf(fieldOf(request, 'requests'))
  const error = operation === 'embedContent' ? undefined : refuseBatch(requests)
  if (error) return { error }
  const dimensions = requests.map((item) => Number(fieldOf(item, 'outputDimensionality') ?? DIMENSIONS))
  if (dimensions.some((size) => size < 1 || size > DIMENSIONS)) {
    return { error: googleError('INVALID_ARGUMENT', 'Request contains an invalid argument.') }
  }
  const embeddings = requests.map((item, index) => ({ values: vectorOf(textOf(item), dimensions[index]!) }))
  return { body: operation === 'embedContent' ? { embedding: embeddings[0] } : { embeddings } }
}

/** The same text always has the same vector; it has length 1 at full size, and a shorter one is its beginning. */
export function vectorOf(text: string, dimensions: number): number[] {
  const values = noiseOf(text)
  const length = Math.hypot(...values)
  return values.slice(0, dimensions).map((value) => Number((value / length).toFixed(8)))
}

function refuseBatch(requests: readonly unknown[]): ErrorAnswer | undefined {
  if (requests.length === 0) return invalid('requests: requests is not specified')
  if (requests.length > 100) return invalid('requests: at most 100 requests can be in one batch')
  const unnamed = requests.findIndex(
    (item) => !/^(models|tunedModels)\//.test(String(fieldOf(item, 'model'))),
  )
  return unnamed < 0 ? undefined : invalid(`requests[${unnamed}].model: unexpected model name format`)
}

function invalid(fault: string): ErrorAnswer {
  return googleError('INVALID_ARGUMENT', `* BatchEmbedContentsRequest.${fault}\n`)
}

function textOf(request: unknown): string {
  return listOf(fieldOf(fieldOf(request, 'content'), 'parts'))
    .map((part) => fieldOf(part, 'text') ?? JSON.stringify(part))
    .join('')
}

function noiseOf(text: string): number[] {
  let state = createHash('sha256').update(text).digest().readUInt32LE(0) | 1
  return Array.from({ length: DIMENSIONS }, () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state / 2_147_483_648
  })
}
