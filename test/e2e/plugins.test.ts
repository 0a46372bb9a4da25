import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { CLIENT_TOKEN, type GatewayFiles } from './gateway-process.ts'
import { fakeKeys, MODEL, openScene, QUESTION, type Scene } from './scene.ts'

const OTHER_MODEL = 'gemini-2.5-flash'
const path = (method: string, model = MODEL) => `/v1beta/models/${model}:${method}`

/** Shouts: puts an instruction in front, and writes answers in capitals. */
const SHOUT = `
import { definePlugin, GatewayError, Type } from 'geminate/sdk'
const shout = (reply) => ({
  ...reply,
  candidates: reply.candidates?.map((candidate) => ({
    ...candidate,
    content: {
      ...candidate.content,
      parts: candidate.content?.parts?.map((part) => (part.text ? { ...part, text: part.text.toUpperCase() } : part)),
    },
  })),
})
export default definePlugin({
  name: 'shout',
  api: 1,
  description: 'Shouts.',
  options: Type.Object({ model: Type.String(), greeting: Type.String({ default: 'loudly: ' }) }),
  setup: ({ model, greeting }, host) => ({
    when: (head) => head.model === model,
    request(call) {
      const [content] = call.request.contents
      const text = content.parts[0].text
      if (text === 'forbidden') throw new GatewayError('forbidden', 'This gateway does not say that')
      if (text === 'break request') throw new Error('the plugin’s own secret thought')
      return { ...call, request: { ...call.request, contents: [{ ...content, parts: [{ text: greeting + text }] }] } }
    },
    reply(reply) {
      if (JSON.stringify(reply).includes('break reply')) throw new Error('the plugin’s own secret thought')
      return shout(reply)
    },
    chunk(chunk) {
      if (JSON.stringify(chunk).includes('break chunk')) throw new Error('the plugin’s own secret thought')
      return shout(chunk)
    },
    async finished(call, result) {
      await host.store.put(call.id, { model: call.model, client: call.client, ...result, error: undefined })
    },
    models: (list) => list.map((each) => ({ ...each, displayName: 'Loud ' + each.displayName })),
    routes(app, gateway) {
      app.get('/shout/log/:id', async ({ params }) => (await host.store.get(params.id)) ?? {})
      app.get('/shout/break', () => { throw new Error('the plugin’s own secret thought') })
      app.get('/shout/refuse', () => { throw new GatewayError('not_found', 'No shout here') })
    },
  }),
})
`

describe('A plugin of somebody’s own', () => {
  let scene: Scene
  before(async () => {
    const plugins = { './plugins/shout.ts': { model: MODEL } }
    scene = await openScene(fakeKeys(2), { plugins }, { files: { 'plugins/shout.ts': SHOUT } })
  })
  after(() => scene.close())
  beforeEach(() => scene.google.reset())

  const say = (method: string, text: string, model = MODEL) =>
    scene.post(path(method, model), { contents: [{ role: 'user', parts: [{ text }] }] })
  const get = (place: string) =>
    fetch(scene.gateway.url + place, { headers: { 'x-goog-api-key': CLIENT_TOKEN } })

  test('changes the request and the reply of a whole call', async () => {
    const response = await say('generateContent', 'hi')
    assert.equal(response.status, 200)
    assert.equal(textOf([await response.json()]), 'HELLO! YOU SAID: LOUDLY: HI')
    assert.match(scene.google.calls[0]!.body.toString(), /"loudly: hi"/)
  })

  test('changes the chunks of a stream of events', async () => {
    const response = await say('streamGenerateContent?alt=sse', 'hi')
    assert.equal(response.headers.get('content-type'), 'text/event-stream')
    const events = (await response.text()).split('\r\n\r\n').filter((event) => event !== '')
    const chunks = events.map((event) => JSON.parse(event.replace(/^data: /, '')))
    assert.ok(chunks.length > 1)
    assert.equal(textOf(chunks), 'HELLO! YOU SAID: LOUDLY: HI')
  })

  test('changes the chunks of a stream that is a JSON array', async () => {
    const response = await say('streamGenerateContent', 'hi')
    assert.match(response.headers.get('content-type') ?? '', /^application\/json/)
    const chunks = (await response.json()) as unknown[]
    assert.ok(chunks.length > 1)
    assert.equal(textOf(chunks), 'HELLO! YOU SAID: LOUDLY: HI')
  })

  test('keeps what it learns when a call has finished in a store of its own', async () => {
    for (const method of ['generateContent', 'streamGenerateContent?alt=sse']) {
      const response = await say(method, 'hi')
      await response.text()
      const place = `/shout/log/${response.headers.get('x-request-id')}`
      let kept: Record<string, unknown> = {}
      for (let tries = 0; kept.status === undefined && tries < 200; tries++) {
        kept = (await (await get(place)).json()) as Record<string, unknown>
      }
      const { model, client, status, attempts, usage } = kept
      assert.deepEqual(
        { model, client, status, attempts },
        { model: MODEL, client: 'tester', status: 200, attempts: 1 },
      )
      assert.ok((usage as { totalTokenCount: number }).totalTokenCount > 0)
    }
  })

  test('changes the list of models', async () => {
    const { models } = (await (await get('/v1beta/models')).json()) as { models: { displayName: string }[] }
    assert.equal(models.length, 50)
    for (const { displayName } of models) assert.match(displayName, /^Loud /)
  })

  test('leaves a call that it does not want as it is, byte for byte', async () => {
    const body = `{"contents" : [{"parts":[{"text":"caf\\u00e9"}]}],  "generationConfig":{"topK":40.0}}`
    const asked = ['generateContent', 'streamGenerateContent?alt=sse', 'streamGenerateContent']
    for (const method of asked) {
      scene.google.reset()
      const answer = await (await scene.post(path(method, OTHER_MODEL), body)).text()
      assert.equal(scene.google.calls[0]!.body.toString(), body)
      assert.match(answer, /Hello!/)
      assert.equal(withoutIds(answer), withoutIds(await askGoogle(scene, path(method, OTHER_MODEL), body)))
    }
  })

  test('refuses a call by a GatewayError, which the client gets in Google’s shape', async () => {
    for (const method of ['generateContent', 'streamGenerateContent?alt=sse']) {
      const response = await say(method, 'forbidden')
      assert.equal(response.status, 403)
      const { error } = (await response.json()) as {
        error: { code: number; message: string; status: string }
      }
      assert.deepEqual(
        [error.code, error.status, error.message],
        [403, 'PERMISSION_DENIED', 'This gateway does not say that'],
      )
    }
    assert.equal(scene.google.calls.length, 0)
  })

  test('is blamed by name when a hook throws, its text only in the log', async () => {
    for (const [method, text, hook] of [
      ['generateContent', 'break request', 'request'],
      ['generateContent', 'break reply', 'reply'],
      ['streamGenerateContent?alt=sse', 'break request', 'request'],
    ] as const) {
      const response = await say(method, text)
      assert.equal(response.status, 500)
      const { error } = (await response.json()) as { error: { message: string; status: string } }
      assert.equal(error.status, 'INTERNAL')
      assert.ok(error.message.includes('"shout"') && error.message.includes(hook), error.message)
      assert.ok(!error.message.includes('secret thought'))
    }
    assert.match(scene.gateway.output(), /secret thought/)
  })

  test('that throws amid a stream ends it with an error event, not with silence', async () => {
    const chunks = ['This is well. ', 'break chunk', ' never said']
    for (const [method, ending] of [
      ['streamGenerateContent?alt=sse', /"code":500.*"INTERNAL".*\r\n\r\n$/],
      ['streamGenerateContent', /"code":500.*"INTERNAL".*\n?\]$/],
    ] as const) {
      scene.google.script('*', { kind: 'text', chunks })
      const text = await (await say(method, 'hi')).text()
      assert.match(text, ending)
      assert.match(text, /\\"shout\\"/)
      assert.doesNotMatch(text, /secret thought|never said/i)
    }
  })

  test('answers on routes of its own, closed like all others', async () => {
    assert.equal((await fetch(`${scene.gateway.url}/shout/log/none`)).status, 401)
    assert.deepEqual(await (await get('/shout/log/none')).json(), {})
    assert.equal((await get('/shout/refuse')).status, 404)
    const broken = await get('/shout/break')
    assert.equal(broken.status, 500)
    const text = await broken.text()
    assert.match(text, /shout/)
    assert.doesNotMatch(text, /secret thought/)
  })
})

function textOf(chunks: readonly unknown[]): string {
  type Reply = { candidates: { content: { parts?: { text?: string }[] } }[] }
  const parts = (chunks as Reply[]).flatMap(({ candidates }) => candidates[0]?.content.parts ?? [])
  return parts.map(({ text }) => text ?? '').join('')
}

/** Answers are alike but for the number of the generation. */
function withoutIds(text: string): string {
  return text.replace(/"responseId": ?"[^"]*"/g, '')
}

async function askGoogle(scene: Scene, path: string, body: string): Promise<string> {
  const headers = { 'content-type': 'application/json', 'x-goog-api-key': scene.google.keys[0]! }
  return (await fetch(scene.google.url + path, { method: 'POST', headers, body })).text()
}

describe('A plugin that cannot be set up', () => {
  const throwing = `
    import { definePlugin } from 'geminate/sdk'
    export default definePlugin({
      name: 'throwing', api: 1, description: 'Throws.',
      setup() { throw new Error('my database is missing') },
    })`
  const wanting = `
    import { definePlugin, Type } from 'geminate/sdk'
    export default definePlugin({
      name: 'wanting', api: 1, description: 'Wants an option.',
      options: Type.Object({ color: Type.String() }),
      setup: () => ({}),
    })`
  const broken: Record<string, readonly [file: string, reason: RegExp]> = {
    'because its set-up throws': [throwing, /my database is missing/],
    'because an option is missing': [wanting, /color/],
    'because its file is no plugin': ['export default { name: "x" }', /definePlugin/],
    'because its file is no program': ['export default {{', /left out/],
    'because it was written for another contract': [throwing.replace('api: 1', 'api: 99'), /version 99/],
    'because its file is not there': ['', /left out/],
  }
  for (const [title, [file, reason]] of Object.entries(broken)) {
    test(`is left out and named ${title}, and the gateway serves`, async () => {
      const files: GatewayFiles = file === '' ? {} : { 'plugins/broken.ts': file }
      const scene = await openScene(fakeKeys(1), { plugins: { './plugins/broken.ts': {} } }, { files })
      try {
        assert.equal((await scene.post(path('generateContent'), QUESTION)).status, 200)
        const warning = scene.gateway
          .output()
          .split('\n')
          .find((line) => line.startsWith('Warning: '))
        assert.match(warning ?? '', /plugins\/broken\.ts/)
        assert.match(warning ?? '', reason)
      } finally {
        await scene.close()
      }
    })
  }
})

describe('Two plugins on one path', () => {
  const serving = (name: string) => `
    import { definePlugin } from 'geminate/sdk'
    export default definePlugin({
      name: '${name}', api: 1, description: 'Serves.',
      setup: () => ({ routes: (app) => void app.get('/shared', () => '${name}') }),
    })`

  test('are refused at start by a sentence that names both and the path', async () => {
    const files = { 'plugins/one.ts': serving('one'), 'plugins/two.ts': serving('two') }
    const plugins = { './plugins/one.ts': true, './plugins/two.ts': true }
    const opening = openScene(fakeKeys(1), { plugins }, { files })
    await assert.rejects(opening, ({ message }: Error) => {
      assert.match(message, /ended with 2: The plugins "one" and "two" both serve GET \/shared/)
      assert.doesNotMatch(message, /\n\s+at /)
      return true
    })
  })
})
