import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { type AIMessageChunk, type BaseMessage, HumanMessage } from '@langchain/core/messages'
import { DynamicStructuredTool } from '@langchain/core/tools'
import { ChatGoogleGenerativeAI, GoogleGenerativeAIEmbeddings } from '@langchain/google-genai'
import { ChatOpenAI } from '@langchain/openai'
import { fakeKeys, GOOD_ANSWER, MODEL, openScene, type Scene } from './scene.ts'
import { contentsSent } from './sent-contents.ts'

const FORMS = ['whole', 'stream'] as const

const weather = new DynamicStructuredTool({
  name: 'weather',
  description: 'Tells the weather',
  schema: {
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
  },
  func: async (input) => `fine in ${(input as { city: string }).city}`,
})

describe('LangChain', () => {
  let scene: Scene
  before(async () => {
    scene = await openScene(fakeKeys(3))
  })
  after(() => scene.close())
  beforeEach(() => scene.google.reset())

  const MODELS = {
    'Google’s API': () =>
      new ChatGoogleGenerativeAI({
        model: MODEL,
        baseUrl: scene.gateway.url,
        apiKey: scene.gateway.clientToken,
        maxRetries: 0,
      }),
    'chat completions': () => openai(false),
    'the Responses API': () => openai(true),
  }
  const openai = (useResponsesApi: boolean) =>
    new ChatOpenAI({
      model: MODEL,
      apiKey: scene.gateway.clientToken,
      configuration: { baseURL: `${scene.gateway.url}/v1` },
      maxRetries: 0,
      useResponsesApi,
    })

  for (const [title, model] of Object.entries(MODELS)) {
    for (const form of FORMS) {
      const ask = async (messages: BaseMessage[]): Promise<AIMessageChunk> => {
        const bound = model().bindTools([weather])
        if (form === 'whole') return bound.invoke(messages)
        const chunks = await Array.fromAsync(await bound.stream(messages))
        return chunks.reduce((all, chunk) => all.concat(chunk))
      }

      test(`makes round trips with tools over several turns by ${title}: ${form}`, async () => {
        const calls = ['Oslo', 'Rome'].map((city) => ({ name: 'weather', args: { city } }))
        scene.google.script('*', [
          { kind: 'functionCall', calls, text: 'Let me see.' },
          { kind: 'functionCall', calls: [{ name: 'weather', args: { city: 'Bergen' } }] },
          { kind: 'text', text: 'It is fine.' },
          { kind: 'text', text: 'Goodbye.' },
        ])
        const messages: BaseMessage[] = [new HumanMessage('Weather?')]
        for (let answer = await ask(messages); ; answer = await ask(messages)) {
          messages.push(answer)
          if (!answer.tool_calls?.length) break
          for (const call of answer.tool_calls)
            messages.push(await weather.invoke({ ...call, type: 'tool_call' }))
        }
        assert.equal(messages.at(-1)?.text, 'It is fine.')
        messages.push(new HumanMessage('Thank you'))
        assert.equal((await ask(messages)).text, 'Goodbye.')
        const said = contentsSent(scene, 2).flatMap(({ parts }) => parts)
        assert.deepEqual(
          said.flatMap(({ functionCall }) => functionCall?.args ?? []),
          ['Oslo', 'Rome', 'Bergen'].map((city) => ({ city })),
        )
        // LangChain itself signs every call on its way to Google; needed are each step's first.
        const [first, , step] = said.filter(({ functionCall }) => functionCall)
        assert.ok(first?.thoughtSignature && step?.thoughtSignature)
        assert.equal(said.filter(({ functionResponse }) => functionResponse?.name === 'weather').length, 3)
      })
    }

    test(`is told of failures by ${title}`, async () => {
      scene.google.script('*', { kind: 'invalidArgument400', message: 'No such thing.', times: 'forever' })
      await assert.rejects(model().invoke('Hi'), /No such thing\./)
    })
  }

  test('embeds documents and queries', async () => {
    const embeddings = new GoogleGenerativeAIEmbeddings({
      model: 'gemini-embedding-001',
      baseUrl: scene.gateway.url,
      apiKey: scene.gateway.clientToken,
    })
    const vectors = await embeddings.embedDocuments(['one', 'two', 'three'])
    assert.equal(vectors.length, 3)
    assert.ok(vectors.every((values) => values.length > 0))
    assert.ok((await embeddings.embedQuery('one')).length > 0)
  })

  test('gets a plain answer', async () => {
    for (const model of Object.values(MODELS))
      assert.equal((await model().invoke('Say hello')).text, GOOD_ANSWER)
  })
})
