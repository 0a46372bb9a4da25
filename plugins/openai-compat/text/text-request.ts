import type { GenerateContentRequest } from '../../../core/canonical.ts'
import { defined } from '../../../core/codec/defined.ts'
import { toModelName } from '../../../core/codec/model-names.ts'
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
import type { TextAsked } from './asked.ts'
import { AS_IN_CHATS, KNOWN_OF_TEXT, TEXT_WITHOUT_COUNTERPART } from './parameters.ts'

type Body = Readonly<Record<string, unknown>>

/**
 * The body of `POST /v1/completions` in canonical form: its prompt is what the user says. Throws a GatewayError that
 * names the parameter for whatever is not as documented: https://platform.openai.com/docs/api-reference/completions
 */
export function decodeText(body: unknown): Decoded {
  if (!isRecord(body)) return refuseBody()
  const notes: string[] = []
  const model = toModelName(required(body, 'model', toText))
  const prompt = required(body, 'prompt', toPrompt)
  refuseUnserved(body)
  const request = defined<GenerateContentRequest>({
    contents: [{ role: 'user', parts: [{ text: prompt }] }],
    generationConfig: toGenerationConfig(toChatBody(body), traitsOf(model), notes),
  })
  const asked: TextAsked = {
    form: 'text',
    echo: optional(body, 'echo', toBoolean) ? prompt : '',
    includeUsage: wantsUsage(body),
  }
  const stream = optional(body, 'stream', toBoolean) ?? false
  return { model, stream, request, notes: [...notes, ...notesOf(body)], asked, session: sessionOf(body) }
}

function toPrompt(value: unknown, param: string): string {
  const only = Array.isArray(value) && value.length === 1 ? value[0] : value
  if (typeof only === 'string')
    return only === '' ? refuse('invalid_value', param, `'${param}' must not be empty`) : only
  if (!Array.isArray(only)) return refuseType(value, param, 'a string or an array of one string')
  if (only.length > 1 && only.every((each) => typeof each === 'string'))
    return refuse(
      'unsupported_value',
      param,
      'Several prompts in one request are not served: send a request for each',
    )
  return refuse('unsupported_value', param, `'${param}' must be a text: Gemini takes no tokens of OpenAI's`)
}

function refuseUnserved(body: Body): void {
  const suffix = optional(body, 'suffix', toText)
  if (suffix) refuse('unsupported_parameter', 'suffix', "Gemini fills no gap: leave 'suffix' out")
  const best = optional(body, 'best_of', (value, param) => toInteger(value, param, 1, 20))
  if (best !== undefined && best > Number(body.n ?? 1))
    refuse(
      'unsupported_value',
      'best_of',
      "No answers are made to choose from: 'best_of' must not exceed 'n'",
    )
}

/** The parameters that a chat has too, in a chat's form. */
function toChatBody(body: Body): Body {
  const shared = Object.fromEntries(AS_IN_CHATS.map((name) => [name, body[name]]))
  const logprobs = optional(body, 'logprobs', (value, param) => toInteger(value, param, 0, 5))
  return logprobs === undefined ? shared : { ...shared, logprobs: true, top_logprobs: logprobs }
}

function notesOf(body: Body): string[] {
  const dropped = TEXT_WITHOUT_COUNTERPART.filter((name) => body[name] != null)
  const unknown = unknownNames(body, KNOWN_OF_TEXT)
  return [
    ...dropped.map((name) => `${name}: Gemini has no counterpart`),
    ...(unknown.length > 0 ? [`ignored: ${unknown.join(', ')}`] : []),
  ]
}
