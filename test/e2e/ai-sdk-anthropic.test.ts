import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { createAnthropic } from '@ai-sdk/anthropic'
import { generateText, jsonSchema, Output } from 'ai'
import { AI_SDK_FORMS, askByAiSdk, roundTripByAiSdk, statusOf } from './ai-sdk-client.ts'
import { fakeKeys, GOOD_ANSWER, MODEL, openScene, type Scene } from './scene.ts'

describe('the AI SDK’s provider of Anthropic', () => {
  let scene: Scene
  before(async () => {
    scene = await openScene(fakeKeys(3))
  })
  after(() => scene.close())
  beforeEach(() => scene.google.reset())

  const anthropic = (apiKey = scene.gateway.clientToken, version = '/v1') =>
    createAnthropic({ baseURL: scene.gateway.url + version, apiKey })
  const messages = [{ role: 'user' as const, content: 'Say hello' }]
  /** The SDK asks for 4,096 tokens of models that it does not know, and says so, where nothing is stated. */
  const PLAIN = { maxOutputTokens: 8000 }
  const THINKING = {
    ...PLAIN,
    providerOptions: { anthropic: { thinking: { type: 'enabled', budgetTokens: 2000 } } },
  }

  for (const form of AI_SDK_FORMS) {
    for (const [title, options] of [
      ['thinking', THINKING],
      ['not thinking', PLAIN],
    ] as const) {
      test(`makes round trips with tools over several turns: ${form}, ${title}`, async () => {
        await roundTripByAiSdk(scene, anthropic()(MODEL), form, options)
      })
    }

    test(`asks for Claude, and reads thoughts and usage: ${form}`, async () => {
      const model = anthropic()('claude-sonnet-4-5')
      const { text, steps } = await askByAiSdk(model, form, { messages, ...THINKING })
      assert.equal(text, GOOD_ANSWER)
      assert.ok(steps[0]?.reasoningText)
      assert.ok(steps[0]?.usage.outputTokens)
    })

    test(`needs no version in the base URL: ${form}`, async () => {
      const model = anthropic(undefined, '')(MODEL)
      assert.equal((await askByAiSdk(model, form, { messages, ...PLAIN })).text, GOOD_ANSWER)
    })

    test(`is told of failures with their true status: ${form}`, async () => {
      for (const [status, model] of [
        [404, anthropic()('gemini-none')],
        [401, anthropic('sk-wrong-token')(MODEL)],
      ] as const) {
        const error = await askByAiSdk(model, form, { messages, ...PLAIN }).catch((thrown: unknown) => thrown)
        assert.equal(statusOf(error), status)
      }
    })
  }

  const schema = jsonSchema<{ answer: string }>({
    type: 'object',
    properties: { answer: { type: 'string' } },
    required: ['answer'],
    additionalProperties: false,
  })

  test('gets objects of a schema', async () => {
    const answer = await generateText({
      model: anthropic()('claude-sonnet-4-5'),
      prompt: 'Say hello',
      output: Output.object({ schema }),
    })
    assert.deepEqual(answer.output, { answer: GOOD_ANSWER })
  })

  test('gets objects by a tool that the model must call, where it does not know the model', async () => {
    scene.google.script('*', { kind: 'functionCall', calls: [{ name: 'json', args: { answer: 'Hi' } }] })
    const answer = await generateText({
      model: anthropic()(MODEL),
      prompt: 'Say hello',
      output: Output.object({ schema }),
      ...PLAIN,
    })
    assert.deepEqual(answer.output, { answer: 'Hi' })
    const { toolConfig } = JSON.parse(scene.google.calls.at(-1)?.body.toString() ?? '')
    assert.equal(toolConfig.functionCallingConfig.mode, 'ANY')
  })
})
