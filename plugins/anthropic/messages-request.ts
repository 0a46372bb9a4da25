import type { Content, GenerateContentRequest } from '../../core/canonical.ts'
import { toContents } from '../../core/codec/conversation.ts'
import { defined } from '../../core/codec/defined.ts'
import { AS_STATED, type ModelReading } from '../../core/codec/model-names.ts'
import { isRecord, optional, refuse, required, toText } from '../../core/codec/request-values.ts'
import { toBypassNote, withBypass } from '../../core/codec/signatures.ts'
import { unknownNames } from '../../core/codec/unknown-names.ts'
import { GatewayError } from '../../core/errors.ts'
import { traitsOf } from '../../core/models.ts'
import type { Decoded, SchemaPlaces } from '../../core/plugin.ts'
import { toFunctionNames } from '../../core/schema-compiler/function-names.ts'
import type { Asked } from './asked.ts'
import { familyOf } from './envelope.ts'
import { formatAt, toGenerationConfig, toStops } from './generation-config.ts'
import { readMessages, type Surroundings } from './messages.ts'
import type { ModelMapping } from './model-mapping.ts'
import { checkUnmapped, KNOWN, sessionOf, wantsStream } from './parameters.ts'
import { readSystem } from './system.ts'
import { readThinking } from './thinking.ts'
import { isOneCall, toToolConfig } from './tool-choice.ts'
import { placesOf, readTools, toGoogleTools } from './tools.ts'

type Body = Readonly<Record<string, unknown>>

/** The part of a request that its tokens are counted of, in Google's form. */
export interface Prompt {
  /** Without `models/`. */
  readonly model: string
  readonly request: GenerateContentRequest
  readonly notes: readonly string[]
  readonly schemasAt: SchemaPlaces
}

/**
 * The body of `POST /v1/messages` in canonical form. Throws a GatewayError that names the field for whatever is
 * not as documented: https://docs.anthropic.com/en/api/messages
 */
export function decodeMessages(body: unknown, mapping: ModelMapping, modelOf?: ModelReading): Decoded {
  const { fields, model, traits, names, prompt, notes, schemasAt } = readPrompt(body, mapping, modelOf)
  const thinking = readThinking(fields, traits, notes)
  const request = defined<GenerateContentRequest>({
    ...prompt,
    generationConfig: toGenerationConfig(fields, thinking.config, traits, notes),
  })
  const oneCall = isOneCall(fields)
  if (oneCall)
    notes.push('disable_parallel_tool_use: Gemini has no such switch; only its first call is passed on')
  const asked: Asked = {
    model: required(fields, 'model', toText),
    thinks: thinking.isOn,
    oneCall,
    stops: toStops(fields) ?? [],
    names,
  }
  return {
    model,
    stream: wantsStream(fields),
    request,
    notes: [...new Set(notes)],
    asked,
    session: sessionOf(fields),
    schemasAt,
  }
}

/** The body of `POST /v1/messages/count_tokens`, which is that of a message without what shapes its answer. */
export function decodePrompt(body: unknown, mapping: ModelMapping, modelOf?: ModelReading): Prompt {
  const { model, prompt, notes, schemasAt } = readPrompt(body, mapping, modelOf)
  return { model, request: prompt, notes: [...new Set(notes)], schemasAt }
}

function readPrompt(body: unknown, mapping: ModelMapping, modelOf: ModelReading = AS_STATED) {
  if (!isRecord(body)) return refuseBody()
  const notes: string[] = []
  const model = mapping(required(body, 'model', toText), modelOf)
  const traits = traitsOf(modelOf(model))
  checkUnmapped(body)
  const unknown = unknownNames(body, KNOWN)
  if (unknown.length > 0) notes.push(`ignored: ${unknown.join(', ')}`)
  const declared = readTools(body, traits, notes)
  const names = toFunctionNames(declared.functions.map(({ name }) => name))
  const tools = toGoogleTools(declared, names)
  const around = { traits, names, family: familyOf(model), notes }
  const prompt = defined<GenerateContentRequest>({
    ...toConversation(body, around),
    tools,
    toolConfig: toToolConfig(body, declared, names, notes),
  })
  const schemasAt = placesOf(declared, names, formatAt(body))
  return { fields: body, model, traits, names, prompt, notes, schemasAt }
}

function refuseBody(): never {
  throw new GatewayError('invalid_request', 'The request body must be a JSON object', {
    code: 'invalid_type',
  })
}

/** The system's words apart from the rest, where the model has a place for them. */
function toConversation(body: Body, around: Surroundings): GenerateContentRequest {
  const { said, system: between } = readMessages(body, around)
  const system = [...(optional(body, 'system', readSystem) ?? []), ...between]
  const contents = signedContents(toContents(said), around)
  if (contents.length === 0 && system.length === 0)
    refuse('invalid_value', 'messages', "'messages' hold no content: every one of them is empty")
  if (system.length === 0) return { contents }
  if (contents.length > 0 && around.traits.systemInstruction)
    return { systemInstruction: { parts: system }, contents }
  return { contents: withSystemFirst(contents, { role: 'user', parts: system }) }
}

function withSystemFirst([first, ...rest]: readonly Content[], system: Content): Content[] {
  if (!first) return [system]
  return [{ ...first, parts: [...(system.parts ?? []), ...(first.parts ?? [])] }, ...rest]
}

function signedContents(said: Content[], { traits, notes }: Surroundings): Content[] {
  if (!traits.signatures) return said
  const { contents, bypassed } = withBypass(said)
  if (bypassed) notes.push(toBypassNote('tool_use'))
  return contents
}
