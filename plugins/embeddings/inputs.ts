import type { Content, Part } from '../../core/canonical.ts'
import { refuse } from './refuse.ts'

/** OpenAI takes no more in one request. */
const MOST = 2048

/**
 * What is to be embedded, one content an input: a text, or Gemini's own form of anything else (an object with
 * `parts`, or with a `content` that has them). Parts within one content are one input, and get one vector.
 */
export function toContents(input: unknown): Content[] {
  if (input === undefined || input === null)
    return refuse('input', "Missing required parameter: 'input'", 'missing_required_parameter')
  const inputs = Array.isArray(input) ? input : [input]
  if (inputs.length === 0) return refuse('input', "'input' must not be an empty array")
  if (inputs.every(isToken) || inputs.some(isTokens)) return refuse('input', TOKENS)
  if (inputs.length > MOST)
    return refuse('input', `'input' has ${inputs.length} members, but may have ${MOST} at most`)
  return inputs.map((each, index) => toContent(each, Array.isArray(input) ? `'input[${index}]'` : "'input'"))
}

const TOKENS =
  "'input' holds token numbers of another model's, which Gemini cannot read: send texts " +
  '(LangChain for Python: OpenAIEmbeddings(check_embedding_ctx_length=False))'

const isToken = (value: unknown) => typeof value === 'number'
const isTokens = (value: unknown) => Array.isArray(value) && value.every(isToken)

function toContent(input: unknown, place: string): Content {
  if (typeof input === 'string')
    return input === ''
      ? refuse('input', `${place} must not be an empty string`)
      : { parts: [{ text: input }] }
  const parts = partsOf(input)
  if (parts === undefined)
    return refuse(
      'input',
      `${place} must be a string, or an object with 'parts' as Gemini has them`,
      'invalid_type',
    )
  return parts.length === 0 ? refuse('input', `${place} has no parts`) : { parts }
}

function partsOf(input: unknown): Part[] | undefined {
  if (!isRecord(input)) return undefined
  const { parts } = isRecord(input.content) ? input.content : input
  return Array.isArray(parts) && parts.every(isRecord) ? parts : undefined
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
