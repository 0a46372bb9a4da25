import { isRecord } from '../codec/request-values.ts'

/** A request's body in Vertex's form, and what is not in it because Vertex has no place for it. */
export interface VertexBody {
  readonly body: Record<string, unknown>
  /** Names of the fields that were left out; empty where the body says all that it said. */
  readonly leftOut: readonly string[]
}

/**
 * A body of the Gemini API as Vertex takes it. What both know stays as it is, what only the Gemini API knows and no
 * content depends on is left out, and all else Vertex refuses in its own words.
 */
export function toVertexBody(method: string, request: Record<string, unknown>): VertexBody {
  return method === 'countTokens' ? toCountBody(request) : toGenerationBody(request)
}

/** Source: what Google's own clients send to only one of both, https://github.com/googleapis/js-genai */
const ONLY_GEMINIS: Readonly<Record<string, readonly string[]>> = {
  request: ['store', 'model'],
  generationConfig: ['enableEnhancedCivicAnswers'],
  toolConfig: ['includeServerSideToolInvocations'],
  part: ['partMetadata'],
  functionResponse: ['willContinue'],
}

function toGenerationBody(request: Record<string, unknown>): VertexBody {
  const leftOut = new Set<string>()
  const without = (value: unknown, place: string) => withoutFields(value, ONLY_GEMINIS[place] ?? [], leftOut)
  const toPart = (part: unknown) =>
    withField(without(part, 'part'), 'functionResponse', (answer) => without(answer, 'functionResponse'))
  const toContent = (content: unknown) =>
    withField(withRole(content), 'parts', (parts) => eachOf(parts, toPart))

  let body = without(request, 'request')
  body = withField(body, 'contents', (contents) => eachOf(contents, toContent))
  for (const place of ['generationConfig', 'toolConfig'])
    body = withField(body, place, (value) => without(value, place))
  return { body: body as Record<string, unknown>, leftOut: [...leftOut].filter((name) => name !== 'model') }
}

/** Vertex has no `generateContentRequest` to count, but its fields; those that count. */
function toCountBody(request: Record<string, unknown>): VertexBody {
  const whole = request.generateContentRequest ?? request.generate_content_request
  const { body } = toGenerationBody(isRecord(whole) ? whole : request)
  const counted = Object.entries(body).filter(([name]) => COUNTED.has(toCamel(name)))
  return { body: Object.fromEntries(counted), leftOut: [] }
}

const COUNTED = new Set(['contents', 'systemInstruction', 'tools', 'generationConfig'])

/**
 * A content with the role that Vertex asks for: the Gemini API takes one without for the user's, and knows a role for
 * answers of functions. What is no content stays as it is.
 */
export function withRole(content: unknown): unknown {
  if (!isRecord(content)) return content
  const { role } = content
  return role === undefined || role === null || role === '' || role === 'function'
    ? { ...content, role: 'user' }
    : content
}

function withoutFields(value: unknown, names: readonly string[], leftOut: Set<string>): unknown {
  if (!isRecord(value)) return value
  const extra = Object.keys(value).filter((name) => names.includes(toCamel(name)))
  if (extra.length === 0) return value
  for (const name of extra) leftOut.add(toCamel(name))
  return Object.fromEntries(Object.entries(value).filter(([name]) => !extra.includes(name)))
}

/** The record with one of its fields, in either spelling, made anew; Google takes both. */
function withField(value: unknown, field: string, change: (value: unknown) => unknown): unknown {
  if (!isRecord(value)) return value
  const name = Object.keys(value).find((each) => toCamel(each) === field)
  return name === undefined ? value : { ...value, [name]: change(value[name]) }
}

/** Google takes a single message for a list of one. */
function eachOf(value: unknown, change: (item: unknown) => unknown): unknown {
  return Array.isArray(value) ? value.map(change) : change(value)
}

function toCamel(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
