import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import type OpenAI from 'openai'
import { APIError } from 'openai'
import { openAiAt } from './openai-client.ts'
import { type Params, RESPONSE_FORMS, respond, WEATHER, withoutIds } from './responses-client.ts'
import { fakeKeys, GOOD_ANSWER, MODEL, openScene, type Scene } from './scene.ts'

const HELLO = { input: 'Say hello' }
const CALLS = [
  { name: 'weather', args: { city: 'Oslo' } },
  { name: 'weather', args: { city: 'Rome' } },
]

describe('OpenAI’s SDK at the Responses API', () => {
  let scene: Scene
  let openai: OpenAI
  before(async () => {
    const clients = [
      { name: 'tester', token: 'sk-test-client-token-0001' },
      { name: 'other', token: 'sk-test-client-token-0002' },
    ]
    scene = await openScene(fakeKeys(3), {
      clients,
      streaming: { commitSeconds: 0.3, heartbeatSeconds: 0.3 },
    })
    openai = openAiAt(scene)
  })
  after(() => scene.close())
  beforeEach(() => scene.google.reset())

  const sent = () => JSON.parse(scene.google.calls.at(-1)?.body.toString() ?? '')

  for (const path of ['/v1', '/hf/v1', '']) {
    test(`gets answers below "${path}"`, async () => {
      const at = openAiAt(scene, { baseURL: scene.gateway.url + path })
      for (const form of RESPONSE_FORMS) {
        const response = await respond(at, form, HELLO)
        assert.equal(response.output_text, GOOD_ANSWER)
        assert.equal(response.status, 'completed')
        assert.ok(response.usage?.total_tokens)
        assert.equal((await at.responses.retrieve(response.id)).output_text, GOOD_ANSWER)
      }
    })
  }

  test('folds a stream to the whole answer: thoughts, text, calls, signatures', async () => {
    const calls = CALLS.map((call, index) => ({ ...call, id: `fc-${index}` }))
    scene.google.script('*', { kind: 'functionCall', calls, text: 'Let me see.', times: 2 })
    const params: Params = {
      ...HELLO,
      tools: [WEATHER],
      reasoning: { effort: 'high', summary: 'auto' },
      include: ['reasoning.encrypted_content'],
    }
    const whole = await respond(openai, 'whole', params)
    const folded = await respond(openai, 'stream', params)
    assert.deepEqual(withoutIds(folded), withoutIds(whole))
    assert.deepEqual(
      whole.output.map(({ type }) => type),
      ['reasoning', 'message', 'reasoning', 'function_call', 'function_call'],
    )
  })

  for (const form of RESPONSE_FORMS) {
    test(`makes a round trip with tools, sending back what came: ${form}`, async () => {
      scene.google.script('*', [{ kind: 'functionCall', calls: CALLS }, { kind: 'ok' }])
      const tools = [WEATHER]
      const input: OpenAI.Responses.ResponseInput = [{ role: 'user', content: 'Weather?' }]
      const first = await respond(openai, form, { input, tools, store: false })
      const made = first.output.filter((item) => item.type === 'function_call')
      assert.equal(new Set(made.map(({ call_id }) => call_id)).size, 2)
      input.push(...(first.output as OpenAI.Responses.ResponseInput))
      for (const { call_id } of made.toReversed())
        input.push({ type: 'function_call_output', call_id, output: `{"of":"${call_id}"}` })
      const second = await respond(openai, form, { input, tools, store: false })
      assert.match(second.output_text, /weather/)
      assertRoundTrip(
        sent().contents,
        made.map(({ call_id }) => call_id),
      )
    })

    test(`makes the same round trip by the id of the response: ${form}`, async () => {
      scene.google.script('*', [{ kind: 'functionCall', calls: CALLS }, { kind: 'ok' }])
      const tools = [WEATHER]
      const first = await respond(openai, form, { input: 'Weather?', tools })
      const made = first.output.filter((item) => item.type === 'function_call')
      const second = await respond(openai, form, {
        previous_response_id: first.id,
        tools,
        input: made.map(({ call_id }) => ({
          type: 'function_call_output',
          call_id,
          output: `{"of":"${call_id}"}`,
        })),
      })
      assert.equal(second.previous_response_id, first.id)
      assertRoundTrip(
        sent().contents,
        made.map(({ call_id }) => call_id),
      )
      const { data } = await openai.responses.inputItems.list(second.id, { order: 'asc' })
      assert.deepEqual(
        data.map(({ type }) => type),
        [
          'message',
          'reasoning',
          'function_call',
          'function_call',
          'function_call_output',
          'function_call_output',
        ],
      )
    })
  }

  test('parses structured answers', async () => {
    const format = {
      type: 'json_schema',
      name: 'answer',
      schema: { type: 'object', properties: { answer: { type: 'string' } } },
      strict: true,
    } as const
    const response = await openai.responses.parse({ model: MODEL, ...HELLO, text: { format } })
    assert.deepEqual(JSON.parse(response.output_text), { answer: GOOD_ANSWER })
    assert.deepEqual(sent().generationConfig, {
      responseMimeType: 'application/json',
      responseJsonSchema: format.schema,
    })
  })

  test('counts tokens without generating any', async () => {
    const first = await respond(openai, 'whole', HELLO)
    const alone = await openai.responses.inputTokens.count({ model: MODEL, input: 'And then?' })
    const more = await openai.responses.inputTokens.count({
      model: MODEL,
      input: 'And then?',
      previous_response_id: first.id,
    })
    assert.ok(alone.input_tokens > 0)
    assert.ok(more.input_tokens > alone.input_tokens)
    assert.equal(scene.google.calls.at(-1)?.operation, 'countTokens')
  })

  test('goes on from the short form of a conversation', async () => {
    scene.google.script('*', { kind: 'text', text: 'They greeted each other.' })
    const input: OpenAI.Responses.ResponseInput = [
      { role: 'user', content: 'Hello' },
      { role: 'assistant', content: 'Hello!' },
    ]
    const short = await openai.responses.compact({ model: MODEL, input })
    assert.deepEqual(
      short.output.map(({ type }) => type ?? 'message'),
      ['message', 'compaction'],
    )
    await respond(openai, 'whole', {
      input: [...(short.output as OpenAI.Responses.ResponseInput), { role: 'user', content: 'And now?' }],
    })
    assert.match(JSON.stringify(sent().contents), /Hello.*They greeted each other.*And now\?/)
  })

  test('finds what it asked for until it deletes it; nobody else ever does', async () => {
    const { id } = await respond(openai, 'stream', HELLO)
    const other = openAiAt(scene, { apiKey: 'sk-test-client-token-0002' })
    await assertFails(other.responses.retrieve(id), 404, null)
    await assertFails(other.responses.delete(id), 404, null)
    await assertFails(respond(other, 'whole', { ...HELLO, previous_response_id: id }), 404, NO_PREVIOUS)
    await assertFails(openai.responses.cancel(id), 400, null)
    await openai.responses.delete(id)
    await assertFails(openai.responses.retrieve(id), 404, null)
    await assertFails(openai.responses.inputItems.list(id), 404, null)
    await assertFails(respond(openai, 'whole', { ...HELLO, previous_response_id: id }), 404, NO_PREVIOUS)
  })

  test('finds nothing of what was not to be kept', async () => {
    const { id, store } = (await respond(openai, 'whole', { ...HELLO, store: false })) as {
      id: string
      store?: boolean
    }
    assert.equal(store, false)
    await assertFails(openai.responses.retrieve(id), 404, null)
  })

  test('finds kept responses after a restart', async () => {
    const { id } = await respond(openai, 'whole', HELLO)
    await scene.gateway.end('SIGTERM')
    await scene.gateway.start()
    openai = openAiAt(scene)
    const second = await respond(openai, 'whole', { input: 'And again', previous_response_id: id })
    assert.match(second.output_text, /And again/)
    assert.equal(sent().contents.length, 3)
  })

  for (const form of RESPONSE_FORMS) {
    test(`is told of mistakes before any key is used: ${form}`, async () => {
      const odd = [{ role: 'user', content: 5 }] as unknown as OpenAI.Responses.ResponseInput
      const error = await assertFails(respond(openai, form, { input: odd }), 400, 'invalid_type')
      assert.equal(error.param, 'input[0].content')
      assert.equal(scene.google.calls.length, 0)
    })

    test(`is told that Google refused: ${form}`, async () => {
      scene.google.script('*', { kind: 'invalidArgument400', message: 'No.' })
      await assertFails(respond(openai, form, HELLO), 400, null)
    })
  }

  test('is told of a stream that broke off, and never that it was complete', async () => {
    for (const behaviour of [
      { kind: 'cut', after: 'content' },
      { kind: 'streamError', after: 'content' },
      { kind: 'reset', after: 'content' },
    ] as const) {
      scene.google.script('*', behaviour)
      const types: string[] = []
      const reading = (async () => {
        const stream = await openai.responses.create({ model: MODEL, ...HELLO, stream: true })
        for await (const { type } of stream) types.push(type)
      })()
      await assert.rejects(reading, APIError)
      assert.equal(types[0], 'response.created')
      assert.ok(!types.includes('response.completed'))
    }
  })

  test('sees nothing of the heartbeats in a silence', async () => {
    scene.google.script('*', { kind: 'think', milliseconds: 1_000 })
    const response = await respond(openai, 'stream', HELLO)
    assert.equal(response.output_text, GOOD_ANSWER)
  })
})

describe('a Responses-shaped body at the chat completions', () => {
  let scene: Scene
  before(async () => {
    scene = await openScene(fakeKeys(1))
  })
  after(() => scene.close())

  test('is understood, and answered as a chat', async () => {
    scene.google.script('*', { kind: 'functionCall', calls: CALLS })
    const body = { model: MODEL, input: [{ role: 'user', content: 'Weather?' }], tools: [WEATHER] }
    const response = await scene.post('/v1/chat/completions', body)
    const answer = (await response.json()) as OpenAI.ChatCompletion
    assert.equal(answer.object, 'chat.completion')
    assert.equal(answer.choices[0]?.message.tool_calls?.length, 2)
    const stream = await scene.post('/chat/completions', { ...body, stream: true })
    assert.match(await stream.text(), /"object":"chat\.completion\.chunk".*data: \[DONE\]\n\n$/s)
  })
})

const NO_PREVIOUS = 'previous_response_not_found'

interface GoogleContent {
  readonly role: string
  readonly parts: readonly {
    readonly thoughtSignature?: string
    readonly functionResponse?: { readonly response: object }
  }[]
}

function assertRoundTrip(contents: readonly GoogleContent[], ids: readonly string[]): void {
  assert.deepEqual(
    contents.map(({ role }) => role),
    ['user', 'model', 'user'],
  )
  const [, made, answered] = contents
  assert.ok((made?.parts[0]?.thoughtSignature ?? '').length > 30, 'Google’s own signature came back')
  assert.equal(made?.parts[1]?.thoughtSignature, undefined)
  assert.deepEqual(
    answered?.parts.map(({ functionResponse }) => functionResponse?.response),
    ids.map((of) => ({ of })),
  )
}

async function assertFails(
  answer: PromiseLike<unknown>,
  status: number,
  code: string | null,
): Promise<APIError> {
  const error = await answer.then(
    () => assert.fail('it did not fail'),
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof APIError, String(error))
  assert.deepEqual({ status: error.status, code: error.code ?? null }, { status, code }, error.message)
  return error
}
