import type { Content, Part } from '../../core/canonical.ts'
import { isRecord, refuse, refuseType } from '../../core/codec/request-values.ts'

/** OpenAI takes no more in one request. */
const MOST = 2048

/**
 * What is to be embedded, one content an input: a text, or Gemini's own form of anything else (an object with
 * `parts`, or with a `content` that has them). Parts within one content are one input, and get one vector.
 */
export function toContents(input: unknown): Content[] {
  const inputs = Array.isArray(input) ? input : [input]
  if (inputs.length === 0) return refuse('invalid_value', 'input', "'input' must not be an empty array")
  if (inputs.every(isToken) || inputs.some(isTokens)) return refuse('invalid_value', 'input', TOKENS)
  if (inputs.length > MOST)
    return refuse(
      'invalid_value',
      'input',
      `'input' has ${inputs.length} members, but may have ${MOST} at most`,
    )
  return inputs.map((each, index) => toContent(each, Array.isArray(input) ? `input[${index}]` : 'input'))
}

const TOKENS =
  "'input' holds token numbers of another model's, which Gemini cannot read: send texts " +
  '(LangChain for Python: OpenAIEmbeddings(check_embedding_ctx_length=False))'

const isToken = (value: unknown) => typeof value === 'number'
const isTokens = (value: unknown) => Array.isArray(value) && value.every(isToken)

function toContent(input: unknown, place: string): Content {
  if (input === '') return refuse('invalid_value', 'input', `'${place}' must not be an empty string`)
  if (typeof input === 'string') return { parts: [{ text: input }] }
  const parts =
    partsOf(input) ?? refuseType(input, place, "a string, or an object with 'parts' as Gemini has them")
  return parts.length === 0 ? refuse('invalid_value', 'input', `'${place}' has no parts`) : { parts }
}

function partsOf(input: unknown): Part[] | undefined {
  if (!isRecord(input)) return undefined
  const { parts } = isRecord(input.content) ? input.content : input
  return Array.isArray(parts) && parts.every(isRecord) ? parts : undefined
}
