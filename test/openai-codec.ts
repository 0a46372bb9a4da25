import type { GenerateContentResponse } from '../core/canonical.ts'
import { isGatewayError } from '../core/errors.ts'
import type { Call, ProtocolRequest, StreamEncoder } from '../core/plugin.ts'
import { type Asked, NOTHING_ASKED } from '../plugins/openai-compat/asked.ts'
import { codec, createCodec } from '../plugins/openai-compat/codec.ts'
import {
  NOTHING_ASKED as NOTHING_MORE,
  type ResponseAsked,
} from '../plugins/openai-compat/responses/asked.ts'

const REQUEST: ProtocolRequest = {
  id: 'req_1',
  method: 'POST',
  url: new URL('http://localhost/v1/chat/completions'),
  headers: new Headers(),
}

/** A call whose request asked for this. */
export function callThat(asked: Partial<Asked> = {}): Call {
  return {
    id: 'req_0123456789abcdef0123456789abcdef',
    at: 1_800_000_000_123,
    protocol: 'openai',
    operation: 'generateContent',
    model: 'gemini-3.8-flash',
    stream: true,
    client: 'tester',
    headers: REQUEST.headers,
    request: {},
    notes: [],
    asked: { ...NOTHING_ASKED, includeUsage: true, ...asked },
    signal: new AbortController().signal,
  }
}

/** OpenAI's codec at a time of its own. */
export const timedCodec = createCodec(() => 1_800_000_002_345)

const RESPONSES: ProtocolRequest = { ...REQUEST, url: new URL('http://localhost/v1/responses') }

/** A call to the Responses API whose request asked for this. */
export function responseCallThat(asked: Partial<ResponseAsked> = {}): Call {
  return { ...callThat(), asked: { ...NOTHING_MORE, ...asked } satisfies ResponseAsked }
}

/** The whole response that a reply becomes. */
export function wholeResponse(
  reply: GenerateContentResponse,
  asked?: Partial<ResponseAsked>,
): Record<string, unknown> {
  return JSON.parse(timedCodec.encode(reply, responseCallThat(asked)).body)
}

/** The text of a streamed response, its end told as the gateway tells it. */
export function streamedResponse(
  chunks: readonly GenerateContentResponse[],
  asked?: Partial<ResponseAsked>,
): string {
  return encodedBy(timedCodec.encodeStream(RESPONSES, responseCallThat(asked)), chunks)
}

/** The whole completion that a reply becomes. */
export function whole(reply: GenerateContentResponse, asked?: Partial<Asked>): Record<string, unknown> {
  return JSON.parse(codec.encode(reply, callThat(asked)).body)
}

/** The text of a stream, its end told as the gateway tells it. */
export function streamed(chunks: readonly GenerateContentResponse[], asked?: Partial<Asked>): string {
  return encodedBy(codec.encodeStream(REQUEST, callThat(asked)), chunks)
}

function encodedBy(encoder: StreamEncoder, chunks: readonly GenerateContentResponse[]): string {
  let text = ''
  try {
    for (const chunk of chunks) text += encoder.chunk(chunk)
    return text + encoder.end()
  } catch (thrown) {
    if (isGatewayError(thrown)) return text + encoder.error(thrown)
    throw thrown
  }
}
