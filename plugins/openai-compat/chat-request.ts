import type { GenerateContentRequest } from '../../core/canonical.ts'
import { defined } from '../../core/codec/defined.ts'
import { withGoogleSearch } from '../../core/codec/google-search.ts'
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
import { createToolNames, type ToolNames } from '../../core/codec/tool-names.ts'
import { unknownNames } from '../../core/codec/unknown-names.ts'
import { GatewayError } from '../../core/errors.ts'
import { type ModelTraits, traitsOf } from '../../core/models.ts'
import type { Decoded } from '../../core/plugin.ts'
import type { Asked } from './asked.ts'
import { toGenerationConfig } from './generation-config.ts'
import { type Message, readMessages } from './messages.ts'
import { checkUnmapped, KNOWN, withoutCounterpart } from './parameters.ts'
import { toPrompt } from './prompt.ts'
import { toServiceTier } from './service-tier.ts'
import { type DeclaredTools, readTools, toGoogleTools, toToolConfig } from './tools.ts'
import { toContents } from './turns.ts'

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
  checkUnmapped(body)
  const { messages, ignored } = readMessages(body, traits, notes)
  const names = createToolNames()
  const declared = readTools(body)
  const tools = toGoogleTools(declared, names)
  const asGiven = defined<GenerateContentRequest>({
    ...toConversation(messages, names, traits, notes),
    tools,
    toolConfig: toToolConfig(body, declared, names),
    generationConfig: toGenerationConfig(body, traits, notes),
    serviceTier: toServiceTier(body),
  })
  const request = withSearch(asGiven, body, declared, traits, notes)
  const oneCall = optional(body, 'parallel_tool_calls', toBoolean) === false
  if (oneCall) notes.push('parallel_tool_calls: Gemini has no such switch; only its first call is passed on')
  const asked: Asked = {
    includeUsage: wantsUsage(body),
    style: declared.style,
    oneCall: oneCall || declared.style === 'functions',
    names: names.changed,
    custom: new Set(declared.tools.filter(({ isCustom }) => isCustom).map(({ name }) => name)),
  }
  const stream = optional(body, 'stream', toBoolean) ?? false
  const all = [...new Set([...notes, ...toNotes(body, ignored)])]
  return { model, stream, request, notes: all, asked, session: sessionOf(body) }
}

/** Google's own tools cannot be told to stand still: where nothing may be called there is no search. */
function withSearch(
  request: GenerateContentRequest,
  body: Body,
  { search }: DeclaredTools,
  traits: ModelTraits,
  notes: string[],
): GenerateContentRequest {
  if (search === undefined || body.tool_choice === 'none') return request
  for (const field of ['search_context_size', 'user_location', 'filters'])
    if (isRecord(body.web_search_options) && body.web_search_options[field] != null)
      notes.push(`${search}: Gemini has no counterpart of ${field}`)
  const searching = withGoogleSearch(request, traits, { by: search })
  if (searching.note !== undefined) notes.push(searching.note)
  return searching.request
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

/** What was dropped of the request, in words for the `x-geminate-notes` header. */
function toNotes(body: Body, ignored: readonly string[]): string[] {
  const dropped = withoutCounterpart(body)
  const unknown = [...unknownNames(body, KNOWN), ...ignored]
  return [
    ...dropped.map((name) => `${name}: Gemini has no counterpart`),
    ...(unknown.length > 0 ? [`ignored: ${unknown.join(', ')}`] : []),
  ]
}

function toConversation(
  messages: readonly Message[],
  names: ToolNames,
  traits: ModelTraits,
  notes: string[],
): GenerateContentRequest {
  const system = messages.flatMap((message) => (message.role === 'system' ? message.parts : []))
  const said = toContents(messages, names)
  if (said.length === 0 && system.length === 0)
    refuse('invalid_value', 'messages', "'messages' hold no content: every one of them is empty")
  return toPrompt(said, system, traits, notes)
}

function wantsUsage(body: Body): boolean {
  const options = optional(body, 'stream_options', toRecord)
  return (options && optional(options, 'include_usage', toBoolean, 'stream_options.include_usage')) ?? false
}
