import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { after, before, beforeEach, describe, test } from 'node:test'
import type Anthropic from '@anthropic-ai/sdk'
import type OpenAI from 'openai'
import { SIGNATURE } from '../../adapters/simulated-google/replies.ts'
import { GOLDENS, type GoldenCase } from '../schema-goldens.ts'
import { askAdmin } from './admin-client.ts'
import { anthropicAt } from './anthropic-client.ts'
import { CHAT_FORMS, chat, openAiAt } from './openai-client.ts'
import { fakeKeys, GOOD_ANSWER, MODEL, openScene, QUESTION, type Scene } from './scene.ts'

const SCHEMA = {
  type: 'object',
  properties: { filter: { type: 'object' }, size: { enum: [1, 2] } },
  required: ['filter'],
}
const TOOLS: OpenAI.ChatCompletionTool[] = [
  { type: 'function', function: { name: 'find', parameters: SCHEMA } },
]
const CALLED = { name: 'find', args: { filter: '{"a":[1]}', size: '2' } }
const REFUSED_SCHEMA = {
  kind: 'invalidArgument400',
  message: `Invalid JSON payload received. Unknown name "parametersJsonSchema" at 'tools[0].function_declarations[0]': Cannot find field.`,
} as const
const CORRUPTED = { kind: 'invalidArgument400', message: 'Corrupted thought signature.' } as const

describe('A call that Google refuses as malformed', () => {
  let scene: Scene
  before(async () => {
    scene = await openScene(fakeKeys(2))
  })
  after(() => scene.close())
  beforeEach(() => scene.google.reset())

  const bodies = () => scene.google.calls.map(({ body }) => JSON.parse(body.toString()))

  for (const form of CHAT_FORMS) {
    test(`is asked again with the stricter schema, and gives back what the client meant: ${form}`, async () => {
      const model = form === 'whole' ? 'gemini-3.7-flash' : 'gemini-3.6-flash'
      scene.google.script('*', [REFUSED_SCHEMA, { kind: 'functionCall', calls: [CALLED], times: 2 }])
      const ask = async () => {
        const body = { model, tools: TOOLS, messages: [{ role: 'user' as const, content: 'Find' }] }
        const { completions } = openAiAt(scene).chat
        const answer =
          form === 'whole'
            ? await completions.create(body)
            : await completions.stream(body).finalChatCompletion()
        const [call] = answer.choices[0]?.message.tool_calls ?? []
        assert.ok(call?.type === 'function')
        return JSON.parse(call.function.arguments)
      }
      assert.deepEqual(await ask(), { filter: { a: [1] }, size: 2 })
      assert.deepEqual(await ask(), { filter: { a: [1] }, size: 2 })
      const forms = bodies().map(({ tools }) => Object.keys(tools[0].functionDeclarations[0]))
      assert.deepEqual(forms, [
        ['name', 'parametersJsonSchema'],
        ['name', 'parameters'],
        ['name', 'parameters'],
      ])
    })
  }

  test('says so in the notes, and is one row with two attempts in the log', async () => {
    scene.google.script('*', {
      kind: 'invalidArgument400',
      message:
        'Thinking level MEDIUM is not supported for this model. Please retry with other thinking level.',
    })
    const { said, attempts, headers } = await chat(scene, 'whole', {
      model: 'gemini-4-carbon',
      messages: [{ role: 'user', content: 'Hi' }],
      reasoning_effort: 'medium',
    })
    assert.ok(said)
    assert.equal(attempts, 2)
    assert.match(headers?.get('x-geminate-notes') ?? '', /asked again.*thinkingLevel: LOW instead of MEDIUM/)
    assert.deepEqual(
      bodies().map(({ generationConfig }) => generationConfig.thinkingConfig.thinkingLevel),
      ['MEDIUM', 'LOW'],
    )
    const id = headers?.get('x-request-id')
    await new Promise((resolve) => setTimeout(resolve, 700))
    const { body } = await askAdmin(scene, 'GET', `/admin/api/requests/${id}`)
    assert.equal(body.attempts, 2)
    assert.equal(body.decisions.length, 2)
    assert.equal(body.decisions[0]?.fault, 'client_mistake')
  })

  test('is asked without signatures that Google finds corrupted, by Anthropic’s SDK', async () => {
    scene.google.script('*', [{ kind: 'functionCall', calls: [{ name: 'find' }] }, CORRUPTED, { kind: 'ok' }])
    const { messages } = anthropicAt(scene)
    const tools = [{ name: 'find', input_schema: { type: 'object' as const } }]
    const said: Anthropic.MessageParam[] = [{ role: 'user', content: 'Find' }]
    const first = await messages.create({ model: MODEL, max_tokens: 100, tools, messages: said })
    const call = first.content.find(({ type }) => type === 'tool_use') as Anthropic.ToolUseBlock
    said.push({ role: 'assistant', content: first.content })
    said.push({ role: 'user', content: [{ type: 'tool_result', tool_use_id: call.id, content: 'x' }] })
    const second = await messages.create({ model: MODEL, max_tokens: 100, tools, messages: said })
    assert.equal(second.stop_reason, 'end_turn')
    const signatures = bodies()
      .slice(1)
      .map(({ contents }) => contents[1].parts[0].thoughtSignature)
    assert.notEqual(signatures[0], 'skip_thought_signature_validator')
    assert.equal(signatures[1], 'skip_thought_signature_validator')
  })

  test('is refused as it was where nothing helps, and a native call always', async () => {
    scene.google.script('*', [REFUSED_SCHEMA, REFUSED_SCHEMA, REFUSED_SCHEMA])
    const params = {
      model: 'gemini-3.5-flash',
      tools: TOOLS,
      messages: [{ role: 'user' as const, content: 'Find' }],
    }
    const { status, attempts } = await chat(scene, 'whole', params)
    assert.deepEqual([status, attempts], [400, 2])
    const native = await scene.post(`/v1beta/models/${MODEL}:generateContent`, {
      ...QUESTION,
      tools: [{ functionDeclarations: [{ name: 'f', parametersJsonSchema: SCHEMA }] }],
    })
    assert.equal(native.status, 400)
    assert.equal(native.headers.get('x-geminate-attempts'), '1')
  })

  test('with a schema that is none is refused by its place, before anything is sent', async () => {
    const parameters = { type: 'object', properties: { a: { $ref: '#/none' } } }
    const tools: OpenAI.ChatCompletionTool[] = [{ type: 'function', function: { name: 'f', parameters } }]
    const { status, error } = await chat(scene, 'whole', {
      tools,
      messages: [{ role: 'user', content: 'Hi' }],
    })
    assert.equal(status, 400)
    assert.equal(error?.param, 'tools[0].function.parameters.properties.a.$ref')
    assert.equal(scene.google.calls.length, 0)
  })
})

describe('The schemas of real tools', () => {
  const tools = goldenSchemas()
  let scene: Scene
  before(async () => {
    scene = await openScene(fakeKeys(1))
  })
  after(() => scene.close())

  for (const model of [MODEL, 'gemini-2.5-flash', 'gemma-4-31b-it']) {
    test(`are taken by Google at the first attempt, all ${tools.length} of them: ${model}`, async () => {
      const { status, attempts, error } = await chat(scene, 'whole', {
        model,
        tools: tools.map((parameters, index) => ({
          type: 'function',
          function: { name: `t${index}`, parameters },
        })),
        messages: [{ role: 'user', content: 'Hi' }],
      })
      assert.deepEqual([status, attempts], [200, 1], error?.message ?? '')
    })
  }
})

/** Of the compiler's golden files, without those that are refused. */
function goldenSchemas(): Record<string, unknown>[] {
  const files = readdirSync(GOLDENS).filter((name) => name !== 'refused.json')
  const cases = files.flatMap(
    (name) => JSON.parse(readFileSync(new URL(name, GOLDENS), 'utf8')) as GoldenCase[],
  )
  return cases
    .filter(({ role, schema }) => role === 'parameters' && typeof schema === 'object' && schema !== null)
    .map(({ schema }) => schema as Record<string, unknown>)
}

describe('Thought signatures that clients drop', () => {
  let scene: Scene
  before(async () => {
    scene = await openScene(fakeKeys(2))
  })
  after(() => scene.close())
  beforeEach(() => scene.google.reset())

  const lastParts = () => JSON.parse(scene.google.calls.at(-1)?.body.toString() ?? '').contents[1].parts

  for (const form of CHAT_FORMS) {
    test(`come back from the gateway, also after a restart: chat, ${form}`, async () => {
      scene.google.script('*', [
        { kind: 'functionCall', calls: [{ name: 'find' }] },
        { kind: 'ok', times: 2 },
      ])
      const asked: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: `Find, ${form}` }]
      const body = { model: MODEL, tools: TOOLS, messages: asked }
      const { completions } = openAiAt(scene).chat
      const first =
        form === 'whole'
          ? await completions.create(body)
          : await completions.stream(body).finalChatCompletion()
      const calls = first.choices[0]!.message.tool_calls!.map((call) => {
        assert.ok(call.type === 'function')
        return { id: call.id, type: call.type, function: call.function }
      })
      asked.push({ role: 'assistant', content: null, tool_calls: calls })
      asked.push({ role: 'tool', tool_call_id: calls[0]!.id, content: 'x' })
      const answer = await completions.create({ ...body, messages: asked }).withResponse()
      assert.equal(answer.response.headers.get('x-geminate-notes'), null)
      const [part] = lastParts()
      assert.equal(part.thoughtSignature, SIGNATURE)
      await new Promise((resolve) => setTimeout(resolve, 1_200))
      await scene.gateway.end('SIGKILL')
      await scene.gateway.start()
      await openAiAt(scene).chat.completions.create({ ...body, messages: asked })
      assert.equal(lastParts()[0].thoughtSignature, part.thoughtSignature)
    })
  }

  test('come back by what was said, where a client makes ids of its own: messages and responses', async () => {
    const call = { kind: 'functionCall', calls: [{ name: 'find', args: { filter: {} } }] } as const
    scene.google.script('*', [call, { kind: 'ok' }, { kind: 'ok' }])
    const { messages } = anthropicAt(scene)
    const tools = [{ name: 'find', input_schema: SCHEMA as Anthropic.Tool.InputSchema }]
    const asked: Anthropic.MessageParam[] = [{ role: 'user', content: 'Find it' }]
    await messages.create({ model: MODEL, max_tokens: 100, tools, messages: asked })
    asked.push(
      {
        role: 'assistant',
        content: [{ type: 'tool_use', id: 'toolu_mine', name: 'find', input: { filter: {} } }],
      },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_mine', content: 'x' }] },
    )
    await messages.create({ model: MODEL, max_tokens: 100, tools, messages: asked })
    const [part] = lastParts()
    assert.equal(part.thoughtSignature, SIGNATURE)
    await openAiAt(scene).responses.create({
      model: MODEL,
      store: false,
      tools: [{ type: 'function', name: 'find', parameters: SCHEMA, strict: false }],
      input: [
        { role: 'user', content: 'Find it' },
        { type: 'function_call', call_id: 'mine', name: 'find', arguments: '{"filter":{}}' },
        { type: 'function_call_output', call_id: 'mine', output: 'x' },
      ],
    })
    assert.equal(lastParts()[0].thoughtSignature, part.thoughtSignature)
  })

  test('come back with what Google’s own tools did, of which a chat shows nothing', async () => {
    const parts = [
      {
        toolCall: { toolType: 'GOOGLE_SEARCH_WEB', id: 'a', args: { queries: ['sun'] } },
        thoughtSignature: SIGNATURE,
      },
      { toolResponse: { toolType: 'GOOGLE_SEARCH_WEB', id: 'a', response: { found: 1 } } },
      { text: 'Sunny.' },
    ]
    const chunk = { candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP' }] }
    scene.google.script('*', [{ kind: 'chunks', chunks: [chunk] }, { kind: 'ok' }])
    const { said } = await chat(scene, 'stream', { messages: [{ role: 'user', content: 'Weather?' }] })
    const history: OpenAI.ChatCompletionMessageParam[] = [
      { role: 'user', content: 'Weather?' },
      { role: 'assistant', content: said },
      { role: 'user', content: 'Sure?' },
    ]
    const { status } = await chat(scene, 'whole', { messages: history })
    assert.equal(status, 200)
    assert.deepEqual(lastParts(), parts)
  })
})

describe('The setting models', () => {
  test('says what a model takes, and whom to ask when it is gone', async () => {
    const models = {
      'gemini-3.8-*': { thinking: { levels: ['HIGH'] }, shutdown: '2030-01-01', successor: 'gemini-5' },
    }
    const scene = await openScene(fakeKeys(1), { models })
    try {
      const messages = [{ role: 'user' as const, content: 'Say hello' }]
      const { said } = await chat(scene, 'whole', { messages, reasoning_effort: 'low' })
      assert.equal(said, GOOD_ANSWER)
      const { generationConfig } = JSON.parse(scene.google.calls.at(-1)?.body.toString() ?? '')
      assert.equal(generationConfig.thinkingConfig.thinkingLevel, 'HIGH')
      scene.google.script('*', { kind: 'modelNotFound404' })
      const { status, error } = await chat(scene, 'whole')
      assert.equal(status, 404)
      assert.match(error?.message ?? '', /ends on 2030-01-01; ask for gemini-5 instead/)
    } finally {
      await scene.close()
    }
  })
})
