import type { GenerateContentRequest } from '../canonical.ts'
import { functionsOf, toolsOf } from '../codec/google-search.ts'
import type { Limited } from './within-limits.ts'

/**
 * A request for a model that can be held to JSON only where it has no functions: beside them the form of the answer is
 * told in the system's words. The same request where it asks for one of both.
 */
export function withJsonInWords(request: GenerateContentRequest): Limited {
  const { generationConfig, systemInstruction } = request
  const isMixed =
    generationConfig?.responseMimeType === 'application/json' &&
    toolsOf(request).some((tool) => functionsOf(tool).length > 0)
  if (!isMixed) return { request, notes: [] }
  const { responseMimeType: _, responseJsonSchema, responseSchema, ...config } = generationConfig
  const words = { text: toWords(responseJsonSchema ?? responseSchema) }
  const { generationConfig: __, ...rest } = request
  return {
    request: {
      ...rest,
      systemInstruction: { ...systemInstruction, parts: [...(systemInstruction?.parts ?? []), words] },
      ...(Object.keys(config).length > 0 && { generationConfig: config }),
    },
    notes: ['responseMimeType: told in words, beside functions the model is not held to JSON'],
  }
}

function toWords(schema: unknown): string {
  const form =
    schema === undefined ? 'one JSON value' : `JSON that fits this schema: ${JSON.stringify(schema)}`
  return `Where you call no function, answer with nothing but ${form}`
}
