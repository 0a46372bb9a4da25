import assert from 'node:assert/strict'
import OpenAI, { APIError } from 'openai'
import { MODEL, type Scene } from './scene.ts'

/** How an OpenAI client may ask. */
export type ChatForm = 'whole' | 'stream'
export const CHAT_FORMS: readonly ChatForm[] = ['whole', 'stream']

type Params = Omit<OpenAI.ChatCompletionCreateParamsNonStreaming, 'model' | 'stream'> & { model?: string }

/** What an SDK made of an answer: its words, its end, or the error that it threw. */
export interface ChatAnswer {
  readonly said: string
  readonly finishReason: string | null | undefined
  /** Of the HTTP answer; undefined where there was none. */
  readonly status: number | undefined
  readonly headers: Headers | undefined
  readonly attempts: number
  readonly error: APIError | undefined
}

export const HELLO: Params = { messages: [{ role: 'user', content: 'Say hello' }] }

/** OpenAI's own SDK at a scene's gateway; it never tries again by itself. */
export function openAiAt({ gateway }: Scene, options: { baseURL?: string; apiKey?: string } = {}): OpenAI {
  return new OpenAI({ apiKey: gateway.clientToken, baseURL: `${gateway.url}/v1`, maxRetries: 0, ...options })
}

/** Asks by the SDK, and tells what came of it. */
export async function chat(scene: Scene, form: ChatForm, params: Params = HELLO): Promise<ChatAnswer> {
  const { completions } = openAiAt(scene).chat
  const body = { model: MODEL, ...params }
  const seen = { said: '', finishReason: undefined as string | null | undefined }
  let response: Response | undefined
  try {
    if (form === 'whole') {
      const answer = await completions.create(body).withResponse()
      response = answer.response
      const [choice] = answer.data.choices
      seen.said = choice?.message.content ?? ''
      seen.finishReason = choice?.finish_reason
    } else {
      const answer = await completions.create({ ...body, stream: true }).withResponse()
      response = answer.response
      for await (const { choices } of answer.data) {
        seen.said += choices[0]?.delta.content ?? ''
        seen.finishReason = choices[0]?.finish_reason ?? seen.finishReason
      }
    }
    return toAnswer(seen, response, undefined)
  } catch (thrown) {
    assert.ok(thrown instanceof APIError, String(thrown))
    return toAnswer(seen, response, thrown)
  }
}

function toAnswer(
  seen: Pick<ChatAnswer, 'said' | 'finishReason'>,
  response: Response | undefined,
  error: APIError | undefined,
): ChatAnswer {
  const headers = response?.headers ?? error?.headers
  const attempts = Number(headers?.get('x-geminate-attempts'))
  return { ...seen, status: response?.status ?? error?.status, headers, attempts, error }
}

/** Two calls differ in their ids and times, and in those that follow from them. */
export function withoutCall(completion: object | undefined): unknown {
  const { id: _, created: __, ...rest } = (completion ?? {}) as Record<string, unknown>
  return JSON.parse(JSON.stringify(rest).replace(/"call_[0-9a-f]{18}/g, '"call_'))
}
