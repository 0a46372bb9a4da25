import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { APIError } from 'openai'
import { openAiAt } from './openai-client.ts'
import { fakeKeys, GOOD_ANSWER, MODEL, openScene, type Scene } from './scene.ts'

let scene: Scene
before(async () => {
  scene = await openScene(fakeKeys(1))
})
after(() => scene.close())
beforeEach(() => scene.google.reset())

describe('a legacy completion by OpenAI’s SDK', () => {
  const params = { model: MODEL, prompt: 'Say hello' }

  test('comes whole, with its prompt before it where that is asked for', async () => {
    const { choices, usage, object } = await openAiAt(scene).completions.create({ ...params, echo: true })
    assert.deepEqual(
      [object, choices[0]?.text, choices[0]?.finish_reason],
      ['text_completion', `Say hello${GOOD_ANSWER}`, 'stop'],
    )
    assert.ok(usage && usage.prompt_tokens > 0 && usage.completion_tokens > 0)
  })

  test('may be of several prompts, each a call of its own, in their order', async () => {
    const prompts = ['one', 'two', 'three'].map((word) => `Say ${word}`)
    const { choices, usage } = await openAiAt(scene).completions.create({
      ...params,
      prompt: prompts,
      echo: true,
    })
    assert.deepEqual(
      choices.map(({ text, index }) => [index, text]),
      prompts.map((prompt, index) => [index, `${prompt}Hello! You said: ${prompt}`]),
    )
    const alone = await openAiAt(scene).completions.create({ ...params, prompt: prompts[0]! })
    assert.ok((usage?.prompt_tokens ?? 0) >= 3 * (alone.usage?.prompt_tokens ?? Number.NaN))
  })

  test('tells which of several prompts Google blocked', async () => {
    scene.google.script('*', [{ kind: 'ok' }, { kind: 'promptBlocked' }])
    const { choices } = await openAiAt(scene).completions.create({ ...params, prompt: ['Say a', 'Say b'] })
    assert.deepEqual(
      choices.map(({ finish_reason }) => finish_reason),
      ['stop', 'content_filter'],
    )
  })

  test('comes as a stream, with its usage at the end', async () => {
    const stream = await openAiAt(scene).completions.create({
      ...params,
      stream: true,
      stream_options: { include_usage: true },
    })
    const chunks = await Array.fromAsync(stream)
    const choices = chunks.flatMap((chunk) => chunk.choices)
    assert.equal(choices.map(({ text }) => text).join(''), GOOD_ANSWER)
    assert.deepEqual(
      choices.map(({ finish_reason }) => finish_reason).filter((reason) => reason !== null),
      ['stop'],
    )
    assert.equal(new Set(chunks.map(({ id }) => id)).size, 1)
    assert.ok((chunks.at(-1)?.usage?.total_tokens ?? 0) > 0)
  })

  test('is refused by the name of its parameter, before a key is used', async () => {
    await assert.rejects(
      openAiAt(scene).completions.create({ ...params, prompt: [1, 2, 3] }),
      (error) => error instanceof APIError && error.status === 400 && error.param === 'prompt',
    )
    assert.equal(scene.google.calls.length, 0)
  })
})

test('a moderation is refused with what to do instead', async () => {
  await assert.rejects(
    openAiAt(scene).moderations.create({ input: 'Hi' }),
    (error) => error instanceof APIError && error.status === 501 && /safetyRatings/.test(error.message),
  )
})
