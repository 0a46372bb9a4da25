import { optional, toFilledText, toInteger, toList, toRecord } from '../../core/codec/request-values.ts'

type Fields = Readonly<Record<string, unknown>>

/** Gemini's own fields of a request, which OpenAI's clients send beside their own. */
export interface GoogleFields {
  /** Of the request itself: `safetySettings`, `cachedContent`. */
  readonly request: Fields
  /** Of its `generationConfig`. */
  readonly config: Fields
  readonly tools: readonly Record<string, unknown>[]
  /** The names of what was passed by. */
  readonly ignored: readonly string[]
}

/** Those that some clients send outermost. */
export const GOOGLES = ['safety_settings', 'thinking_config'] as const

/**
 * Reads `extra_body.google`, where Google's OpenAI layer has them (https://ai.google.dev/gemini-api/docs/openai), and
 * `google`, with names in either case, and what of `GOOGLES` lies outermost. Google checks the values.
 */
export function toGoogleFields(body: Fields): GoogleFields {
  const extra = optional(body, 'extra_body', toRecord) ?? {}
  const found = { request: {}, config: {}, tools: [], ignored: [] } as Found
  for (const name of Object.keys(extra)) if (name !== 'google') found.ignored.push(`extra_body.${name}`)
  for (const name of GOOGLES) if (body[name] != null) READERS[toCamelCase(name)]!(body[name], name, found)
  read(optional(extra, 'google', toRecord, 'extra_body.google'), 'extra_body.google', found)
  read(optional(body, 'google', toRecord), 'google', found)
  return found
}

interface Found {
  request: Record<string, unknown>
  config: Record<string, unknown>
  tools: Record<string, unknown>[]
  ignored: string[]
}

function read(fields: Fields | undefined, place: string, found: Found): void {
  for (const [stated, value] of Object.entries(fields ?? {})) {
    const name = toCamelCase(stated)
    const param = `${place}.${stated}`
    if (value == null) continue
    if (Object.hasOwn(READERS, name)) READERS[name]!(value, param, found)
    else found.ignored.push(param)
  }
}

const READERS: Readonly<Record<string, (value: unknown, param: string, found: Found) => void>> = {
  cachedContent(value, param, { request }) {
    request.cachedContent = toFilledText(value, param)
  },
  safetySettings(value, param, { request }) {
    request.safetySettings = toList(value, param).map((each, index) => toRecord(each, `${param}[${index}]`))
  },
  tools(value, param, { tools }) {
    toList(value, param).forEach(
      (each, index) => void tools.push(withCamelCase(toRecord(each, `${param}[${index}]`))),
    )
  },
  generationConfig(value, param, { config }) {
    const stated = toRecord(value, param)
    for (const name of ['candidateCount', 'candidate_count'])
      optional(stated, name, toCandidateCount, `${param}.${name}`)
    Object.assign(config, withCamelCase(stated))
  },
  thinkingConfig: toConfig('thinkingConfig'),
  imageConfig: toConfig('imageConfig'),
  speechConfig: toConfig('speechConfig'),
}

/** As many answers as Google makes of one request at most; where the model makes one only, each is a call. */
export function toCandidateCount(value: unknown, param: string): number {
  return toInteger(value, param, 1, 8)
}

function toConfig(name: string) {
  return (value: unknown, param: string, { config }: Found) => {
    config[name] = withCamelCase(toRecord(value, param))
  }
}

/** The outermost names; what lies deeper Google takes in either case, and some of it are the client's own names. */
function withCamelCase(fields: Fields): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [toCamelCase(name), value]))
}

const toCamelCase = (name: string) =>
  name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
