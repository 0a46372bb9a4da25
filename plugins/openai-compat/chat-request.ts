import type { GenerateContentRequest } from '../../core/canonical.ts'
import { defined } from '../../core/codec/defined.ts'
import { besideFunctions } from '../../core/codec/google-search.ts'
import { AS_STATED, type ModelReading, toModelName } from '../../core/codec/model-names.ts'
import {
  isRecord,
  optional,
  refuse,
  required,
  toBoolean,
  toRecord,
  toText,
} from '../../core/codec/request-values.ts'
import { fewNames, unknownNames } from '../../core/codec/unknown-names.ts'
import { GatewayError } from '../../core/errors.ts'
import { type ModelTraits, traitsOf } from '../../core/models.ts'
import type { Decoded } from '../../core/plugin.ts'
import { type FunctionNames, toFunctionNames } from '../../core/schema-compiler/function-names.ts'
import type { Asked } from './asked.ts'
import { toGenerationConfig } from './generation-config.ts'
import { toGoogleFields } from './google-fields.ts'
import { type Message, readMessages } from './messages.ts'
import { KNOWN, UNMAPPED, WITHOUT_COUNTERPART } from './parameters.ts'
import { toPrompt } from './prompt.ts'
import { withSearch } from './search-wish.ts'
import { toServiceTier } from './service-tier.ts'
import { type Spoken, toSpoken } from './spoken-answers.ts'
import { ignoredOfWishes } from './thinking-wish.ts'
import { placesOf, readTools, toGoogleTools, toToolConfig } from './tools.ts'
import { toContents } from './turns.ts'
import { askedAmong, checkUnmapped } from './unmapped.ts'

type Body = Readonly<Record<string, unknown>>

/**
 * The body of `POST /v1/chat/completions` in canonical form. Throws a GatewayError that names the parameter for
 * whatever is not as documented: https://platform.openai.com/docs/api-reference/chat/create
 */
export function decodeChat(body: unknown, modelOf: ModelReading = AS_STATED): Decoded {
  if (!isRecord(body)) return refuseBody()
  const notes: string[] = []
  const model = toModelName(required(body, 'model', toText))
  const traits = traitsOf(modelOf(model))
  checkUnmapped(body, UNMAPPED)
  const { messages, ignored } = readMessages(body, traits, notes)
  const declared = readTools(body)
  const names = toFunctionNames(declared.tools.map(({ name }) => name))
  const google = toGoogleFields(body)
  const spoken = toSpoken(body, notes)
  const config = { ...toGenerationConfig(body, traits, notes), ...spokenConfig(spoken), ...google.config }
  const asGiven = defined<GenerateContentRequest>({
    ...toConversation(messages, names, traits, notes),
    tools: toGoogleTools(declared, names),
    toolConfig: toToolConfig(body, declared, names),
    generationConfig: Object.keys(config).length > 0 ? config : undefined,
    serviceTier: toServiceTier(body),
    ...google.request,
  })
  const equipped = withGoogles(asGiven, google.tools, traits, notes)
  const request = withSearch(equipped, body, declared.search, traits, notes)
  const oneCall = optional(body, 'parallel_tool_calls', toBoolean) === false
  if (oneCall) notes.push('parallel_tool_calls: Gemini has no such switch; only its first call is passed on')
  const stream = optional(body, 'stream', toBoolean) ?? false
  const asked: Asked = {
    includeUsage: wantsUsage(body),
    style: declared.style,
    oneCall: oneCall || declared.style === 'functions',
    names,
    // A stream has no place for the length that a WAV file begins with.
    sound: stream ? 'pcm16' : (spoken?.format ?? 'wav'),
    custom: new Set(declared.tools.filter(({ isCustom }) => isCustom).map(({ name }) => name)),
  }
  const all = [
    ...new Set([...notes, ...toNotes(body, [...ignored, ...google.ignored, ...ignoredOfWishes(body)])]),
  ]
  return {
    model,
    stream,
    request,
    notes: all,
    asked,
    session: sessionOf(body),
    schemasAt: placesOf(declared, names, FORMAT),
  }
}

const FORMAT = 'response_format.json_schema.schema'

function spokenConfig(spoken: Spoken | undefined) {
  return spoken && { responseModalities: ['AUDIO'], speechConfig: spoken.speechConfig }
}

/** The tools of Google's that the client names itself, beside the functions where the model takes both. */
function withGoogles(
  request: GenerateContentRequest,
  googles: readonly Record<string, unknown>[],
  { mixedTools }: ModelTraits,
  notes: string[],
): GenerateContentRequest {
  if (googles.length === 0) return request
  if (!request.tools) return { ...request, tools: [...googles] }
  if (mixedTools) return besideFunctions({ ...request, tools: [...request.tools, ...googles] })
  notes.push("tools: the model takes no tools of Google's own beside functions")
  return request
}

/** What names the conversation, or who speaks. */
export function sessionOf({ prompt_cache_key, user }: Body): string | undefined {
  const name = prompt_cache_key ?? user
  return typeof name === 'string' && name !== '' ? name : undefined
}

/** Refuses a body that is no object. */
export function refuseBody(): never {
  throw new GatewayError('invalid_request', 'The request body must be a JSON object', {
    code: 'invalid_type',
  })
}

/** Of a name with the places that it lies in. */
const LONGEST_PLACE = 80

/** What was dropped of the request, in words for the `x-geminate-notes` header. */
function toNotes(body: Body, ignored: readonly string[]): string[] {
  const dropped = askedAmong(body, WITHOUT_COUNTERPART)
  const unknown = [...unknownNames(body, KNOWN), ...fewNames(ignored, LONGEST_PLACE)]
  return [
    ...dropped.map((name) => `${name}: Gemini has no counterpart`),
    ...(unknown.length > 0 ? [`ignored: ${unknown.join(', ')}`] : []),
  ]
}

function toConversation(
  messages: readonly Message[],
  names: FunctionNames,
  traits: ModelTraits,
  notes: string[],
): GenerateContentRequest {
  const system = messages.flatMap((message) => (message.role === 'system' ? message.parts : []))
  const said = toContents(messages, names)
  if (said.length === 0 && system.length === 0)
    refuse('invalid_value', 'messages', "'messages' hold no content: every one of them is empty")
  return toPrompt(said, system, traits, notes)
}

/** `stream_options.include_usage` */
export function wantsUsage(body: Body): boolean {
  const options = optional(body, 'stream_options', toRecord)
  return (options && optional(options, 'include_usage', toBoolean, 'stream_options.include_usage')) ?? false
}
