import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { createOpenAI } from '@ai-sdk/openai'
import { generateText, jsonSchema, Output, streamText } from 'ai'
import { AI_SDK_FORMS, roundTripByAiSdk } from './ai-sdk-client.ts'
import { fakeKeys, GOOD_ANSWER, MODEL, openScene, type Scene } from './scene.ts'

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

  for (const form of AI_SDK_FORMS) {
    for (const store of [true, false]) {
      test(`makes round trips with tools over several turns: ${form}, ${store ? 'by what is kept' : 'sending all'}`, async () => {
        const openai = {
          store,
          reasoningSummary: 'auto',
          forceReasoning: true,
          ...(!store && { include: ['reasoning.encrypted_content'] }),
        }
        await roundTripByAiSdk(scene, model(), form, { providerOptions: { openai } })
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
