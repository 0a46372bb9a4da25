import type { GenerateContentResponse } from '../core/canonical.ts'
import { isGatewayError } from '../core/errors.ts'
import type { Call, ProtocolRequest } from '../core/plugin.ts'
import { type Asked, NOTHING_ASKED } from '../plugins/openai-compat/asked.ts'
import { codec } from '../plugins/openai-compat/codec.ts'

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

/** The whole completion that a reply becomes. */
export function whole(reply: GenerateContentResponse, asked?: Partial<Asked>): Record<string, unknown> {
  return JSON.parse(codec.encode(reply, callThat(asked)).body)
}

/** The text of a stream, its end told as the gateway tells it. */
export function streamed(chunks: readonly GenerateContentResponse[], asked?: Partial<Asked>): string {
  const encoder = codec.encodeStream(REQUEST, callThat(asked))
  try {
    return chunks.map((chunk) => encoder.chunk(chunk)).join('') + encoder.end()
  } catch (thrown) {
    if (isGatewayError(thrown)) return encoder.error(thrown)
    throw thrown
  }
}
