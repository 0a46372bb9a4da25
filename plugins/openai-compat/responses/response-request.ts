import type { GenerateContentRequest } from '../../../core/canonical.ts'
import { defined } from '../../../core/codec/defined.ts'
import { AS_STATED, type ModelReading, toModelName } from '../../../core/codec/model-names.ts'
import {
  isRecord,
  optional,
  refuse,
  required,
  toBoolean,
  toFilledText,
  toList,
  toText,
} from '../../../core/codec/request-values.ts'
import { type ModelTraits, traitsOf } from '../../../core/models.ts'
import type { Decoded } from '../../../core/plugin.ts'
import { type FunctionNames, toFunctionNames } from '../../../core/schema-compiler/function-names.ts'
import { refuseBody, sessionOf } from '../chat-request.ts'
import { toPrompt } from '../prompt.ts'
import { toServiceTier } from '../service-tier.ts'
import { placesOf, toCallingConfig, toGoogleTools } from '../tools.ts'
import type { Included, ResponseAsked } from './asked.ts'
import { itemsOf, readItems } from './input.ts'
import type { Item } from './item.ts'
import { checkUnserved, droppedOf } from './parameters.ts'
import { readResponseChoice } from './response-choice.ts'
import { summaryOf, toResponseConfig } from './response-config.ts'
import { toEcho } from './response-object.ts'
import { type ResponseTools, readResponseTools, toGoogleToolList } from './response-tools.ts'
import type { ToldTool } from './told-tools.ts'

type Body = Readonly<Record<string, unknown>>

/** A decoded request of the Responses API. */
export interface DecodedResponse extends Decoded {
  readonly notes: readonly string[]
  readonly asked: ResponseAsked
}

/**
 * The body of `POST /v1/responses` in canonical form; of what lies in the store it knows nothing, which the request
 * hook joins. Throws a GatewayError that names the parameter for whatever is not as documented:
 * https://platform.openai.com/docs/api-reference/responses/create
 */
export function decodeResponse(
  body: unknown,
  form: ResponseAsked['form'] = 'response',
  modelOf: ModelReading = AS_STATED,
): DecodedResponse {
  if (!isRecord(body)) return refuseBody()
  checkUnserved(body)
  const notes: string[] = []
  const model = toModelName(required(body, 'model', toText))
  const traits = traitsOf(modelOf(model))
  const store = form === 'response' && (optional(body, 'store', toBoolean) ?? true)
  const include = readIncluded(body)
  const tools = readResponseTools(body, traits, notes)
  const names = namesOf(tools)
  const asksThoughts = include.signatures || ![undefined, 'none'].includes(summaryOf(body))
  const generationConfig = toResponseConfig(
    body,
    { thoughts: asksThoughts, pictures: tools.pictures },
    traits,
    notes,
  )
  const request = defined<GenerateContentRequest>({
    ...toTooling(body, tools, names, traits, notes),
    ...toConversation(body, itemsOf(body), names, traits, notes),
    generationConfig,
    serviceTier: toServiceTier(body),
  })
  const oneCall = optional(body, 'parallel_tool_calls', toBoolean) === false
  if (oneCall && tools.functions.size > 0)
    notes.push('parallel_tool_calls: Gemini has no such switch; only its first call is passed on')
  const asked: ResponseAsked = {
    form,
    oneCall,
    tools: toToldTools(tools, names),
    // Clients name what is kept by the ids of items, so what signs them must be an item too.
    include: { ...include, signatures: include.signatures || store },
    echo: toEcho(body),
    body,
    store,
  }
  const stream = form === 'response' && (optional(body, 'stream', toBoolean) ?? false)
  const all = [...new Set([...notes, ...droppedOf(body)])]
  const schemasAt = placesOf(declaredOf(tools), names, 'text.format.schema')
  return { model, stream, request, notes: all, asked, session: sessionOf(body), schemasAt }
}

/**
 * The conversation of a body whose own `items` were completed from the store, after those that were kept, as the
 * canonical request has it. The names of its functions come out as they did in `decodeResponse`; `model` is the one
 * that the body's name stands for.
 */
export function decodeConversation(
  body: Body,
  kept: readonly Item[],
  items: readonly Item[],
  notes: string[],
  model: string,
): GenerateContentRequest {
  const traits = traitsOf(model)
  const names = namesOf(readResponseTools(body, traits, []))
  const all = [...kept, ...items]
  const known = { ...body, previous_response_id: null, input: all }
  return toConversation(known, all, names, traits, notes, kept.length)
}

function toConversation(
  body: Body,
  items: readonly Item[],
  names: FunctionNames,
  traits: ModelTraits,
  notes: string[],
  kept = 0,
): GenerateContentRequest {
  const { system, contents } = readItems(items, { traits, names, notes }, kept)
  const instructions = optional(body, 'instructions', toText) || undefined
  const words = [...(instructions === undefined ? [] : [{ text: instructions }]), ...system]
  if (contents.length === 0 && words.length === 0 && !isContinued(body))
    refuse(
      body.input == null ? 'missing_required_parameter' : 'invalid_value',
      'input',
      "'input' must hold at least one text or item with content",
    )
  return toPrompt(contents, words, traits, notes)
}

/** Whether more of the conversation lies in the store. */
export function isContinued(body: Body): boolean {
  return previousOf(body) !== undefined || itemsOf(body).some(({ type }) => type === 'item_reference')
}

/** `previous_response_id` */
export function previousOf(body: Body): string | undefined {
  return optional(body, 'previous_response_id', toFilledText)
}

const namesOf = ({ functions }: ResponseTools) => toFunctionNames(functions.keys())

const declaredOf = ({ functions }: ResponseTools) => ({
  style: 'tools' as const,
  tools: [...functions.values()].map(({ declared }) => declared),
})

function toTooling(
  body: Body,
  tools: ResponseTools,
  names: FunctionNames,
  traits: ModelTraits,
  notes: string[],
): Pick<GenerateContentRequest, 'tools' | 'toolConfig'> {
  const declared = declaredOf(tools)
  const declarations = toGoogleTools(declared, names)
  const choice = readResponseChoice(body, notes)
  const calling = toCallingConfig(choice, 'tool_choice', declared, names)
  // Google's own tools cannot be told to stand still; they are taken away.
  const offered = choice?.mode === 'NONE' ? { ...tools, googles: [] } : tools
  const list = toGoogleToolList(offered, declarations, traits, notes)
  const isMixed = declared.tools.length > 0 && (list?.length ?? 0) > 1
  if (!isMixed) return { tools: list, toolConfig: calling }
  // Beside Google's own tools functions are called in this mode, or not at all.
  const isFree = choice === undefined || choice.mode === 'AUTO'
  const config = { ...(calling?.functionCallingConfig as object), ...(isFree && { mode: 'VALIDATED' }) }
  return {
    tools: list,
    toolConfig: { functionCallingConfig: config, includeServerSideToolInvocations: true },
  }
}

function toToldTools({ functions }: ResponseTools, names: FunctionNames): ReadonlyMap<string, ToldTool> {
  return new Map([...functions].map(([name, { told }]) => [names.toGemini(name), told]))
}

function readIncluded(body: Body): Included {
  const include = (optional(body, 'include', toList) ?? []).map((each, index) =>
    toText(each, `include[${index}]`),
  )
  return {
    signatures: include.includes('reasoning.encrypted_content'),
    codeOutputs: include.includes('code_interpreter_call.outputs'),
    searchSources: include.includes('web_search_call.action.sources'),
  }
}
