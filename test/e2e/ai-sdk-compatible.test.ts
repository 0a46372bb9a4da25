import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { embedMany } from 'ai'
import { AI_SDK_FORMS, askByAiSdk, roundTripByAiSdk, statusOf } from './ai-sdk-client.ts'
import { fakeKeys, GOOD_ANSWER, MODEL, openScene, type Scene } from './scene.ts'

/** It speaks chat completions, and sends signatures back as Google's own OpenAI layer has them. */
describe('the AI SDK’s provider of what is compatible with OpenAI', () => {
  let scene: Scene
  before(async () => {
    scene = await openScene(fakeKeys(3))
  })
  after(() => scene.close())
  beforeEach(() => scene.google.reset())

  const provider = (apiKey = scene.gateway.clientToken) =>
    createOpenAICompatible({
      name: 'geminate',
      baseURL: `${scene.gateway.url}/v1`,
      apiKey,
      includeUsage: true,
      supportsStructuredOutputs: true,
    })
  const messages = [{ role: 'user' as const, content: 'Say hello' }]

  for (const form of AI_SDK_FORMS) {
    test(`makes round trips with tools over several turns: ${form}`, async () => {
      await roundTripByAiSdk(scene, provider()(MODEL), form)
    })

    test(`reads thoughts and usage: ${form}`, async () => {
      const providerOptions = { geminate: { reasoningEffort: 'low' } }
      const { text, steps } = await askByAiSdk(provider()(MODEL), form, { messages, providerOptions })
      assert.equal(text, GOOD_ANSWER)
      assert.ok(steps[0]?.reasoningText)
      assert.ok(steps[0]?.usage.outputTokens)
    })

    test(`is told of failures with their true status: ${form}`, async () => {
      for (const [status, model] of [
        [404, provider()('gemini-none')],
        [401, provider('sk-wrong-token')(MODEL)],
      ] as const) {
        const error = await askByAiSdk(model, form, { messages }).catch((thrown: unknown) => thrown)
        assert.equal(statusOf(error), status)
      }
    })
  }

  test('embeds many texts at once', async () => {
    const model = provider().embeddingModel('gemini-embedding-001')
    assert.equal((await embedMany({ model, values: ['one', 'two', 'three'] })).embeddings.length, 3)
  })
})
