import {
  type Codec,
  type Decoded,
  definePlugin,
  GatewayError,
  type GenerateContentResponse,
  type Protocol,
  type StreamEncoder,
} from 'geminate/sdk'

/**
 * A protocol: `POST /plain` with `{"model": …, "ask": …, "stream": …}` is answered in plain text, errors too, so that a
 * shell script can do without JSON.
 */
export default definePlugin({
  name: 'plain-text',
  api: 1,
  description: 'Answers POST /plain in plain text.',
  setup: () => ({
    protocol,
    routes: (app, gateway) =>
      void app.post('/plain', ({ request }) => gateway.answer(request), { parse: 'none' }),
  }),
})

/** Four pure functions between this wire form and Gemini's. */
export const codec: Codec = {
  decode,
  encode: (reply) => ({ body: `${textOf(reply)}\n`, contentType: 'text/plain; charset=utf-8' }),
  encodeStream: createEncoder,
  encodeError: (error) => ({ body: `${error.message}\n`, contentType: 'text/plain; charset=utf-8' }),
}

const protocol: Protocol = {
  name: 'plain-text',
  claims: ({ url }) => url.pathname === '/plain',
  codec,
}

function decode(body: unknown): Decoded {
  const { model, ask, stream = false } = (body ?? {}) as Record<string, unknown>
  if (typeof model !== 'string' || typeof ask !== 'string' || typeof stream !== 'boolean') {
    throw new GatewayError('invalid_request', 'Send {"model": text, "ask": text, "stream": true or false}')
  }
  return { model, stream, request: { contents: [{ role: 'user', parts: [{ text: ask }] }] } }
}

function createEncoder(): StreamEncoder {
  return {
    contentType: 'text/plain; charset=utf-8',
    chunk: textOf,
    end: () => '\n',
    error: (error) => `\n(${error.message})\n`,
    // A blank that nobody sees; an empty text would leave the connection silent.
    heartbeat: () => '\u200b',
  }
}

function textOf({ candidates }: GenerateContentResponse): string {
  const parts = candidates?.[0]?.content?.parts ?? []
  return parts.map(({ text, thought }) => (thought ? '' : (text ?? ''))).join('')
}
