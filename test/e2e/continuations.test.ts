import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { fakeKeys, LENIENT, MODEL, openScene, QUESTION, type Scene } from './scene.ts'

/** Its streams are made of whole answers. */
const FAKED = 'gemini-3.6-flash'

let scene: Scene
before(async () => {
  scene = await openScene(fakeKeys(3), { plugins: { 'fake-stream': { models: [FAKED] } } }, LENIENT)
})
after(() => scene.close())
beforeEach(() => scene.google.reset())

/** One piece of a long answer; without a token it is the last. */
function piece(text: string, token?: string, finishReason = token ? 'CONTINUATION' : 'STOP') {
  const content = { role: 'model', parts: text === '' ? [] : [{ text }] }
  const candidate = { content, finishReason, ...(token && { continuationToken: token }) }
  const usageMetadata = { promptTokenCount: 10, candidatesTokenCount: 2, totalTokenCount: 12 }
  return { kind: 'chunks', chunks: [{ candidates: [candidate], usageMetadata }] } as const
}

interface Asked {
  readonly said: string
  readonly end: string | undefined
  readonly output: number | undefined
  readonly response: Response
}

type Form = 'whole' | 'stream' | 'faked'

/** How each client asks, and what it reads of the answer. */
const CLIENTS: Readonly<Record<string, (form: Form) => Promise<Asked>>> = {
  async chat(form) {
    const stream = form !== 'whole'
    const response = await send(form, '/v1/chat/completions', {
      messages: [{ role: 'user', content: 'Say hello' }],
      ...(stream && { stream, stream_options: { include_usage: true } }),
    })
    const values = await valuesOf(response)
    const choices = values.flatMap(({ choices = [] }) => choices) as {
      delta?: { content?: string }
      message?: { content: string }
      finish_reason?: string
    }[]
    return {
      response,
      said: choices.map(({ delta, message }) => (delta ?? message)?.content ?? '').join(''),
      end: choices.at(-1)?.finish_reason,
      output: values.at(-1)?.usage?.completion_tokens,
    }
  },
  async responses(form) {
    const response = await send(form, '/v1/responses', { input: 'Say hello', stream: form !== 'whole' })
    const last = (await valuesOf(response)).at(-1)
    const done = (last?.response ?? last) as {
      output: { content?: { text: string }[] }[]
      status: string
      usage: { output_tokens: number }
    }
    return {
      response,
      said: done.output.flatMap(({ content = [] }) => content.map(({ text }) => text)).join(''),
      end: done.status === 'completed' ? 'stop' : 'length',
      output: done.usage.output_tokens,
    }
  },
  async anthropic(form) {
    const messages = [{ role: 'user', content: 'Say hello' }]
    const stream = form !== 'whole'
    const response = await send(form, '/v1/messages', { max_tokens: 99, messages, stream })
    const values = (await valuesOf(response)) as {
      content?: { text: string }[]
      delta?: { text?: string; stop_reason?: string }
      stop_reason?: string
      usage?: { output_tokens: number }
    }[]
    const reason = values.map(({ delta, stop_reason }) => stop_reason ?? delta?.stop_reason).findLast(Boolean)
    return {
      response,
      said: values
        .map(({ content, delta }) => content?.map(({ text }) => text).join('') ?? delta?.text ?? '')
        .join(''),
      end: reason === 'end_turn' ? 'stop' : 'length',
      output: values.findLast(({ usage }) => usage)?.usage?.output_tokens,
    }
  },
}

function send(form: Form, path: string, body: object): Promise<Response> {
  return scene.post(
    path,
    { model: form === 'faked' ? FAKED : MODEL, ...body },
    {
      headers: {
        authorization: `Bearer ${scene.gateway.clientToken}`,
        ...(path === '/v1/messages' && { 'anthropic-version': '2023-06-01' }),
      },
    },
  )
}

interface Value {
  readonly choices?: readonly unknown[]
  readonly usage?: { completion_tokens: number }
  readonly response?: unknown
}

async function valuesOf(response: Response): Promise<Value[]> {
  assert.equal(response.status, 200)
  const text = await response.text()
  if (text.startsWith('{')) return [JSON.parse(text)]
  const data = text.split('\n').filter((line) => line.startsWith('data: {'))
  return data.map((line) => JSON.parse(line.slice(6)))
}

const bodies = () => scene.google.calls.map(({ body }) => JSON.parse(body.toString()))

for (const [name, ask] of Object.entries(CLIENTS)) {
  for (const form of ['whole', 'stream', 'faked'] as const) {
    describe(`a long answer to ${name}, ${form}`, () => {
      test('is one answer, by one key, its usage the sum', async () => {
        scene.google.script('*', [piece('One ', 'YQ=='), piece('two ', 'Yg=='), piece('three.')])
        const { said, end, output, response } = await ask(form)
        assert.deepEqual({ said, end, output }, { said: 'One two three.', end: 'stop', output: 6 })
        assert.deepEqual(
          bodies().map(({ continuationToken }) => continuationToken),
          [undefined, 'YQ==', 'Yg=='],
        )
        const { continuationToken: _, ...again } = bodies()[2]
        assert.deepEqual(again, bodies()[0])
        assert.equal(new Set(scene.google.calls.map(({ key }) => key)).size, 1)
        const [first] = scene.google.calls
        assert.equal(/:generateContent$/.test(first!.path), form !== 'stream')
        if (form === 'whole') assert.equal(response.headers.get('x-geminate-attempts'), '3')
      })

      test('may end with nothing more to say', async () => {
        scene.google.script('*', [piece('One.', 'YQ=='), piece('')])
        const { said, end, output } = await ask(form)
        assert.deepEqual({ said, end, output }, { said: 'One.', end: 'stop', output: 4 })
      })

      test('is cut by its length where Google does not go on', async () => {
        scene.google.script('*', [piece('One ', 'YQ=='), { kind: 'invalidArgument400' }])
        const { said, end } = await ask(form)
        assert.deepEqual({ said, end }, { said: 'One ', end: 'length' })
      })

      test('is cut by its length without a token, or after many pieces', async () => {
        scene.google.script('*', [piece('One ', undefined, 'CONTINUATION')])
        assert.equal((await ask(form)).end, 'length')
        assert.equal(scene.google.calls.length, 1)
        scene.google.reset()
        scene.google.script('*', [{ ...piece('x', 'YQ=='), times: 'forever' }])
        const { said, end } = await ask(form)
        assert.deepEqual([said, end, scene.google.calls.length], ['x'.repeat(33), 'length', 33])
      })
    })
  }
}

for (const [stream, model] of [
  [false, 'gemini-3.7-flash'],
  [true, 'gemini-3.6-flash'],
] as const) {
  test(`a long answer goes on in the form that Google took, not the one it refused: ${model}`, async () => {
    const message = 'maxOutputTokens: the supported range is from 1 (inclusive) to 65537 (exclusive).'
    scene.google.script('*', [{ kind: 'invalidArgument400', message }, piece('One ', 'YQ=='), piece('two.')])
    const messages = [{ role: 'user', content: 'Say hello' }]
    await valuesOf(
      await send('whole', '/v1/chat/completions', { model, messages, stream, max_tokens: 100_000 }),
    )
    const most = bodies().map(({ generationConfig }) => generationConfig.maxOutputTokens)
    assert.deepEqual(most, [100_000, 65_536, 65_536])
  })
}

for (const form of ['generateContent', 'streamGenerateContent?alt=sse'] as const) {
  test(`a long answer to a native client is its own to go on with: ${form}`, async () => {
    scene.google.script('*', [piece('One ', 'YQ=='), piece('two.')])
    const text = await (await scene.post(`/v1beta/models/${MODEL}:${form}`, QUESTION)).text()
    assert.match(text, /"continuationToken":\s*"YQ=="/)
    assert.equal(scene.google.calls.length, 1)
  })
}
