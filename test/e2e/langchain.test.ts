import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import {
  type AIMessageChunk,
  type BaseMessage,
  HumanMessage,
  SystemMessage,
  ToolMessage,
} from '@langchain/core/messages'
import { ChatOpenAI } from '@langchain/openai'
import { fakeKeys, GOOD_ANSWER, MODEL, openScene, type Scene } from './scene.ts'

const FORMS = ['whole', 'stream'] as const

const WEATHER = {
  type: 'function',
  function: {
    name: 'weather',
    description: 'Tells the weather',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
} as const

describe('LangChain’s client of OpenAI', () => {
  let scene: Scene
  before(async () => {
    scene = await openScene(fakeKeys(2))
  })
  after(() => scene.close())
  beforeEach(() => scene.google.reset())

  const model = (fields: Partial<ConstructorParameters<typeof ChatOpenAI>[0] & object> = {}) =>
    new ChatOpenAI({
      model: MODEL,
      apiKey: scene.gateway.clientToken,
      maxRetries: 0,
      configuration: { baseURL: `${scene.gateway.url}/v1` },
      ...fields,
    })

  async function ask(form: (typeof FORMS)[number], messages: BaseMessage[]): Promise<AIMessageChunk> {
    const bound = model().bindTools([WEATHER])
    if (form === 'whole') return bound.invoke(messages)
    let all: AIMessageChunk | undefined
    for await (const chunk of await bound.stream(messages)) all = all ? all.concat(chunk) : chunk
    return all ?? assert.fail('nothing came')
  }

  for (const form of FORMS) {
    test(`makes round trips with tools over several turns: ${form}`, async () => {
      const calls = ['Oslo', 'Rome'].map((city) => ({ name: 'weather', args: { city } }))
      scene.google.script('*', [
        { kind: 'functionCall', calls },
        { kind: 'functionCall', calls: calls.slice(0, 1) },
        { kind: 'text', text: 'It is fine.' },
      ])
      const messages: BaseMessage[] = [new SystemMessage('Be short.'), new HumanMessage('Weather?')]
      let answer = await ask(form, messages)
      for (let turn = 0; answer.tool_calls?.length && turn < 5; turn++) {
        messages.push(answer)
        for (const { id = '', args } of answer.tool_calls)
          messages.push(new ToolMessage({ tool_call_id: id, content: JSON.stringify({ fine: args.city }) }))
        answer = await ask(form, messages)
      }
      assert.equal(answer.content, 'It is fine.')
      assert.ok((answer.usage_metadata?.output_tokens ?? 0) > 0)

      const { contents, systemInstruction } = JSON.parse(scene.google.calls.at(-1)?.body.toString() ?? '')
      assert.deepEqual(systemInstruction, { parts: [{ text: 'Be short.' }] })
      assert.deepEqual(
        contents.map(({ role }: { role: string }) => role),
        ['user', 'model', 'user', 'model', 'user'],
      )
      assert.deepEqual(
        contents[2].parts.map(
          (part: { functionResponse: { response: unknown } }) => part.functionResponse.response,
        ),
        [{ fine: 'Oslo' }, { fine: 'Rome' }],
      )
      // LangChain drops what it does not know, so that Google's documented value stands in for the signature.
      assert.ok(contents[1].parts[0].thoughtSignature)
    })
  }

  test('gets objects of a schema', async () => {
    const schema = {
      title: 'answer',
      type: 'object',
      properties: { answer: { type: 'string' } },
      required: ['answer'],
    }
    const output = await model().withStructuredOutput(schema, { method: 'jsonSchema' }).invoke('Say hello')
    assert.deepEqual(output, { answer: GOOD_ANSWER })
  })

  test('tells what Google refused', async () => {
    scene.google.script('*', { kind: 'invalidArgument400', message: 'No such thing.', times: 'forever' })
    await assert.rejects(model().invoke('Hi'), /No such thing\./)
  })
})
