import type { GenerateContentRequest } from '../canonical.ts'
import type { ModelTraits } from '../models.ts'
import { answersInJson } from './answers-in-json.ts'
import { isRecord } from './request-values.ts'

/** Who asks for the search, in the words of a note, and whether it goes before what it cannot stand beside. */
export interface SearchWish {
  /** What the client sent: `-search`, `web_search_options`. */
  readonly by: string
  readonly force?: boolean
}

/** A request with Google Search, as far as its model can have it. */
export interface Searching {
  readonly request: GenerateContentRequest
  /** What had to be left out. */
  readonly note?: string
}

/**
 * Lets the model search by Google: https://ai.google.dev/gemini-api/docs/google-search. Where it takes no search
 * beside functions or an answer in JSON, these stay and the search is left out, or the other way about by force.
 */
export function withGoogleSearch(
  request: GenerateContentRequest,
  { search, mixedTools }: ModelTraits,
  { by, force = false }: SearchWish,
): Searching {
  if (!search) return { request, note: `${by}: the model cannot search` }
  const tools = toolsOf(request)
  if (tools.some(isSearch)) return { request }
  const other = tools.some(hasFunctions) ? 'functions' : answersInJson(request) ? 'an answer in JSON' : ''
  if (other === '') return { request: { ...request, tools: [...tools, SEARCH] } }
  if (mixedTools) return { request: besideFunctions({ ...request, tools: [...tools, SEARCH] }) }
  if (!force) return { request, note: `${by}: left out, the model takes no search beside ${other}` }
  const note = `${by}: ${other} left out, the model takes none beside a search`
  return {
    request: { ...withoutOthers(request), tools: [...tools.filter((tool) => !hasFunctions(tool)), SEARCH] },
    note,
  }
}

/** The tools of a request; a client of Google's may have sent anything. */
export function toolsOf({ tools }: GenerateContentRequest): readonly Record<string, unknown>[] {
  return Array.isArray(tools) ? tools.filter(isRecord) : []
}

/** The functions that one of Google's tools declares, in either spelling of the field. */
export function functionsOf({ functionDeclarations, function_declarations: snake }: Record<string, unknown>) {
  const list = functionDeclarations ?? snake
  return Array.isArray(list) ? list.filter(isRecord) : []
}

const SEARCH = { googleSearch: {} }

function isSearch(tool: Record<string, unknown>): boolean {
  return ['googleSearch', 'google_search', 'googleSearchRetrieval', 'google_search_retrieval'].some(
    (name) => tool[name] !== undefined,
  )
}

function hasFunctions(tool: Record<string, unknown>): boolean {
  return functionsOf(tool).length > 0
}

/** Beside Google's own tools functions are called in the mode `VALIDATED`, or not at all. */
export function besideFunctions(request: GenerateContentRequest): GenerateContentRequest {
  if (!toolsOf(request).some(hasFunctions)) return request
  const { tool_config: snake, ...rest } = request
  const config = request.toolConfig ?? (isRecord(snake) ? snake : {})
  const { functionCallingConfig, function_calling_config: snakeCalling, ...others } = config
  const stated = functionCallingConfig ?? snakeCalling
  const calling = isRecord(stated) ? stated : {}
  const isFree = calling.mode === undefined || calling.mode === 'AUTO'
  return {
    ...rest,
    toolConfig: {
      ...others,
      functionCallingConfig: isFree ? { ...calling, mode: 'VALIDATED' } : calling,
      includeServerSideToolInvocations: true,
    },
  }
}

function withoutOthers(request: GenerateContentRequest): GenerateContentRequest {
  return withoutWithin(withoutWithin(request, TOOL_CONFIGS, CALLING), GENERATION_CONFIGS, FORMAT)
}

const TOOL_CONFIGS = ['toolConfig', 'tool_config']
const CALLING = [
  ...['functionCallingConfig', 'function_calling_config'],
  ...['includeServerSideToolInvocations', 'include_server_side_tool_invocations'],
]
const GENERATION_CONFIGS = ['generationConfig', 'generation_config']
const FORMAT = [
  ...['responseMimeType', 'responseJsonSchema', 'responseSchema'],
  ...['response_mime_type', 'response_json_schema', 'response_schema'],
]

/** The request without these fields of these objects; one that had no others is left out. */
function withoutWithin(
  request: GenerateContentRequest,
  objects: readonly string[],
  fields: readonly string[],
): GenerateContentRequest {
  const entries = Object.entries(request).flatMap(([name, value]) => {
    if (!objects.includes(name) || !isRecord(value)) return [[name, value]]
    const others = Object.entries(value).filter(([field]) => !fields.includes(field))
    return others.length > 0 ? [[name, Object.fromEntries(others)]] : []
  })
  return Object.fromEntries(entries)
}
