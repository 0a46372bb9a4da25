import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { createOpenAI } from '@ai-sdk/openai'
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

/** The AI SDK asks OpenAI's provider for responses, where nothing else is said. */
describe('the AI SDK', () => {
  let scene: Scene
  before(async () => {
    scene = await openScene(fakeKeys(2))
  })
  after(() => scene.close())
  beforeEach(() => scene.google.reset())

  const model = () =>
    createOpenAI({ baseURL: `${scene.gateway.url}/v1`, apiKey: scene.gateway.clientToken })(MODEL)

  async function ask(
    form: (typeof FORMS)[number],
    params: Omit<Parameters<typeof generateText>[0], 'model' | 'prompt'> & { messages: ModelMessage[] },
  ) {
    const all = { model: model(), maxRetries: 0, ...params } as Parameters<typeof generateText>[0]
    if (form === 'whole') {
      const { text, steps, responseMessages } = await generateText(all)
      return { text, steps, messages: responseMessages }
    }
    const result = streamText({ ...all, onError: ({ error }) => Promise.reject(error) } as Parameters<
      typeof streamText
    >[0])
    return { text: await result.text, steps: await result.steps, messages: await result.responseMessages }
  }

  for (const form of FORMS) {
    for (const store of [true, false]) {
      test(`makes round trips with tools over several turns: ${form}, ${store ? 'by what is kept' : 'sending all'}`, async () => {
        const calls = [
          { name: 'weather', args: { city: 'Oslo' } },
          { name: 'weather', args: { city: 'Rome' } },
        ]
        scene.google.script('*', [
          { kind: 'functionCall', calls, text: 'Let me see.' },
          { kind: 'functionCall', calls: [{ name: 'weather', args: { city: 'Bergen' } }] },
          { kind: 'text', text: 'It is fine.' },
          { kind: 'text', text: 'Goodbye.' },
        ])
        const providerOptions = {
          openai: {
            store,
            reasoningSummary: 'auto',
            forceReasoning: true,
            ...(!store && { include: ['reasoning.encrypted_content'] }),
          },
        }
        const messages: ModelMessage[] = [{ role: 'user', content: 'Weather?' }]
        const first = await ask(form, {
          messages,
          tools: { weather },
          stopWhen: isStepCount(5),
          providerOptions,
        })
        assert.equal(first.text, 'It is fine.')
        assert.equal(first.steps.length, 3)
        messages.push(...first.messages, { role: 'user', content: 'Thank you' })
        const second = await ask(form, { messages, tools: { weather }, providerOptions })
        assert.equal(second.text, 'Goodbye.')
        const { contents } = JSON.parse(scene.google.calls.at(-1)?.body.toString() ?? '')
        assert.deepEqual(
          contents.map(({ role }: { role: string }) => role),
          ['user', 'model', 'user', 'model', 'user', 'model', 'user'],
        )
        const [, made, answered, again] = contents
        assert.equal(made.parts[0].text, 'Let me see.')
        assert.ok(made.parts[1].thoughtSignature.length > 30, 'Google’s own signature came back')
        assert.equal(made.parts[2].thoughtSignature, undefined)
        assert.ok(again.parts[0].thoughtSignature.length > 30)
        assert.deepEqual(
          answered.parts.map(
            (part: { functionResponse: { response: unknown } }) => part.functionResponse.response,
          ),
          [
            { city: 'Oslo', degrees: 4 },
            { city: 'Rome', degrees: 4 },
          ],
        )
      })
    }
  }

  test('gets objects of a schema', async () => {
    const schema = jsonSchema<{ answer: string }>({
      type: 'object',
      properties: { answer: { type: 'string' } },
      required: ['answer'],
      additionalProperties: false,
    })
    const { output } = await generateText({
      model: model(),
      prompt: 'Say hello',
      output: Output.object({ schema }),
    })
    assert.deepEqual(output, { answer: GOOD_ANSWER })
  })

  test('tells what Google refused', async () => {
    scene.google.script('*', { kind: 'invalidArgument400', message: 'No such thing.', times: 'forever' })
    await assert.rejects(generateText({ model: model(), prompt: 'Hi', maxRetries: 0 }), /No such thing\./)
  })

  test('tells that a stream broke off', async () => {
    scene.google.script('*', { kind: 'streamError', after: 'content' })
    const errors: unknown[] = []
    const { stream } = streamText({
      model: model(),
      prompt: 'Hi',
      maxRetries: 0,
      onError: ({ error }) => {
        errors.push(error)
      },
    })
    for await (const _ of stream);
    assert.equal(errors.length, 1)
  })
})
