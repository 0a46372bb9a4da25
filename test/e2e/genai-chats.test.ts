import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { type CallableTool, type FunctionCall, GoogleGenAI, Type } from '@google/genai'
import { GoogleGenAI as OlderGenAI } from 'genai-1'
import { fakeKeys, MODEL, openScene, type Scene } from './scene.ts'
import { contentsSent, rolesOf } from './sent-contents.ts'

const FORMS = ['whole', 'stream'] as const

/** Both lines of Google's SDK; what the tests use of them is the same. */
const SDKS = {
  'of today': (options: ConstructorParameters<typeof GoogleGenAI>[0]) => new GoogleGenAI(options),
  'of the first line': (options: ConstructorParameters<typeof GoogleGenAI>[0]) =>
    new OlderGenAI(options as ConstructorParameters<typeof OlderGenAI>[0]) as unknown as GoogleGenAI,
}

const weather: CallableTool = {
  tool: async () => ({
    functionDeclarations: [
      {
        name: 'weather',
        description: 'Tells the weather',
        parameters: { type: Type.OBJECT, properties: { city: { type: Type.STRING } } },
      },
    ],
  }),
  callTool: async (calls: FunctionCall[]) =>
    calls.map(({ id, name, args }) => ({
      functionResponse: { ...(id && { id }), ...(name && { name }), response: { of: args?.city } },
    })),
}

for (const [line, create] of Object.entries(SDKS)) {
  describe(`A chat by Google’s SDK ${line}`, () => {
    let scene: Scene
    before(async () => {
      scene = await openScene(fakeKeys(3))
    })
    after(() => scene.close())
    beforeEach(() => scene.google.reset())

    for (const form of FORMS) {
      test(`runs its tools over several turns, signatures included: ${form}`, async () => {
        const calls = ['Oslo', 'Rome'].map((city) => ({ name: 'weather', args: { city } }))
        scene.google.script('*', [
          { kind: 'functionCall', calls },
          { kind: 'functionCall', calls: [{ name: 'weather', args: { city: 'Bergen' } }] },
          { kind: 'text', text: 'It is fine.' },
          { kind: 'text', text: 'Goodbye.' },
        ])
        const ai = create({ apiKey: scene.gateway.clientToken, httpOptions: { baseUrl: scene.gateway.url } })
        const chat = ai.chats.create({ model: MODEL, config: { tools: [weather] } })
        const say = async (message: string) => {
          if (form === 'whole') return (await chat.sendMessage({ message })).text
          const chunks = await Array.fromAsync(await chat.sendMessageStream({ message }))
          return chunks.map(({ text }) => text ?? '').join('')
        }
        assert.equal(await say('Weather?'), 'It is fine.')
        assert.equal(await say('Thank you'), 'Goodbye.')
        const contents = contentsSent(scene)
        assert.equal(rolesOf(contents), 'user model user model user model user')
        const called = contents.flatMap(({ parts }) => parts.filter(({ functionCall }) => functionCall))
        assert.deepEqual(
          called.map(({ thoughtSignature }) => thoughtSignature !== undefined),
          [true, false, true],
        )
        assert.deepEqual(
          contents.flatMap(({ parts }) =>
            parts.flatMap(({ functionResponse }) => functionResponse?.response ?? []),
          ),
          [{ of: 'Oslo' }, { of: 'Rome' }, { of: 'Bergen' }],
        )
      })
    }

    test('lists models and counts tokens', async () => {
      const ai = create({ apiKey: scene.gateway.clientToken, httpOptions: { baseUrl: scene.gateway.url } })
      const names: unknown[] = []
      for await (const { name } of await ai.models.list({ config: { pageSize: 20 } })) names.push(name)
      assert.ok(names.includes(`models/${MODEL}`))
      assert.ok((await ai.models.countTokens({ model: MODEL, contents: 'Hello' })).totalTokens)
    })
  })
}
