import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { generateText, isStepCount, jsonSchema, type ModelMessage, Output, streamText, tool } from 'ai'
import { fakeKeys, GOOD_ANSWER, MODEL, openScene, type Scene } from './scene.ts'

const FORMS = ['whole', 'stream'] as const

const weather = tool({
  description: 'Tells the weather',
  inputSchema: jsonSchema<{ city: string }>({
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
  }),
  execute: async ({ city }) => ({ city, degrees: city.length }),
})

/** The provider of the AI SDK that programs use for all that is like OpenAI: it asks for chats. */
describe('the AI SDK’s provider for OpenAI’s likes', () => {
  let scene: Scene
  before(async () => {
    scene = await openScene(fakeKeys(2))
  })
  after(() => scene.close())
  beforeEach(() => scene.google.reset())

  const provider = () =>
    createOpenAICompatible({
      name: 'geminate',
      baseURL: `${scene.gateway.url}/v1`,
      apiKey: scene.gateway.clientToken,
      includeUsage: true,
      supportsStructuredOutputs: true,
    })

  type Params = Parameters<typeof generateText>[0]

  async function ask(form: (typeof FORMS)[number], params: { messages: ModelMessage[] } & Partial<Params>) {
    const all = { model: provider()(MODEL), maxRetries: 0, ...params } as Params
    if (form === 'whole') {
      const { text, reasoningText, steps, responseMessages, usage } = await generateText(all)
      return { text, reasoningText, steps, messages: responseMessages, usage }
    }
    const result = streamText(all as Parameters<typeof streamText>[0])
    const [text, reasoningText] = [await result.text, await result.reasoningText]
    const [steps, messages, usage] = [await result.steps, await result.responseMessages, await result.usage]
    return { text, reasoningText, steps, messages, usage }
  }

  for (const form of FORMS) {
    test(`makes round trips with tools over several turns, signatures kept: ${form}`, async () => {
      scene.google.script('*', [
        {
          kind: 'functionCall',
          calls: [
            { name: 'weather', args: { city: 'Oslo' } },
            { name: 'weather', args: { city: 'Rome' } },
          ],
          text: 'Let me see.',
        },
        { kind: 'functionCall', calls: [{ name: 'weather', args: { city: 'Bergen' } }] },
        { kind: 'text', text: 'It is fine.' },
        { kind: 'text', text: 'Goodbye.' },
      ])
      const messages: ModelMessage[] = [{ role: 'user', content: 'Weather?' }]
      const first = await ask(form, { messages, tools: { weather }, stopWhen: isStepCount(5) })
      assert.equal(first.text, 'It is fine.')
      assert.equal(first.steps.length, 3)
      messages.push(...first.messages, { role: 'user', content: 'Thank you' })
      assert.equal((await ask(form, { messages, tools: { weather } })).text, 'Goodbye.')

      const { contents } = JSON.parse(scene.google.calls.at(-1)?.body.toString() ?? '')
      assert.deepEqual(
        contents.map(({ role }: { role: string }) => role),
        ['user', 'model', 'user', 'model', 'user', 'model', 'user'],
      )
      const [, made, answered, again] = contents
      assert.equal(made.parts[0].text, 'Let me see.')
      assert.ok(made.parts[1].thoughtSignature.length > 30, 'Google’s own signature came back')
      assert.ok(again.parts[0].thoughtSignature.length > 30)
      assert.deepEqual(
        answered.parts.map(
          (part: { functionResponse: { response: unknown } }) => part.functionResponse.response,
        ),
        ['Oslo', 'Rome'].map((city) => ({ city, degrees: 4 })),
      )
    })

    test(`reads thoughts and usage: ${form}`, async () => {
      const parts = [{ text: 'Hm.', thought: true }, { text: 'Hello.' }]
      const usageMetadata = {
        promptTokenCount: 3,
        candidatesTokenCount: 2,
        thoughtsTokenCount: 1,
        totalTokenCount: 6,
      }
      const chunk = {
        candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP' }],
        usageMetadata,
      }
      scene.google.script('*', { kind: 'chunks', chunks: [chunk] })
      const { text, reasoningText, usage } = await ask(form, {
        messages: [{ role: 'user', content: 'Hi' }],
        providerOptions: { geminate: { reasoningEffort: 'high' } },
      })
      assert.deepEqual([text, reasoningText], ['Hello.', 'Hm.'])
      assert.deepEqual([usage.inputTokens, usage.outputTokens], [3, 3])
    })
  }

  test('gets objects of a schema', async () => {
    const schema = jsonSchema<{ answer: string }>({
      type: 'object',
      properties: { answer: { type: 'string' } },
      required: ['answer'],
      additionalProperties: false,
    })
    const { output } = await generateText({
      model: provider()(MODEL),
      prompt: 'Say hello',
      output: Output.object({ schema }),
    })
    assert.deepEqual(output, { answer: GOOD_ANSWER })
  })

  test('completes texts by the legacy API', async () => {
    const { text } = await generateText({
      model: provider().completionModel(MODEL),
      prompt: 'Say hello',
      maxRetries: 0,
    })
    assert.match(text, /^Hello! You said: /)
  })

  test('tells what Google refused', async () => {
    scene.google.script('*', { kind: 'invalidArgument400', message: 'No such thing.', times: 'forever' })
    const params = { model: provider()(MODEL), prompt: 'Hi', maxRetries: 0 }
    await assert.rejects(generateText(params), /No such thing\./)
  })
})
