import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { createGoogle } from '@ai-sdk/google'
import { embedMany, generateText, jsonSchema, Output, uploadFile } from 'ai'
import { AI_SDK_FORMS, askByAiSdk, roundTripByAiSdk, statusOf } from './ai-sdk-client.ts'
import { fakeKeys, GOOD_ANSWER, MODEL, openScene, type Scene } from './scene.ts'

describe('the AI SDK’s provider of Google', () => {
  let scene: Scene
  before(async () => {
    scene = await openScene(fakeKeys(3))
  })
  after(() => scene.close())
  beforeEach(() => scene.google.reset())

  const google = (apiKey = scene.gateway.clientToken) =>
    createGoogle({ baseURL: `${scene.gateway.url}/v1beta`, apiKey })
  const messages = [{ role: 'user' as const, content: 'Say hello' }]

  for (const form of AI_SDK_FORMS) {
    test(`makes round trips with tools over several turns: ${form}`, async () => {
      await roundTripByAiSdk(scene, google()(MODEL), form)
    })

    test(`reads thoughts and usage: ${form}`, async () => {
      const providerOptions = { google: { thinkingConfig: { includeThoughts: true } } }
      const { text, steps } = await askByAiSdk(google()(MODEL), form, { messages, providerOptions })
      assert.equal(text, GOOD_ANSWER)
      assert.ok(steps[0]?.reasoningText)
      assert.ok(steps[0]?.usage.outputTokens)
    })

    test(`is told of failures with their true status: ${form}`, async () => {
      for (const [status, model] of [
        [404, google()('gemini-none')],
        [401, google('sk-wrong-token')(MODEL)],
      ] as const) {
        const error = await askByAiSdk(model, form, { messages }).catch((thrown: unknown) => thrown)
        assert.equal(statusOf(error), status)
      }
    })
  }

  test('gets objects of a schema', async () => {
    const schema = jsonSchema<{ answer: string }>({
      type: 'object',
      properties: { answer: { type: 'string' } },
      required: ['answer'],
      additionalProperties: false,
    })
    const output = Output.object({ schema })
    const answer = await generateText({ model: google()(MODEL), prompt: 'Say hello', output })
    assert.deepEqual(answer.output, { answer: GOOD_ANSWER })
  })

  test('embeds many texts at once', async () => {
    const model = google().embedding('gemini-embedding-001')
    const { embeddings } = await embedMany({ model, values: ['one', 'two', 'three'] })
    assert.equal(embeddings.length, 3)
    assert.ok(embeddings.every((values) => values.length > 0))
  })

  test('sends a file up and asks about it', async () => {
    const { providerReference } = await uploadFile({
      api: google().files(),
      data: new TextEncoder().encode('a note'),
      mediaType: 'text/plain',
    })
    const { key } = scene.google.calls.at(-1)!
    const content = [{ type: 'file' as const, data: providerReference, mediaType: 'text/plain' }]
    await generateText({ model: google()(MODEL), messages: [{ role: 'user', content }], maxRetries: 0 })
    assert.equal(scene.google.calls.at(-1)?.key, key)
  })
})
