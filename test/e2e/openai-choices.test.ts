import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { APIError } from 'openai'
import type { CompletionUsage } from 'openai/resources'
import { type AdminItem, askAdmin } from './admin-client.ts'
import { openAiAt } from './openai-client.ts'
import { fakeKeys, GOOD_ANSWER, MODEL, openScene, type Scene } from './scene.ts'

/** Makes several candidates of one request. */
const SEVERAL = 'gemma-3-27b-it'
const HELLO = { model: MODEL, messages: [{ role: 'user' as const, content: 'Say hello' }] }
const REFUSED = { kind: 'invalidArgument400', message: 'The contents are wrong' } as const

let scene: Scene
before(async () => {
  scene = await openScene(fakeKeys(4), {
    models: { 'gemini-3.6-flash': { candidates: true } },
    routing: { fallback: { [SEVERAL]: [MODEL] } },
  })
})
after(() => scene.close())
beforeEach(() => scene.google.reset())

const configs = () =>
  scene.google.calls.map(({ body }) => JSON.parse(body.toString()).generationConfig?.candidateCount)
const promptTokens = ({ usage }: { usage?: CompletionUsage | null }) => usage?.prompt_tokens ?? Number.NaN

/** The row of the request log about an answer; rows are written soon after it. */
async function rowOf(response: Response): Promise<AdminItem> {
  const path = `/admin/api/requests/${response.headers.get('x-request-id')}`
  for (;;) {
    const { status, body } = await askAdmin(scene, 'GET', path)
    if (status === 200) return body
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Waits until Google has heard that so many of its answers are not wanted any more. */
async function areAborted(count: number): Promise<void> {
  const aborted = () => scene.google.calls.filter((call) => call.aborted).length
  for (let looks = 0; looks < 250 && aborted() < count; looks++)
    await new Promise((resolve) => setTimeout(resolve, 20))
  assert.equal(aborted(), count)
}

describe('Several choices of one chat', () => {
  test('come by as many calls where the model makes one candidate, and are told and counted as one', async () => {
    const { completions } = openAiAt(scene).chat
    const alone = await completions.create(HELLO)
    scene.google.reset()
    const { data, response } = await completions.create({ ...HELLO, n: 3, user: 'anna' }).withResponse()
    assert.deepEqual(
      data.choices.map(({ index, message, finish_reason }) => [index, message.content, finish_reason]),
      [0, 1, 2].map((index) => [index, GOOD_ANSWER, 'stop']),
    )
    assert.equal(promptTokens(data), 3 * promptTokens(alone))
    assert.deepEqual(configs(), [undefined, undefined, undefined])
    assert.equal(new Set(scene.google.calls.map(({ key }) => key)).size, 3)
    assert.equal(response.headers.get('x-geminate-attempts'), '3')
    assert.match(response.headers.get('x-geminate-notes') ?? '', /^candidateCount: each candidate is a call/)
    const row = await rowOf(response)
    const { promptTokens: spent, attempts, status, way } = row
    assert.deepEqual([spent, attempts, status, way], [promptTokens(data), 3, 200, 'direct'])
  })

  test('come as one stream, in which each has its index, one beginning and one end', async () => {
    scene.google.script('*', [
      { kind: 'text', chunks: ['a', 'b', 'c'] },
      { kind: 'text', chunks: ['d', 'e'] },
      { kind: 'functionCall' },
    ])
    const { data, response } = await openAiAt(scene)
      .chat.completions.create({ ...HELLO, n: 3, stream: true, stream_options: { include_usage: true } })
      .withResponse()
    const chunks = await Array.fromAsync(data)
    const told = chunks.flatMap(({ choices }) => choices)
    const texts = [0, 1, 2].map((each) =>
      told
        .filter(({ index }) => index === each)
        .map(({ delta }) => delta.content ?? '')
        .join(''),
    )
    assert.deepEqual(texts.toSorted(), ['', 'abc', 'de'])
    for (const each of [0, 1, 2]) {
      const own = told.filter(({ index }) => index === each)
      assert.equal(own.filter(({ delta }) => delta.role === 'assistant').length, 1)
      assert.equal(own.filter(({ finish_reason }) => finish_reason !== null).length, 1)
    }
    const calls = told.flatMap(({ delta }) => delta.tool_calls ?? [])
    assert.deepEqual(
      calls.map(({ index, function: called }) => [index, called?.name]),
      [[0, 'weather']],
    )
    assert.equal(new Set(chunks.map(({ id }) => id)).size, 1)
    assert.ok((chunks.at(-1)?.usage?.completion_tokens ?? 0) > 0)
    const row = await rowOf(response)
    assert.deepEqual([row.totalTokens, row.attempts], [chunks.at(-1)?.usage?.total_tokens, 3])
  })

  test('are as good as a refusal where one of them is refused, whole and streamed', async () => {
    const { completions } = openAiAt(scene).chat
    const isRefusal = (error: unknown) =>
      error instanceof APIError && error.status === 400 && error.message.includes(REFUSED.message)
    for (const stream of [false, true]) {
      scene.google.script('*', [{ kind: 'slow', headersMilliseconds: 20_000, times: 2 }, REFUSED])
      const begun = performance.now()
      await assert.rejects(completions.create({ ...HELLO, n: 3, stream }), isRefusal)
      assert.ok(performance.now() - begun < 4_000)
      await areAborted(2)
      assert.deepEqual(
        (await scene.keys()).map(({ state }) => state),
        ['active', 'active', 'active', 'active'],
      )
      scene.google.reset()
    }
  })

  test('move to another key one by one', async () => {
    scene.google.script('*', [
      { kind: 'perMinute429', retrySeconds: 1 },
      { kind: 'ok', times: 'forever' },
    ])
    const { choices } = await openAiAt(scene).chat.completions.create({ ...HELLO, n: 3 })
    assert.deepEqual(
      choices.map(({ index }) => index),
      [0, 1, 2],
    )
    assert.equal(scene.google.calls.length, 4)
  })

  test('end with the client that leaves', async () => {
    scene.google.script('*', { kind: 'slow', chunkMilliseconds: 300, times: 'forever' })
    const stream = await openAiAt(scene).chat.completions.create({ ...HELLO, n: 3, stream: true })
    for await (const _ of stream) break
    await areAborted(3)
  })

  test('end together with an error where one of their streams breaks', async () => {
    scene.google.script('*', [
      { kind: 'slow', chunkMilliseconds: 400, times: 2 },
      { kind: 'reset', after: 'content' },
    ])
    const stream = await openAiAt(scene).chat.completions.create({ ...HELLO, n: 3, stream: true })
    await assert.rejects(Array.fromAsync(stream), (error) => error instanceof APIError)
  })

  test('are one request to a model that makes several, and a stream is not', async () => {
    const { completions } = openAiAt(scene).chat
    const { choices } = await completions.create({ ...HELLO, model: SEVERAL, n: 2 })
    assert.deepEqual(
      choices.map(({ index, message }) => [index, message.content]),
      [
        [0, GOOD_ANSWER],
        [1, GOOD_ANSWER],
      ],
    )
    assert.deepEqual(configs(), [2])
    await Array.fromAsync(await completions.create({ ...HELLO, model: SEVERAL, n: 2, stream: true }))
    assert.deepEqual(configs(), [2, undefined, undefined])
  })

  test('come by as many calls after a refusal that says so, which is learned', async () => {
    const body = { ...HELLO, model: 'gemini-3.6-flash', n: 2 }
    const message = 'Multiple candidates is not enabled for this model'
    scene.google.script('*', [
      { kind: 'invalidArgument400', message },
      { kind: 'ok', times: 'forever' },
    ])
    for (const asked of [
      [2, undefined, undefined],
      [undefined, undefined],
    ]) {
      const { data, response } = await openAiAt(scene).chat.completions.create(body).withResponse()
      assert.deepEqual(
        data.choices.map(({ index }) => index),
        [0, 1],
      )
      assert.match(
        response.headers.get('x-geminate-notes') ?? '',
        /^candidateCount: each candidate is a call/,
      )
      assert.deepEqual(configs(), asked)
      scene.google.reset()
    }
  })

  test('are as many where a model answers in another one’s place that makes one', async () => {
    scene.google.script('*', [
      { kind: 'modelNotFound404', times: 3 },
      { kind: 'ok', times: 'forever' },
    ])
    const body = { ...HELLO, model: SEVERAL, n: 2 }
    const { data, response } = await openAiAt(scene).chat.completions.create(body).withResponse()
    assert.equal(data.choices.length, 2)
    assert.match(response.headers.get('x-geminate-notes') ?? '', /candidateCount: each .*; answered by/)
  })

  test('are at most eight, however they are asked for', async () => {
    const { completions } = openAiAt(scene).chat
    const google = { generation_config: { candidate_count: 9 } }
    for (const [params, param] of [
      [{ n: 9 }, 'n'],
      [{ extra_body: { google } }, 'extra_body.google.generation_config.candidate_count'],
    ] as const) {
      await assert.rejects(
        completions.create({ ...HELLO, ...params }),
        (error) => error instanceof APIError && error.status === 400 && error.param === param,
      )
    }
  })
})

describe('Several prompts of one completion', () => {
  const prompts = Array.from({ length: 20 }, (_, index) => `Say ${index}`)

  test('stream together, each at the index of its prompt', async () => {
    const { data, response } = await openAiAt(scene)
      .completions.create({
        model: MODEL,
        prompt: prompts,
        n: 2,
        echo: true,
        stream: true,
        stream_options: { include_usage: true },
      })
      .withResponse()
    const chunks = await Array.fromAsync(data)
    const told = chunks.flatMap(({ choices }) => choices)
    const texts = Array.from({ length: 40 }, (_, each) =>
      told
        .filter(({ index }) => index === each)
        .map(({ text }) => text)
        .join(''),
    )
    assert.deepEqual(
      texts,
      prompts.flatMap((prompt) => Array(2).fill(`${prompt}Hello! You said: ${prompt}`)),
    )
    assert.equal(told.filter(({ finish_reason }) => finish_reason === 'stop').length, 40)
    const row = await rowOf(response)
    assert.deepEqual([row.attempts, row.totalTokens], [40, chunks.at(-1)?.usage?.total_tokens])
  })

  test('end with the first that is refused, those that have just begun too', async () => {
    scene.google.script('*', [
      { kind: 'ok' },
      { kind: 'slow', chunkMilliseconds: 200 },
      { kind: 'slow', chunkMilliseconds: 10_000, times: 6 },
      { kind: 'hang' },
      REFUSED,
    ])
    const params = { model: MODEL, prompt: prompts.slice(0, 10), stream: true } as const
    const stream = await openAiAt(scene).completions.create(params)
    await assert.rejects(Array.fromAsync(stream), (error) => error instanceof APIError)
    await areAborted(7)
  })

  test('all go through the hooks of requests', async () => {
    const model = `${MODEL}-search`
    const { choices } = await openAiAt(scene).completions.create({ model, prompt: prompts.slice(0, 3) })
    assert.equal(choices.length, 3)
    const generations = scene.google.calls.filter(({ operation }) => operation === 'generateContent')
    const tools = generations.map(({ body }) => JSON.parse(body.toString()).tools)
    assert.deepEqual(tools, Array(3).fill([{ googleSearch: {} }]))
  })

  test('are all fitted to what their model takes, and counted', async () => {
    const ask = (prompt: string[]) =>
      openAiAt(scene).completions.create({ model: MODEL, prompt, presence_penalty: 1 }).withResponse()
    const message = `Penalty is not enabled for models/${MODEL}`
    scene.google.script('*', [
      { kind: 'invalidArgument400', message },
      { kind: 'ok', times: 'forever' },
    ])
    await ask(['Say what you take'])
    const { data, response } = await ask(prompts.slice(0, 3))
    assert.deepEqual(
      data.choices.map(({ index, text }) => [index, text]),
      [0, 1, 2].map((index) => [index, `Hello! You said: Say ${index}`]),
    )
    const sent = scene.google.calls.slice(2).map(({ body }) => JSON.parse(body.toString()))
    assert.deepEqual(
      sent.map(({ generationConfig }) => generationConfig ?? {}),
      [{}, {}, {}],
    )
    const row = await rowOf(response)
    assert.deepEqual([row.attempts, row.totalTokens], [3, data.usage?.total_tokens])
  })
})
