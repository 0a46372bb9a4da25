import { Buffer } from 'node:buffer'

/** How a client may want its vectors; OpenAI's SDKs ask for base64 unless they are told otherwise. */
export const FORMATS = ['float', 'base64'] as const
/** One of them. */
export type VectorFormat = (typeof FORMATS)[number]

/** Far more than rounding takes away from a vector's length. */
const TOLERANCE = 1e-4

/**
 * The vector with a length of one, as OpenAI's clients take for granted. Google cuts a vector to fewer dimensions
 * without stretching it again. https://ai.google.dev/gemini-api/docs/embeddings#quality-for-smaller-dimensions
 */
export function normalised(values: readonly number[]): readonly number[] {
  const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0))
  if (length === 0 || Math.abs(length - 1) < TOLERANCE) return values
  return values.map((value) => value / length)
}

/** A vector on the wire: a list of numbers, or base64 of 32-bit floats, least byte first. */
export function encodeVector(values: readonly number[], format: VectorFormat): readonly number[] | string {
  if (format === 'float') return values
  const bytes = Buffer.allocUnsafe(values.length * 4)
  for (const [index, value] of values.entries()) bytes.writeFloatLE(value, index * 4)
  return bytes.toString('base64')
}
