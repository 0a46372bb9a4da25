import type { Content, GenerateContentRequest } from '../../../core/canonical.ts'
import { defined } from '../../../core/codec/defined.ts'
import { AS_STATED, type ModelReading, toModelName } from '../../../core/codec/model-names.ts'
import {
  isRecord,
  optional,
  refuse,
  refuseType,
  required,
  toBoolean,
  toInteger,
  toText,
} from '../../../core/codec/request-values.ts'
import { unknownNames } from '../../../core/codec/unknown-names.ts'
import { traitsOf } from '../../../core/models.ts'
import type { Decoded } from '../../../core/plugin.ts'
import { refuseBody, sessionOf, wantsUsage } from '../chat-request.ts'
import { toGenerationConfig } from '../generation-config.ts'
import { askedAmong, checkUnmapped } from '../unmapped.ts'
import type { TextAsked } from './asked.ts'
import { AS_IN_CHATS, KNOWN_OF_TEXT, TEXT_UNMAPPED, TEXT_WITHOUT_COUNTERPART } from './parameters.ts'

type Body = Readonly<Record<string, unknown>>

/**
 * The body of `POST /v1/completions` in canonical form: its prompt is what the user says. Throws a GatewayError that
 * names the parameter for whatever is not as documented: https://platform.openai.com/docs/api-reference/completions
 */
export function decodeText(body: unknown, modelOf: ModelReading = AS_STATED): Decoded {
  if (!isRecord(body)) return refuseBody()
  const notes: string[] = []
  const model = toModelName(required(body, 'model', toText))
  const prompts = required(body, 'prompt', toPrompts)
  refuseUnserved(body)
  checkUnmapped(body, TEXT_UNMAPPED)
  const generationConfig = toGenerationConfig(toChatBody(body), traitsOf(modelOf(model)), notes)
  const stream = optional(body, 'stream', toBoolean) ?? false
  const count = Number(generationConfig?.candidateCount ?? 1)
  if (prompts.length * count > MOST_TEXTS)
    refuse('invalid_value', 'n', `'n' texts for each prompt are at most ${MOST_TEXTS} in all`)
  const asked: TextAsked = {
    form: 'text',
    prompts,
    count,
    echo: optional(body, 'echo', toBoolean) ?? false,
    includeUsage: wantsUsage(body),
  }
  const [request, ...others] = prompts.map((prompt) =>
    defined<GenerateContentRequest>({ contents: toContents(prompt), generationConfig }),
  )
  return {
    model,
    stream,
    request: request!,
    ...(others.length > 0 && { others }),
    notes: [...notes, ...notesOf(body)],
    asked,
    session: sessionOf(body),
  }
}

/** What the user says, where a prompt is all that is said. */
function toContents(prompt: string): Content[] {
  return [{ role: 'user', parts: [{ text: prompt }] }]
}

function toPrompts(value: unknown, param: string): string[] {
  const all = typeof value === 'string' ? [value] : value
  if (!Array.isArray(all)) return refuseType(value, param, 'a string or an array of strings')
  if (all.length > MOST_TEXTS)
    refuse('invalid_value', param, `'${param}' holds at most ${MOST_TEXTS} texts, not ${all.length}`)
  if (all.length === 0 || all.includes('')) refuse('invalid_value', param, `'${param}' must not be empty`)
  return all.map((each) =>
    typeof each === 'string'
      ? each
      : refuse('unsupported_value', param, `'${param}' must be texts: Gemini takes no tokens of OpenAI's`),
  )
}

/** Each is a generation of its own. */
const MOST_TEXTS = 100

function refuseUnserved(body: Body): void {
  const suffix = optional(body, 'suffix', toText)
  if (suffix) refuse('unsupported_parameter', 'suffix', "Gemini fills no gap: leave 'suffix' out")
  const best = optional(body, 'best_of', (value, param) => toInteger(value, param, 1, 20))
  if (best !== undefined && best !== Number(body.n ?? 1))
    refuse('unsupported_value', 'best_of', "No answers are made to choose from: 'best_of' must be 'n'")
}

/** The parameters that a chat has too, in a chat's form. */
function toChatBody(body: Body): Body {
  const shared = Object.fromEntries(AS_IN_CHATS.map((name) => [name, body[name]]))
  const logprobs = optional(body, 'logprobs', (value, param) => toInteger(value, param, 0, 5))
  return logprobs === undefined ? shared : { ...shared, logprobs: true, top_logprobs: logprobs }
}

function notesOf(body: Body): string[] {
  const dropped = askedAmong(body, TEXT_WITHOUT_COUNTERPART)
  const unknown = unknownNames(body, KNOWN_OF_TEXT)
  return [
    ...dropped.map((name) => `${name}: Gemini has no counterpart`),
    ...(unknown.length > 0 ? [`ignored: ${unknown.join(', ')}`] : []),
  ]
}
