import { optional, toOneOf, toRecord } from '../../core/codec/request-values.ts'

/** Google's tools for `web_search_options`; what they narrow is said in `notes`. */
export function toSearchTools(
  body: Readonly<Record<string, unknown>>,
  notes: string[],
): Record<string, unknown>[] {
  const param = 'web_search_options'
  const options = optional(body, param, toRecord)
  if (!options) return []
  const toSize = (value: unknown, at: string) => toOneOf(value, at, ['low', 'medium', 'high'])
  optional(options, 'search_context_size', toSize, `${param}.search_context_size`)
  optional(options, 'user_location', toRecord, `${param}.user_location`)
  const narrowed = ['search_context_size', 'user_location'].filter((name) => options[name] != null)
  for (const name of narrowed) notes.push(`${param}: Gemini has no counterpart of ${name}`)
  return [{ googleSearch: {} }]
}
