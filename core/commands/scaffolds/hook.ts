import type { Scaffold } from './scaffold.ts'

/** Puts a text before the last words of a user; its test sees Google receive it. */
export function hook(name: string): Scaffold {
  return { plugin: plugin(name), test: test(name) }
}

const plugin = (name: string) => `import { type Call, definePlugin, Type } from 'geminate/sdk'

export default definePlugin({
  name: '${name}',
  api: 1,
  description: 'Puts a text before what the user says last.',
  options: Type.Object({
    models: Type.Array(Type.String(), { default: [], description: 'Which models; none for all.' }),
    text: Type.String({ default: 'Answer in one sentence. ' }),
  }),
  onFailure: 'open',
  setup: ({ models, text }) => ({
    when: (head) => models.length === 0 || models.includes(head.model),
    request: (call) => withText(call, text),
  }),
})

function withText(call: Call, text: string): Call {
  const contents = [...(call.request.contents ?? [])]
  const last = contents.pop()
  if (!last || last.role === 'model') return call
  const begun = { ...last, parts: [{ text }, ...(last.parts ?? [])] }
  return { ...call, request: { ...call.request, contents: [...contents, begun] } }
}
`

const test = (name: string) => `import { assert, createTestGateway, test } from 'geminate/testing'
import plugin from './index.ts'

test('puts its text before what an OpenAI client says', async () => {
  const gateway = await createTestGateway({ plugins: [[plugin, { text: 'Briefly: ' }]] })
  try {
    const body = { model: 'gemini-3.8-flash', messages: [{ role: 'user', content: 'Why?' }] }
    const response = await gateway.fetch('/v1/chat/completions', { body })
    assert.equal(response.status, 200)
    const { contents } = JSON.parse(new TextDecoder().decode(gateway.google.calls[0]?.body))
    assert.deepEqual(contents.at(-1).parts, [{ text: 'Briefly: ' }, { text: 'Why?' }])
  } finally {
    await gateway.close()
  }
})

test('is named where an option is wrong', async () => {
  await assert.rejects(createTestGateway({ plugins: [[plugin, { text: 5 }]] }), /plugins\\.${name}\\.text/)
})
`
