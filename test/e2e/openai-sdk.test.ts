import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import type OpenAI from 'openai'
import { APIError } from 'openai'
import { underTest } from '../gateway-command.ts'
import { ADMIN_TOKEN } from './gateway-process.ts'
import { CHAT_FORMS, chat, HELLO, openAiAt, withoutCall } from './openai-client.ts'
import { fakeKeys, GOOD_ANSWER, MODEL, openScene, type Scene, until } from './scene.ts'

const CALL = { ...HELLO, model: MODEL }
const TOOLS: OpenAI.ChatCompletionTool[] = [
  {
    type: 'function',
    function: {
      name: 'weather',
      description: 'Tells the weather',
      parameters: { type: 'object', properties: { city: { type: 'string' } }, additionalProperties: false },
    },
  },
]

describe('OpenAI’s SDK', () => {
  let scene: Scene
  before(async () => {
    scene = await openScene(fakeKeys(3), { streaming: { commitSeconds: 0.3, heartbeatSeconds: 0.3 } })
  })
  after(() => scene.close())
  beforeEach(() => scene.google.reset())

  const sent = () => JSON.parse(scene.google.calls.at(-1)?.body.toString() ?? '')

  for (const path of ['/v1', '/hf/v1', '']) {
    test(`gets answers and models below "${path}"`, async () => {
      const openai = openAiAt(scene, { baseURL: scene.gateway.url + path })
      const { choices, usage } = await openai.chat.completions.create(CALL)
      assert.equal(choices[0]?.message.content, GOOD_ANSWER)
      assert.ok(usage?.total_tokens)
      const stream = await openai.chat.completions.create({ ...CALL, stream: true })
      const chunks = await Array.fromAsync(stream)
      assert.equal(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join(''), GOOD_ANSWER)
      assert.equal(new Set(chunks.map(({ id }) => id)).size, 1)
      const models = await Array.fromAsync(await openai.models.list())
      assert.ok(models.some(({ id }) => id === MODEL))
      assert.ok(models.every(({ created, object }) => Number.isInteger(created) && object === 'model'))
      assert.equal((await openai.models.retrieve(`google/${MODEL}`)).id, MODEL)
      await assertFails(openai.models.retrieve('gemini-none'), 404, 'model_not_found')
    })
  }

  test('folds a stream to the whole answer: text, usage, end', async () => {
    const { completions } = openAiAt(scene).chat
    const whole = await completions.create(CALL)
    const stream = completions.stream({ ...CALL, stream_options: { include_usage: true } })
    assertSame(await stream.finalChatCompletion(), whole)
    assertSame(await completions.stream(CALL).finalChatCompletion(), { ...whole, usage: undefined })
  })

  test('folds a stream to the whole answer: tool calls', async () => {
    const { completions } = openAiAt(scene).chat
    const calls = [
      { name: 'weather', args: { city: 'Oslo' }, id: 'fc-1' },
      { name: 'weather', args: { city: 'Rome' }, id: 'fc-2' },
    ]
    scene.google.script('*', { kind: 'functionCall', calls, text: 'Let me see.', times: 2 })
    const whole = await completions.create({ ...CALL, tools: TOOLS })
    const stream = completions.stream({ ...CALL, tools: TOOLS, stream_options: { include_usage: true } })
    assertSame(await stream.finalChatCompletion(), whole)
    assert.equal(whole.choices[0]?.finish_reason, 'tool_calls')
    assert.equal(whole.choices[0]?.message.tool_calls?.length, 2)
  })

  for (const form of CHAT_FORMS) {
    test(`makes a round trip with tools over two turns, signatures included: ${form}`, async () => {
      const { completions } = openAiAt(scene).chat
      const calls = [
        { name: 'weather', args: { city: 'Oslo' } },
        { name: 'weather', args: { city: 'Rome' } },
      ]
      scene.google.script('*', [{ kind: 'functionCall', calls }, { kind: 'ok' }])
      const ask = async (messages: OpenAI.ChatCompletionMessageParam[]) => {
        const body = { model: MODEL, tools: TOOLS, messages }
        if (form === 'whole') return (await completions.create(body)).choices[0]!
        return (await completions.stream(body).finalChatCompletion()).choices[0]!
      }
      const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'Weather?' }]
      const first = await ask(messages)
      const made = first.message.tool_calls ?? []
      assert.equal(new Set(made.map(({ id }) => id)).size, 2)
      messages.push(first.message)
      for (const { id } of made.toReversed())
        messages.push({ role: 'tool', tool_call_id: id, content: `{"of":"${id}"}` })
      const second = await ask(messages)
      assert.match(second.message.content ?? '', /weather/)
      const { contents } = sent()
      assert.deepEqual(
        contents.map(({ role }: { role: string }) => role),
        ['user', 'model', 'user'],
      )
      assert.ok(contents[1].parts[0].thoughtSignature.length > 30, 'Google’s own signature came back')
      assert.equal(contents[1].parts[1].thoughtSignature, undefined)
      assert.deepEqual(
        contents[2].parts.map(
          (part: { functionResponse: { response: object } }) => part.functionResponse.response,
        ),
        made.map(({ id }) => ({ of: id })),
      )
    })
  }

  test('sends pictures, sampling, stops and schemas as Google takes them', async () => {
    const url = 'data:image/png;base64,iVBORw0KGgo='
    const { headers } = await chat(scene, 'whole', {
      messages: [
        { role: 'developer', content: 'Be kind' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What?' },
            { type: 'image_url', image_url: { url } },
          ],
        },
      ],
      n: 1,
      stop: ['END'],
      temperature: 0.2,
      reasoning_effort: 'high',
      tools: TOOLS,
      tool_choice: 'required',
      user: 'me',
      metadata: { a: 'b' },
      store: true,
    })
    assert.deepEqual(sent(), {
      systemInstruction: { parts: [{ text: 'Be kind' }] },
      contents: [
        {
          role: 'user',
          parts: [{ text: 'What?' }, { inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgo=' } }],
        },
      ],
      tools: [
        {
          functionDeclarations: [
            {
              name: 'weather',
              description: 'Tells the weather',
              parametersJsonSchema: {
                type: 'object',
                properties: { city: { type: 'string' } },
                additionalProperties: false,
              },
            },
          ],
        },
      ],
      toolConfig: { functionCallingConfig: { mode: 'ANY' } },
      generationConfig: {
        temperature: 0.2,
        candidateCount: 1,
        stopSequences: ['END'],
        thinkingConfig: { thinkingLevel: 'HIGH', includeThoughts: true },
      },
    })
    assert.equal(headers?.get('x-geminate-notes'), null)
  })

  for (const form of CHAT_FORMS) {
    test(`is told of mistakes before any key is used: ${form}`, async () => {
      const odd = [{ role: 'user', content: 5 }] as unknown as OpenAI.ChatCompletionMessageParam[]
      const wrong = await chat(scene, form, { messages: odd })
      assert.equal(wrong.status, 400)
      assert.equal(wrong.error?.param, 'messages[0].content')
      assert.equal(wrong.error?.code, 'invalid_type')
      assert.equal(scene.google.calls.length, 0)
    })

    test(`is told of an unknown model by Google’s own words: ${form}`, async () => {
      const { status, error } = await chat(scene, form, { ...HELLO, model: 'gemini-none' })
      assert.equal(status, 404)
      assert.equal(error?.code, 'model_not_found')
      assert.match(error?.message ?? '', /models\/gemini-none is not found/)
      assert.equal(scene.google.calls.length, 1)
    })
  }

  test('is told of wrong tokens, wrong paths and wrong methods in its own shape', async () => {
    const list = (apiKey: string) => openAiAt(scene, { apiKey }).models.list()
    await assertFails(list('sk-wrong'), 401, 'invalid_api_key')
    await assertFails(list(ADMIN_TOKEN), 403, 'insufficient_permissions')
    const openai = openAiAt(scene)
    await assertFails(openai.post('/nothing', { body: {} }), 404, null)
    await assertFails(openai.post('/models', { body: {} }), 405, 'method_not_supported')
    assert.equal(scene.google.calls.filter(({ method }) => method === 'POST').length, 0)
  })

  const RAW: readonly (readonly [string, number, string | null, RequestInit])[] = [
    ['no JSON', 400, 'invalid_json', { body: '{"model":' }],
    ['nothing', 400, 'invalid_json', { body: '' }],
    ['a list', 400, 'invalid_type', { body: '[]' }],
    ['what is no UTF-8', 400, 'invalid_json', { body: new Uint8Array([0x22, 0xff, 0x22]) }],
    ['broken gzip', 400, null, { body: 'x', headers: { 'content-encoding': 'gzip' } }],
    ['a body past the limit', 413, null, { body: new Uint8Array(120 * 1024 * 1024).fill(0x20) }],
  ]
  for (const [title, status, code, init] of RAW) {
    test(`is told in its own shape of ${title}`, async () => {
      const response = await scene.post('/v1/chat/completions', '', init)
      const { error } = (await response.json()) as { error: Record<string, unknown> }
      assert.equal(response.status, status)
      assert.deepEqual(Object.keys(error), ['message', 'type', 'param', 'code'])
      assert.deepEqual({ type: error.type, code: error.code }, { type: 'invalid_request_error', code })
      assert.equal(scene.google.calls.length, 0)
    })
  }

  test('frees the upstream when it aborts a call', async () => {
    // Deno overlooks that a client has left before its answer began, where the body came after the head.
    for (const stream of underTest === 'deno' ? [true] : [true, false]) {
      scene.google.reset()
      scene.google.script('*', stream ? { kind: 'hangAfterContent' } : { kind: 'hang' })
      const leaving = new AbortController()
      const answer = openAiAt(scene).chat.completions.create({ ...CALL, stream }, { signal: leaving.signal })
      answer.catch(() => {}) // the abort is what is wanted
      if (stream) for await (const _ of (await answer) as AsyncIterable<unknown>) break
      else await until(() => scene.google.open() === 1, 'the call is at Google')
      leaving.abort()
      await until(() => scene.google.open() === 0, 'the upstream is free')
      assert.equal(scene.google.calls[0]?.aborted, true)
      assert.equal(scene.google.calls.length, 1)
    }
  })
})

function assertSame(actual: object, expected: object): void {
  assert.deepEqual(withoutParsed(withoutCall(actual)), withoutParsed(withoutCall(expected)))
}

/** The SDK's streams add what they parsed. */
function withoutParsed(completion: unknown): unknown {
  return JSON.parse(JSON.stringify(completion), (name, value) =>
    name === 'parsed' || name === 'parsed_arguments' ? undefined : value,
  )
}

async function assertFails(answer: PromiseLike<unknown>, status: number, code: string | null): Promise<void> {
  const error = await answer.then(
    () => assert.fail('it did not fail'),
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof APIError, String(error))
  assert.deepEqual({ status: error.status, code: error.code }, { status, code })
}
