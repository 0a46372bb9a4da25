import type { GenerateContentResponse } from '../core/canonical.ts'
import { isGatewayError } from '../core/errors.ts'
import type { Call, Decoded, ProtocolRequest } from '../core/plugin.ts'
import { type Asked, askedOf } from '../plugins/anthropic/asked.ts'
import { createCodec } from '../plugins/anthropic/codec.ts'
import { createModelMapping } from '../plugins/anthropic/model-mapping.ts'

/** The codec as it ships. */
export const codec = createCodec(createModelMapping({}))

/** A request for a message. */
export const REQUEST: ProtocolRequest = {
  id: 'req_0123456789abcdef0123456789abcdef',
  method: 'POST',
  url: new URL('http://localhost/v1/messages'),
  headers: new Headers(),
}

/** A call whose request asked for this. */
export function callThat(asked: Partial<Asked> = {}, model = 'gemini-3.8-flash'): Call {
  const call: Call = {
    id: REQUEST.id,
    at: 1_800_000_000_123,
    protocol: 'anthropic',
    operation: 'generateContent',
    model,
    stream: true,
    client: 'tester',
    headers: REQUEST.headers,
    request: {},
    notes: [],
    signal: new AbortController().signal,
  }
  return { ...call, asked: { ...askedOf(call), ...asked } }
}

/** The least that a request needs, and more. */
export function decoded(more: Record<string, unknown>): Decoded {
  const least = { model: 'gemini-3.8-flash', max_tokens: 1000, messages: [{ role: 'user', content: 'Hi' }] }
  return codec.decode({ ...least, ...more }, REQUEST)
}

/** The whole message that a reply becomes. */
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
