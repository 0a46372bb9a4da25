import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { GoogleGenAI } from '@google/genai'
import { askAdmin } from './admin-client.ts'
import { askMessage, MESSAGE_FORMS } from './anthropic-client.ts'
import { CHAT_FORMS, chat, openAiAt } from './openai-client.ts'
import { GOOD_ANSWER, MODEL, QUESTION, readAnswer, type Scene, until } from './scene.ts'
import { askedOf, openVertexScene, VERTEX_KEYS } from './vertex-scene.ts'

/** A model of Vertex's by pattern, and one that no list of Google's has. */
const OURS = 'gemini-2.5-flash'
const OWN = 'gemini-vertex-own'
const SPENT = 'gemini-2.5-pro'
const MODELS = ['gemini-2.5-*', 'gemini-embedding-*', OWN]
const AT_VERTEX = `vertex /v1beta1/publishers/google/models/${OURS}`

describe('Models that the settings send to Vertex', () => {
  let scene: Scene
  before(async () => {
    scene = await openVertexScene({ models: MODELS, google: { models: [OWN] } })
  })
  after(() => scene.close())
  beforeEach(() => scene.google.reset())

  for (const form of CHAT_FORMS) {
    test(`answer an OpenAI chat (${form})`, async () => {
      const messages = [{ role: 'user' as const, content: 'Say hello' }]
      const answer = await chat(scene, form, { messages, model: OURS })
      assert.equal(answer.said, GOOD_ANSWER)
      const method = form === 'whole' ? ':generateContent' : ':streamGenerateContent'
      assert.deepEqual(askedOf(scene), [AT_VERTEX + method])
      assert.equal((await chat(scene, form)).said, GOOD_ANSWER)
      assert.deepEqual(askedOf(scene)[1], `gemini /v1beta/models/${MODEL}${method}`)
    })
  }

  test('answer OpenAI’s responses and completions', async () => {
    const ai = openAiAt(scene)
    const response = await ai.responses.create({ model: OURS, input: 'Say hello' })
    assert.equal(response.output_text, GOOD_ANSWER)
    const completion = await ai.completions.create({ model: OURS, prompt: 'Say hello' })
    assert.ok(completion.choices[0]?.text)
    for (const asked of askedOf(scene)) assert.equal(asked, `${AT_VERTEX}:generateContent`)
  })

  for (const form of MESSAGE_FORMS) {
    test(`answer an Anthropic message (${form})`, async () => {
      const answer = await askMessage(scene, form, { model: OURS })
      assert.equal(answer.said, GOOD_ANSWER)
      assert.ok(askedOf(scene)[0]?.startsWith(AT_VERTEX))
    })
  }

  test('answer native calls, in the form that Vertex takes', async () => {
    const body = {
      contents: [{ parts: [{ text: 'Say hello', partMetadata: { a: 1 } }] }],
      store: false,
      toolConfig: { includeServerSideToolInvocations: true },
      generationConfig: { temperature: 0 },
    }
    for (const method of ['generateContent', 'streamGenerateContent?alt=sse']) {
      const response = await scene.post(`/v1beta/models/${OURS}:${method}`, body)
      assert.equal((await readAnswer(response)).said, GOOD_ANSWER)
      assert.equal(
        response.headers.get('x-geminate-notes'),
        'Vertex has no store, partMetadata, includeServerSideToolInvocations',
      )
    }
    assert.deepEqual(JSON.parse(scene.google.calls[0]!.body.toString()), {
      contents: [{ role: 'user', parts: [{ text: 'Say hello' }] }],
      toolConfig: {},
      generationConfig: { temperature: 0 },
    })
  })

  test('count tokens, by the Gemini API’s own form and by Anthropic’s', async () => {
    const request = { generateContentRequest: { model: `models/${OURS}`, ...QUESTION, safetySettings: [] } }
    const native = await readAnswer(await scene.post(`/v1beta/models/${OURS}:countTokens`, request))
    assert.ok(native.messages[0]?.totalTokens, native.text)
    const response = await scene.post(
      '/v1/messages/count_tokens',
      {
        model: OURS,
        messages: [{ role: 'user', content: 'Say hello' }],
      },
      { headers: { 'anthropic-version': '2023-06-01' } },
    )
    assert.ok((await response.json()).input_tokens)
    assert.deepEqual(askedOf(scene), [`${AT_VERTEX}:countTokens`, `${AT_VERTEX}:countTokens`])
  })

  for (const [model, method] of [
    ['gemini-embedding-001', 'predict'],
    ['gemini-embedding-2', 'embedContent'],
  ] as const) {
    test(`embed by ${method}, one text a call`, async () => {
      const path = `vertex /v1beta1/publishers/google/models/${model}:${method}`
      const { data, usage } = await openAiAt(scene).embeddings.create({
        model,
        input: ['one', 'two', 'three'],
        dimensions: 8,
      })
      assert.deepEqual(
        data.map(({ embedding }) => embedding.length),
        [8, 8, 8],
      )
      assert.ok(usage.prompt_tokens > 0)
      assert.deepEqual(askedOf(scene), [path, path, path])
      const { url: baseUrl, clientToken: apiKey } = scene.gateway
      const ai = new GoogleGenAI({ apiKey, httpOptions: { baseUrl } })
      const { embeddings } = await ai.models.embedContent({ model, contents: ['one', 'two'] })
      assert.equal(embeddings?.length, model === 'gemini-embedding-2' ? embeddings?.length : 2)
      const single = await scene.post(`/v1beta/models/${model}:embedContent`, {
        content: { parts: [{ text: 'one' }] },
        outputDimensionality: 4,
      })
      assert.equal((await single.json()).embedding.values.length, 4)
    })
  }

  test('stand in every list of models', async () => {
    const { url, clientToken } = scene.gateway
    const list = async (path: string, headers = {}) => {
      const response = await fetch(url + path, {
        headers: { authorization: `Bearer ${clientToken}`, ...headers },
      })
      return response.text()
    }
    assert.ok((await list('/v1/models')).includes(`"${OWN}"`))
    assert.ok((await list('/v1beta/models?pageSize=1000')).includes(`"models/${OWN}"`))
    assert.ok(
      (await list('/v1/models?limit=1000', { 'anthropic-version': '2023-06-01' })).includes(`"${OWN}"`),
    )
    assert.ok((await list('/vertex-express/v1beta/models')).includes(`"models/${OWN}"`))
  })

  test('leave to the Gemini API what Vertex has not: caches, batches, and files that a call names', async () => {
    const file = await scene.post('/upload/v1beta/files', 'words', {
      headers: { 'content-type': 'text/plain', 'x-goog-upload-protocol': 'raw' },
    })
    const { uri } = (await file.json()).file
    const contents = [{ role: 'user', parts: [{ fileData: { fileUri: uri } }, { text: 'Say hello' }] }]
    const response = await scene.post(`/v1beta/models/${OURS}:generateContent`, { contents })
    assert.equal(response.status, 200)
    const batch = { batch: { displayName: 'b', inputConfig: { requests: { requests: [] } } } }
    await scene.post(`/v1beta/models/${OURS}:batchGenerateContent`, batch)
    for (const asked of askedOf(scene)) assert.match(asked, /^gemini /)
  })

  test('fall to the next key of Vertex where one fails, and to none of the Gemini API', async () => {
    for (const key of VERTEX_KEYS) scene.google.script(key, { kind: 'bare429', times: 'forever' })
    const answer = await readAnswer(await scene.post(`/v1beta/models/${SPENT}:generateContent`, QUESTION))
    assert.equal(answer.status, 429)
    assert.match(answer.error?.message ?? '', /^All 3 Vertex Express keys are resting/)
    assert.equal(askedOf(scene).length, 3)
    const items = await scene.keys()
    const states = items.map(({ name, state }) => `${name} ${state}`)
    assert.deepEqual(states, [
      'gemini-1 active',
      'gemini-2 active',
      ...VERTEX_KEYS.map((_, index) => `vertex-${index + 1} resting`),
    ])
    const spentAt = async (upstream: string) =>
      (await askAdmin(scene, 'GET', `/admin/api/quotas?model=${SPENT}&upstream=${upstream}`)).body.total
    assert.deepEqual([await spentAt('vertex'), await spentAt('gemini')], [3, 0])
    for (const { id } of items) await askAdmin(scene, 'POST', `/admin/api/keys/${id}/reset`)
  })

  test('are marked in the request log', async () => {
    await scene.post(`/v1beta/models/${OURS}:generateContent`, QUESTION)
    await openAiAt(scene).embeddings.create({ model: 'gemini-embedding-001', input: 'one' })
    for (const model of [OURS, 'gemini-embedding-001'])
      await until(async () => (await upstreamsLogged(model)).includes('vertex'), `the log has ${model}`)
  })

  async function upstreamsLogged(model: string): Promise<(string | undefined)[]> {
    const { body } = await askAdmin(scene, 'GET', `/admin/api/requests?model=${model}&status=200&limit=1`)
    return body.items.map((row) => (row as { readonly upstream?: string }).upstream)
  }
})

describe('Vertex as a way out of a spent model', () => {
  test('answers in place of the Gemini API where a fallback names a model of its', async () => {
    const routing = { fallback: { [MODEL]: [OURS] } }
    const scene = await openVertexScene({ models: [OURS], settings: { routing } })
    try {
      scene.google.script('*', { kind: 'perDay429', times: 'forever' }, { model: MODEL })
      const { status, headers } = await chat(scene, 'whole')
      assert.equal(status, 200)
      assert.match(headers?.get('x-geminate-notes') ?? '', new RegExp(`answered by ${OURS}`))
      assert.equal(askedOf(scene).at(-1), `${AT_VERTEX}:generateContent`)
    } finally {
      await scene.close()
    }
  })
})

describe('Two services', () => {
  test('keep apart what rests, for the same model and the same project', async () => {
    const project = 'p1'
    const [gemini, vertex] = ['gemini-key-of-p1', 'vertex-key-of-p1']
    const scene = await openVertexScene({ gemini: [gemini], vertex: [vertex] })
    try {
      for (const { id } of await scene.keys())
        await askAdmin(scene, 'PATCH', `/admin/api/keys/${id}`, { project })
      const ask = (prefix: string) => scene.post(`${prefix}/v1beta/models/${MODEL}:generateContent`, QUESTION)
      scene.google.script(vertex, { kind: 'perMinute429', times: 'forever' })
      assert.equal((await ask('/vertex-express')).status, 429)
      assert.equal((await ask('')).status, 200)
      scene.google.reset()
      for (const { id, upstream } of await scene.keys())
        if (upstream === 'vertex') await askAdmin(scene, 'POST', `/admin/api/keys/${id}/reset`)
      scene.google.script(gemini, { kind: 'perDay429', times: 'forever' })
      assert.equal((await ask('')).status, 429)
      assert.equal((await ask('/vertex-express')).status, 200)
      await scene.gateway.end('SIGTERM')
      await scene.gateway.start()
      assert.equal((await ask('')).status, 429)
      assert.equal((await ask('/vertex-express')).status, 200)
    } finally {
      await scene.close()
    }
  })

  test('have stated limits of their own', async () => {
    const limits = [{ requestsPerMinute: 1, upstream: 'vertex' }, { requestsPerMinute: 2 }]
    const [gemini, vertex] = ['gemini-key-of-p1', 'vertex-key-of-p1']
    const scene = await openVertexScene({
      gemini: [gemini],
      vertex: [vertex],
      settings: { quota: { limits } },
    })
    try {
      const statuses: number[] = []
      for (const prefix of ['', '', '', '/vertex-express', '/vertex-express'])
        statuses.push((await scene.post(`${prefix}/v1beta/models/${MODEL}:generateContent`, QUESTION)).status)
      assert.deepEqual(statuses, [200, 200, 429, 200, 429])
    } finally {
      await scene.close()
    }
  })

  test('have breakers of their own', async () => {
    const scene = await openVertexScene()
    try {
      for (const key of VERTEX_KEYS) scene.google.script(key, { kind: 'overloaded503', times: 'forever' })
      const ask = (prefix: string) => scene.post(`${prefix}/v1beta/models/${MODEL}:generateContent`, QUESTION)
      for (let call = 0; call < 3; call++) assert.equal((await ask('/vertex-express')).status, 503)
      assert.equal((await ask('')).status, 200)
    } finally {
      await scene.close()
    }
  })
})
