import type OpenAI from 'openai'
import { MODEL } from './scene.ts'

/** How the Responses API may be asked. */
export const RESPONSE_FORMS = ['whole', 'stream'] as const
export type ResponseForm = (typeof RESPONSE_FORMS)[number]

export type Params = Omit<OpenAI.Responses.ResponseCreateParamsNonStreaming, 'model' | 'stream'>

/** Asks by the SDK; a stream is folded by it. */
export async function respond(
  openai: OpenAI,
  form: ResponseForm,
  params: Params,
): Promise<OpenAI.Responses.Response> {
  const body = { model: MODEL, ...params }
  if (form === 'whole') return openai.responses.create(body)
  return openai.responses.stream(body).finalResponse()
}

/** Two calls differ in their ids and times, and in those that follow from them; a stream adds what it parsed. */
export function withoutIds(response: object): unknown {
  const { created_at: _, completed_at: __, ...rest } = response as Record<string, unknown>
  const text = JSON.stringify(rest, (name, value) =>
    name === 'parsed' || name === 'parsed_arguments' || name === 'output_parsed' ? undefined : value,
  )
  return JSON.parse(text.replace(/"([a-z]+)_[0-9a-f]{32}/g, '"$1_').replace(/"call_[0-9a-f]{18}/g, '"call_'))
}

/** The one tool of these tests. */
export const WEATHER: OpenAI.Responses.FunctionTool = {
  type: 'function',
  name: 'weather',
  description: 'Tells the weather',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, additionalProperties: false },
  strict: false,
}
