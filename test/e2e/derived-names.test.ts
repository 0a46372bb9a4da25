import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { anthropicAt } from './anthropic-client.ts'
import { PLUGINS } from './capabilities.ts'
import { openAiAt } from './openai-client.ts'
import { fakeKeys, LENIENT, MODEL, openScene, pathOf, QUESTION, readAnswer, type Scene } from './scene.ts'

const SUFFIXES = ['-thinking', '-nothinking', '-non-thinking', '-low', '-medium', '-high', '-search']

describe('Names that plugins give models', () => {
  let scene: Scene
  before(async () => {
    scene = await openScene(fakeKeys(4), { plugins: PLUGINS }, LENIENT)
  })
  after(() => scene.close())
  beforeEach(() => scene.google.reset())

  const lists: Readonly<Record<string, () => Promise<string[]>>> = {
    OpenAI: async () => (await Array.fromAsync(await openAiAt(scene).models.list())).map(({ id }) => id),
    Anthropic: async () =>
      (await Array.fromAsync(await anthropicAt(scene).models.list({ limit: 100 }))).map(({ id }) => id),
    Gemini: async () => {
      const { models } = (await (await get('/v1beta/models?pageSize=1000')).json()) as { models: Named[] }
      return models.map(({ name }) => name.replace('models/', ''))
    },
  }
  interface Named {
    readonly name: string
    readonly description?: string
  }
  const get = (path: string) =>
    fetch(scene.gateway.url + path, { headers: { 'x-goog-api-key': scene.gateway.clientToken } })

  for (const [protocol, list] of Object.entries(lists)) {
    test(`stand in the list of ${protocol}, and what is hidden does not`, async () => {
      const names = await list()
      for (const suffix of SUFFIXES) assert.ok(names.includes(MODEL + suffix), suffix)
      for (const name of ['smart', 'smart-search', 'gemini-house', 'gemini-house-high', 'gemini-9-neon'])
        assert.ok(names.includes(name), name)
      for (const name of ['gemini-3.7-flash', 'gemini-3.7-flash-high', 'gemini-4-carbon'])
        assert.ok(!names.includes(name), name)
      for (const name of ['gemini-3.8-flash-tts-high', 'gemma-3-27b-it-search', 'gemini-embedding-2-search'])
        assert.ok(!names.includes(name), name)
      assert.equal(new Set(names).size, names.length)
    })
  }

  test('are shown one by one, and a hidden model is not', async () => {
    const name = `${MODEL}-search`
    assert.equal((await openAiAt(scene).models.retrieve(name)).id, name)
    assert.equal((await anthropicAt(scene).models.retrieve(name)).id, name)
    assert.equal(((await (await get(`/v1beta/models/${name}`)).json()) as Named).name, `models/${name}`)
    assert.equal((await get('/v1beta/models/gemini-3.7-flash')).status, 404)
    await assert.rejects(openAiAt(scene).models.retrieve('gemini-3.7-flash'), { status: 404 })
    await assert.rejects(anthropicAt(scene).models.retrieve('gemini-3.7-flash'), { status: 404 })
  })

  test('are shown one by one where they only work, and are not listed', async () => {
    const name = `${MODEL}-search-high`
    assert.equal((await openAiAt(scene).models.retrieve(name)).id, name)
    assert.equal((await anthropicAt(scene).models.retrieve(name)).id, name)
    assert.equal(
      (await anthropicAt(scene).models.retrieve('claude-sonnet-4-5-high')).id,
      'claude-sonnet-4-5-high',
    )
    assert.equal(((await (await get(`/v1beta/models/${name}`)).json()) as Named).name, `models/${name}`)
    for (const path of [
      '/v1beta/models/none-high',
      '/v1/models/none-high',
      '/v1/models/gemini-3.7-flash-high',
    ])
      assert.equal((await get(path)).status, 404, path)
  })

  test('stand behind names of Anthropic’s too', async () => {
    await anthropicAt(scene).messages.create({
      model: 'claude-sonnet-4-5-search-low',
      max_tokens: 100,
      messages: [{ role: 'user', content: 'Say hello' }],
    })
    const { path, body } = scene.google.calls.at(-1)!
    assert.match(path, /models\/gemini-3\.8-flash:generateContent/)
    const { tools, generationConfig } = JSON.parse(body.toString())
    assert.deepEqual(
      [tools, generationConfig.thinkingConfig],
      [[{ googleSearch: {} }], { thinkingLevel: 'LOW' }],
    )
  })

  test('name the successor of a model that Google retires', async () => {
    const successor = 'gemini-3.8-flash'
    const openai = (await openAiAt(scene).models.retrieve('gemini-2.5-pro')) as { successor?: string }
    const anthropic = (await anthropicAt(scene).models.retrieve('gemini-2.5-pro')) as { successor?: string }
    assert.deepEqual([openai.successor, anthropic.successor], [successor, successor])
    const { description } = (await (await get('/v1beta/models/gemini-2.5-pro')).json()) as Named
    assert.match(description ?? '', /its successor is gemini-3\.8-flash\.$/)
  })

  test('count tokens as the models that they stand for', async () => {
    const count = async (model: string) => {
      const answer = await scene.post(pathOf('countTokens', model), QUESTION)
      const notes = answer.headers.get('x-geminate-notes')
      return { status: answer.status, notes, ...((await answer.json()) as { totalTokens?: number }) }
    }
    const counting = await count('smart-search')
    assert.ok(counting.totalTokens! > 0)
    assert.match(counting.notes ?? '', /^-search: without effect on countTokens/)
    assert.match(scene.google.calls.at(-1)!.path, /models\/gemini-2\.5-flash:countTokens/)
    assert.equal((await count('gemini-3.7-flash')).status, 404)
    const counted = await anthropicAt(scene).messages.countTokens({
      model: 'smart',
      messages: [{ role: 'user', content: 'Say hello' }],
    })
    assert.ok(counted.input_tokens > 0)
    assert.match(scene.google.calls.at(-1)!.path, /models\/gemini-2\.5-flash:countTokens/)
    const responses = await openAiAt(scene).post('/responses/input_tokens', {
      body: { model: 'gemini-house', input: 'Say hello' },
    })
    assert.match(JSON.stringify(responses), /"input_tokens":\d/)
    assert.match(scene.google.calls.at(-1)!.path, /models\/gemini-4-carbon:countTokens/)
  })

  test('embed as the model that they stand for', async () => {
    const { embeddings } = openAiAt(scene)
    const { data } = await embeddings.create({ model: 'embedder', input: 'Say hello' })
    assert.equal(data.length, 1)
    assert.match(scene.google.calls.at(-1)!.path, /models\/gemini-embedding-001:batchEmbedContents/)
    await assert.rejects(embeddings.create({ model: 'gemini-3.7-flash', input: 'x' }), { status: 404 })
  })

  test('hold where the body names the model too, and so does a refusal', async () => {
    const content = { parts: [{ text: 'Say hello' }] }
    const bodies: Readonly<Record<string, (model: string) => unknown>> = {
      '/v1beta/interactions': (model) => ({ model, input: 'Say hello' }),
      '/v1beta/cachedContents': (model) => ({ model: `models/${model}`, contents: [content] }),
    }
    for (const [path, bodyOf] of Object.entries(bodies)) {
      assert.equal((await scene.post(path, bodyOf('smart'))).status, 200, path)
      const sent = JSON.parse(scene.google.calls.at(-1)!.body.toString())
      assert.match(sent.model, /^(models\/)?gemini-2\.5-flash$/)
      const hidden = await scene.post(path, bodyOf('gemini-3.7-flash'))
      assert.equal(hidden.status, 404, path)
      assert.match(await hidden.text(), /'gemini-3\.7-flash' does not exist/)
    }
    const requests = [{ model: 'models/embedder', content }]
    assert.equal((await scene.post('/v1beta/models/embedder:batchEmbedContents', { requests })).status, 200)
    const sent = JSON.parse(scene.google.calls.at(-1)!.body.toString())
    assert.equal(sent.requests[0].model, 'models/gemini-embedding-001')
  })

  test('are Google’s before they are ours', async () => {
    const real = 'gemini-3.8-live-extended-thinking'
    const response = await scene.post(pathOf('whole', real), QUESTION)
    assert.equal(response.status, 404) // it does not generate
    assert.match(scene.google.calls.at(-1)!.path, new RegExp(`${real}:`))
  })

  test('go to Google as they are meant, in a stream of every framing', async () => {
    for (const form of ['whole', 'sse', 'array'] as const) {
      const { said } = await readAnswer(await scene.post(pathOf(form, 'gemini-9-neon'), QUESTION))
      assert.equal(said, 'Hello! You said: Say hello')
      assert.match(scene.google.calls.at(-1)!.path, /models\/gemini-3\.8-flash:/)
    }
  })

  test('leave a plain call as it is, byte for byte, whatever is on', async () => {
    const body = `{"contents" : [{"parts":[{"text":"caf\\u00e9"}]}],  "generationConfig":{"topK":40.0}}`
    for (const form of ['whole', 'sse', 'array'] as const) {
      scene.google.reset()
      const answer = await (await scene.post(pathOf(form), body)).text()
      const [call] = scene.google.calls.filter(({ path }) => path.includes(MODEL))
      assert.equal(call!.body.toString(), body)
      const key = fakeKeys(4)[0]!
      const direct = await fetch(scene.google.url + pathOf(form), {
        method: 'POST',
        body,
        headers: { 'content-type': 'application/json', 'x-goog-api-key': key },
      })
      assert.equal(withoutIds(answer), withoutIds(await direct.text()))
    }
  })
})

function withoutIds(text: string): string {
  return text.replaceAll(/"responseId": ?"[^"]*"/g, '"responseId": ""')
}
