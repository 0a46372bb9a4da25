import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import type Anthropic from '@anthropic-ai/sdk'
import {
  anthropicAt,
  askMessage,
  errorSeen,
  HELLO,
  MESSAGE_FORMS,
  type MessageForm,
  SDK_NAMES,
  type SdkName,
  wordsOf,
} from './anthropic-client.ts'
import { ADMIN_TOKEN } from './gateway-process.ts'
import { fakeKeys, GOOD_ANSWER, MODEL, openScene, type Scene, until } from './scene.ts'

const TOOLS: Anthropic.Tool[] = [
  {
    name: 'weather',
    description: 'Tells the weather',
    input_schema: { type: 'object', properties: { city: { type: 'string' } } },
  },
]
const LONG_SIGNATURE = Buffer.from('a signature too long for an id '.repeat(20)).toString('base64')

for (const sdk of SDK_NAMES) {
  describe(`Anthropic’s SDK ${sdk}`, () => {
    let scene: Scene
    before(async () => {
      scene = await openScene(fakeKeys(3), {
        streaming: { commitSeconds: 0.3, heartbeatSeconds: 0.3 },
        plugins: { anthropic: { models: { 'claude-mine-*': 'gemini-2.5-pro' } } },
      })
    })
    after(() => scene.close())
    beforeEach(() => scene.google.reset())

    const sent = () => JSON.parse(scene.google.calls.at(-1)?.body.toString() ?? '')

    for (const form of MESSAGE_FORMS) {
      test(`gets answers: ${form}`, async () => {
        const { said, stopReason, headers } = await askMessage(scene, form, {}, sdk)
        assert.deepEqual([said, stopReason], [GOOD_ANSWER, 'end_turn'])
        assert.match(headers?.get('request-id') ?? '', /^req_/)
        assert.equal(headers?.get('request-id'), headers?.get('x-request-id'))
        assert.equal(headers?.get('x-geminate-notes'), null)
      })
    }

    test('folds a stream to the whole answer', async () => {
      const { messages } = anthropicAt(scene, sdk)
      const whole = await messages.create(HELLO)
      assertSame(await messages.stream(HELLO).finalMessage(), whole)
      assert.ok(whole.usage.input_tokens > 0 && whole.usage.output_tokens > 0)
    })

    test('asks for Claude, and is answered as by Claude', async () => {
      const { messages } = anthropicAt(scene, sdk)
      for (const [model, googles] of [
        ['claude-haiku-4-5', 'gemini-3.5-flash-lite'],
        ['claude-sonnet-of-tests', 'gemini-3.8-flash'],
        ['claude-mine-1', 'gemini-2.5-pro'],
      ] as const) {
        assert.equal((await messages.create({ ...HELLO, model })).model, model)
        assert.equal(scene.google.calls.at(-1)?.model, googles)
      }
    })

    test('takes betas as they come', async () => {
      const { messages } = anthropicAt(scene, sdk).beta
      const betas = ['context-management-2025-06-27', 'something-of-2031']
      const answer = await messages.create({ ...HELLO, betas, context_management: { edits: [] } })
      assert.equal(answer.stop_reason, 'end_turn')
    })

    test('lists and shows models', async () => {
      const { models } = anthropicAt(scene, sdk)
      const all = await Array.fromAsync(await models.list({ limit: 2 }))
      assert.ok(all.length > 2, 'it came in pages')
      assert.ok(all.some(({ id, type }) => id === MODEL && type === 'model'))
      assert.equal((await models.retrieve(MODEL)).id, MODEL)
      assert.equal((await models.retrieve('claude-sonnet-of-tests')).id, 'claude-sonnet-of-tests')
      assert.equal((await fails(models.retrieve('gemini-none'))).type, 'not_found_error')
    })

    test('counts tokens, tools and system among them', async () => {
      const { messages } = anthropicAt(scene, sdk)
      const { max_tokens: _, ...prompt } = HELLO
      const { input_tokens: few } = await messages.countTokens(prompt)
      const { input_tokens: more } = await messages.countTokens({
        ...prompt,
        system: 'Be kind. '.repeat(50),
        tools: TOOLS,
      })
      assert.ok(few > 0 && more > few, `${few}, ${more}`)
      assert.equal(scene.google.calls.at(-1)?.operation, 'countTokens')
      assert.equal(
        (await fails(messages.countTokens({ ...prompt, model: 'gemini-none' }))).type,
        'not_found_error',
      )
    })

    for (const form of MESSAGE_FORMS) {
      for (const [title, thoughtSignature] of [
        ['short', 'U0lHMQ=='],
        ['long', LONG_SIGNATURE],
      ] as const) {
        for (const thinking of [undefined, { type: 'enabled', budget_tokens: 1024 }] as const) {
          const how = `${form}, ${title}, ${thinking ? 'thinking' : 'not thinking'}`
          test(`makes a round trip with tools, signatures included: ${how}`, async () => {
            scene.google.script('*', [
              { kind: 'chunks', chunks: callChunks(thoughtSignature) },
              { kind: 'ok' },
            ])
            const contents = await roundTrip(sdk, form, thinking)
            const [first, second] = contents[1].parts.filter((part: Part) => part.functionCall)
            assert.equal(first.thoughtSignature, thoughtSignature)
            assert.equal(second.thoughtSignature, undefined)
            const answers = contents[2].parts.map(({ functionResponse }: Part) => functionResponse?.response)
            assert.deepEqual(answers, [{ of: 'Oslo' }, { of: 'Rome' }])
            const ids = contents[2].parts.map(({ functionResponse }: Part) => functionResponse?.id)
            assert.deepEqual(ids, [first.functionCall.id, second.functionCall.id])
          })
        }
      }
    }

    interface Part {
      readonly functionCall?: { readonly id: string }
      readonly functionResponse?: { readonly id: string; readonly response: object }
    }

    /** Asks, answers the calls in another order, and gives what Google saw then. */
    async function roundTrip(
      name: SdkName,
      form: MessageForm,
      thinking: Anthropic.ThinkingConfigParam | undefined,
    ) {
      const { messages } = anthropicAt(scene, name)
      const history: Anthropic.MessageParam[] = [{ role: 'user', content: 'Weather?' }]
      const ask = () => {
        const body = {
          ...HELLO,
          max_tokens: 4000,
          tools: TOOLS,
          messages: history,
          ...(thinking && { thinking }),
        }
        return form === 'whole' ? messages.create(body) : messages.stream(body).finalMessage()
      }
      const first = await ask()
      assert.equal(first.stop_reason, 'tool_use')
      const uses = first.content.flatMap((block) => (block.type === 'tool_use' ? [block] : []))
      assert.equal(new Set(uses.map(({ id }) => id)).size, 2)
      const results = uses.map(({ id, input }) => ({
        type: 'tool_result' as const,
        tool_use_id: id,
        content: JSON.stringify({ of: (input as { city: string }).city }),
      }))
      history.push(
        { role: 'assistant', content: first.content },
        { role: 'user', content: results.toReversed() },
      )
      assert.match(wordsOf(await ask()), /weather/)
      return sent().contents
    }

    for (const form of MESSAGE_FORMS) {
      test(`is told of mistakes before any key is used: ${form}`, async () => {
        const odd = [{ role: 'user', content: 5 }] as unknown as Anthropic.MessageParam[]
        const { status, error } = await askMessage(scene, form, { messages: odd }, sdk)
        assert.deepEqual([status, error?.type], [400, 'invalid_request_error'])
        assert.match(error?.message ?? '', /messages\.0\.content/)
        assert.match(error?.requestId ?? '', /^req_/)
        assert.equal(scene.google.calls.length, 0)
      })

      test(`is told of an unknown model by Google’s own words: ${form}`, async () => {
        const { status, error } = await askMessage(scene, form, { model: 'gemini-none' }, sdk)
        assert.deepEqual([status, error?.type], [404, 'not_found_error'])
        assert.match(error?.message ?? '', /models\/gemini-none is not found/)
      })
    }

    test('is told of wrong tokens, and of what is not served, in its own shape', async () => {
      const list = (apiKey: string) => fails(anthropicAt(scene, sdk, { apiKey }).models.list())
      assert.deepEqual(brief(await list('sk-wrong')), [401, 'authentication_error'])
      assert.deepEqual(brief(await list(ADMIN_TOKEN)), [403, 'permission_error'])
      const client = anthropicAt(scene, sdk)
      const [batches, files] = [client.messages.batches.list(), client.beta.files.list()]
      for (const unserved of [batches, files]) {
        const error = await fails(unserved)
        assert.deepEqual(brief(error), [501, 'api_error'])
        assert.equal(error.headers?.get('x-should-retry'), 'false')
      }
      assert.deepEqual(brief(await fails(client.get('/v1/messages'))), [405, 'invalid_request_error'])
      assert.deepEqual(brief(await fails(client.get('/v1/messages/odd'))), [404, 'not_found_error'])
      assert.equal(scene.google.calls.filter(({ method }) => method === 'POST').length, 0)
    })

    test('frees the upstream when it aborts a call', async () => {
      for (const stream of [true, false]) {
        scene.google.reset()
        scene.google.script('*', stream ? { kind: 'hangAfterContent' } : { kind: 'hang' })
        const leaving = new AbortController()
        const answer = anthropicAt(scene, sdk).messages.create(
          { ...HELLO, stream },
          { signal: leaving.signal },
        )
        answer.catch(() => {}) // the abort is what is wanted
        if (stream) for await (const _ of (await answer) as AsyncIterable<unknown>) break
        else await until(() => scene.google.open() === 1, 'the call is at Google')
        leaving.abort()
        await until(() => scene.google.open() === 0, 'the upstream is free')
        assert.equal(scene.google.calls.length, 1)
      }
    })
  })
}

function callChunks(thoughtSignature: string) {
  const parts = [
    { functionCall: { name: 'weather', args: { city: 'Oslo' } }, thoughtSignature },
    { functionCall: { name: 'weather', args: { city: 'Rome' } } },
  ]
  const says = (content: object[]) => ({
    candidates: [{ index: 0, content: { role: 'model', parts: content } }],
  })
  return [
    says([{ text: 'Let me think.', thought: true }]),
    says([{ text: 'Let me see.' }]),
    { candidates: [{ index: 0, content: { role: 'model', parts }, finishReason: 'STOP' }] },
  ]
}

async function fails(answer: PromiseLike<unknown>) {
  return errorSeen(
    await answer.then(
      () => assert.fail('it did not fail'),
      (thrown: unknown) => thrown,
    ),
  )
}

function brief({ status, type }: { status: number | undefined; type: string | undefined }) {
  return [status, type]
}

/** Two calls differ in their ids; the SDK's streams add what they parsed. */
function assertSame(actual: Anthropic.Message, expected: Anthropic.Message): void {
  const plain = ({ id: _, ...rest }: Anthropic.Message) =>
    JSON.parse(JSON.stringify(rest), (name, value) => (name.startsWith('parsed') ? undefined : value))
  assert.deepEqual(plain(actual), plain(expected))
}
