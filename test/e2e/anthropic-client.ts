import assert from 'node:assert/strict'
import Anthropic, { APIError } from '@anthropic-ai/sdk'
import { Anthropic as Anthropic0, APIError as APIError0 } from 'anthropic-sdk-0'
import { MODEL, type Scene } from './scene.ts'

/** How an Anthropic client may ask. */
export type MessageForm = 'whole' | 'stream'
/** All of them. */
export const MESSAGE_FORMS: readonly MessageForm[] = ['whole', 'stream']

type Client = Anthropic
type Options = ConstructorParameters<typeof Anthropic>[0]

/** Anthropic's SDKs: the first speaks version 2026-10-21 with a bearer token, the other 2023-06-01 with `x-api-key`. */
export const SDKS = {
  '1.x': (options: Options) => new Anthropic(options),
  // What the tests use of it is the same; only the classes are others.
  '0.x': (options: Options) =>
    new Anthropic0(options as ConstructorParameters<typeof Anthropic0>[0]) as unknown as Client,
} as const

/** Which SDK. */
export type SdkName = keyof typeof SDKS
/** Both. */
export const SDK_NAMES = Object.keys(SDKS) as readonly SdkName[]

/** A message's parameters; the model is the scenes' where none is named. */
export type MessageParams = Partial<Omit<Anthropic.MessageCreateParamsNonStreaming, 'stream'>>

/** What an SDK made of an answer: its words, its end, or the error that it threw. */
export interface MessageAnswer {
  readonly said: string
  readonly stopReason: string | null | undefined
  readonly usage: Anthropic.Usage | undefined
  /** Of the HTTP answer; undefined where there was none. */
  readonly status: number | undefined
  readonly headers: Headers | undefined
  readonly attempts: number
  readonly error: ErrorSeen | undefined
}

/** An error as the SDK gives it. */
export interface ErrorSeen {
  readonly status: number | undefined
  /** Anthropic's name of it, `overloaded_error` */
  readonly type: string | undefined
  readonly message: string
  readonly requestId: string | null | undefined
  readonly headers: Headers | undefined
}

/** The usual question. */
export const HELLO = {
  model: MODEL,
  max_tokens: 1000,
  messages: [{ role: 'user', content: 'Say hello' }],
} satisfies Anthropic.MessageCreateParamsNonStreaming

/** An SDK at a scene's gateway; it never tries again by itself. */
export function anthropicAt({ gateway }: Scene, sdk: SdkName = '1.x', options: Options = {}): Client {
  return SDKS[sdk]({ apiKey: gateway.clientToken, baseURL: gateway.url, maxRetries: 0, ...options })
}

/** Asks by the SDK, and tells what came of it. */
export async function askMessage(
  scene: Scene,
  form: MessageForm,
  params: MessageParams = {},
  sdk: SdkName = '1.x',
): Promise<MessageAnswer> {
  const { messages } = anthropicAt(scene, sdk)
  const body = { ...HELLO, ...params }
  const seen: { said: string; stopReason?: string | null; usage?: Anthropic.Usage } = { said: '' }
  let response: Response | undefined
  try {
    if (form === 'whole') {
      const answer = await messages.create(body).withResponse()
      response = answer.response
      seen.said = wordsOf(answer.data)
      seen.stopReason = answer.data.stop_reason
      seen.usage = answer.data.usage
    } else {
      const answer = await messages.create({ ...body, stream: true }).withResponse()
      response = answer.response
      for await (const event of answer.data) {
        if (event.type === 'content_block_delta' && event.delta.type === 'text_delta')
          seen.said += event.delta.text
        if (event.type === 'message_delta') seen.stopReason = event.delta.stop_reason
      }
    }
    return toAnswer(seen, response, undefined)
  } catch (thrown) {
    return toAnswer(seen, response, errorSeen(thrown))
  }
}

/** A thrown error, which must be one of an SDK's own. */
export function errorSeen(thrown: unknown): ErrorSeen {
  assert.ok(thrown instanceof APIError || thrown instanceof APIError0, String(thrown))
  const body = thrown.error as { error?: { type?: string } } | undefined
  const { status, message, requestID: requestId, headers } = thrown
  return { status, type: body?.error?.type, message, requestId, headers }
}

/** The text of a message. */
export function wordsOf({ content }: Pick<Anthropic.Message, 'content'>): string {
  return content.map((block) => (block.type === 'text' ? block.text : '')).join('')
}

function toAnswer(
  seen: { said: string; stopReason?: string | null; usage?: Anthropic.Usage },
  response: Response | undefined,
  error: ErrorSeen | undefined,
): MessageAnswer {
  const headers = response?.headers ?? error?.headers
  return {
    said: seen.said,
    stopReason: seen.stopReason,
    usage: seen.usage,
    status: response?.status ?? error?.status,
    headers,
    attempts: Number(headers?.get('x-geminate-attempts')),
    error,
  }
}
