import type { Scaffold } from './scaffold.ts'

/** A protocol in plain text, at a path of the plugin's name; its test asks it whole and streamed, and wrongly. */
export function protocol(name: string): Scaffold {
  return { plugin: plugin(name), test: test(name) }
}

const plugin = (name: string) => `import {
  type Codec,
  type Decoded,
  definePlugin,
  GatewayError,
  type GenerateContentResponse,
  type StreamEncoder,
} from 'geminate/sdk'

export default definePlugin({
  name: '${name}',
  api: 1,
  description: 'Answers POST /${name} in plain text.',
  setup: () => ({
    protocol: { name: '${name}', claims: ({ url }) => url.pathname === '/${name}', codec },
    routes: (app, gateway) =>
      void app.post('/${name}', ({ request }) => gateway.answer(request), { parse: 'none' }),
  }),
})

const PLAIN = 'text/plain; charset=utf-8'

/** Four pure functions between this wire form and Gemini's. */
export const codec: Codec = {
  decode,
  encode: (reply) => ({ body: \`\${textOf(reply)}\\n\`, contentType: PLAIN }),
  encodeStream: createEncoder,
  encodeError: (error) => ({ body: \`\${error.message}\\n\`, contentType: PLAIN }),
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
    contentType: PLAIN,
    chunk: textOf,
    end: () => '\\n',
    error: (error) => \`\\n(\${error.message})\\n\`,
    // A blank that nobody sees: an empty text would leave the connection silent.
    heartbeat: () => '\\u200b',
  }
}

function textOf({ candidates }: GenerateContentResponse): string {
  const parts = candidates?.[0]?.content?.parts ?? []
  return parts.map(({ text, thought }) => (thought ? '' : (text ?? ''))).join('')
}
`

const test = (name: string) => `import { assert, createTestGateway, test } from 'geminate/testing'
import plugin from './index.ts'

const MODEL = 'gemini-3.8-flash'

test('answers in plain text, whole and streamed', async () => {
  const gateway = await createTestGateway({ plugins: [plugin] })
  try {
    for (const stream of [false, true]) {
      const response = await gateway.fetch('/${name}', { body: { model: MODEL, ask: 'Hi', stream } })
      assert.equal(response.status, 200)
      assert.equal((await response.text()).trim(), 'Hello! You said: Hi')
    }
  } finally {
    await gateway.close()
  }
})

test('says in plain text what is wrong', async () => {
  const gateway = await createTestGateway({ plugins: [plugin] })
  try {
    const response = await gateway.fetch('/${name}', { body: { ask: 5 } })
    assert.equal(response.status, 400)
    assert.match(await response.text(), /^Send/)
  } finally {
    await gateway.close()
  }
})
`
