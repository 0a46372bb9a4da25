import type { GenerateContentRequest } from '../../core/canonical.ts'
import { withGoogleSearch } from '../../core/codec/google-search.ts'
import { isRecord, optional, toOneOf, toRecord } from '../../core/codec/request-values.ts'
import type { ModelTraits } from '../../core/models.ts'

type Body = Readonly<Record<string, unknown>>

/** Who asks for a search, in the client's words; undefined for nobody. Chats have `web_search_options`, and clients send the tool of the Responses API too. */
export function searchIn(body: Body, tools: readonly unknown[]): string | undefined {
  if (readOptions(body)) return OPTIONS
  return tools.some(isSearchTool) ? 'web_search' : undefined
}

/** Whether a tool is the one that Google runs. */
export function isSearchTool(tool: unknown): boolean {
  const { type } = isRecord(tool) ? tool : {}
  return typeof type === 'string' && /^web_search(_preview)?(_[\d_]+)?$/.test(type)
}

/** Google's own tools cannot be told to stand still: where nothing may be called there is no search. */
export function withSearch(
  request: GenerateContentRequest,
  body: Body,
  search: string | undefined,
  traits: ModelTraits,
  notes: string[],
): GenerateContentRequest {
  if (search === undefined || body.tool_choice === 'none') return request
  const options = readOptions(body) ?? {}
  for (const field of ['search_context_size', 'user_location', 'filters'])
    if (options[field] != null) notes.push(`${search}: Gemini has no counterpart of ${field}`)
  const searching = withGoogleSearch(request, traits, { by: search })
  if (searching.note !== undefined) notes.push(searching.note)
  return searching.request
}

const OPTIONS = 'web_search_options'

function readOptions(body: Body): Body | undefined {
  const options = optional(body, OPTIONS, toRecord)
  if (!options) return undefined
  optional(options, 'search_context_size', toSize, `${OPTIONS}.search_context_size`)
  optional(options, 'user_location', toRecord, `${OPTIONS}.user_location`)
  return options
}

const toSize = (value: unknown, param: string) => toOneOf(value, param, ['low', 'medium', 'high'])
