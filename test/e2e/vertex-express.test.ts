import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, beforeEach, describe, test } from 'node:test'
import { ApiError, type GenerateContentResponse, GoogleGenAI } from '@google/genai'
import { askAdmin } from './admin-client.ts'
import { GOOD_ANSWER, MODEL, QUESTION, readAnswer, type Scene, until } from './scene.ts'
import { askedOf, openVertexScene, VERTEX_KEYS } from './vertex-scene.ts'

const GENERATE = `models/${MODEL}:generateContent`
const AT_VERTEX = `/v1beta1/publishers/google/models/${MODEL}:generateContent`
const CALL = { model: MODEL, contents: 'Say hello' }

describe('The paths of Vertex Express', () => {
  let scene: Scene
  before(async () => {
    scene = await openVertexScene()
  })
  after(() => scene.close())
  beforeEach(() => scene.google.reset())

  const post = (path: string, body: unknown = QUESTION, init?: RequestInit) => scene.post(path, body, init)
  const get = (path: string) =>
    fetch(`${scene.gateway.url}${path}`, { headers: { 'x-goog-api-key': scene.gateway.clientToken } })

  const places: [string, string][] = [
    ['v1beta/', 'v1beta1'],
    ['v1beta1/', 'v1beta1'],
    ['v1alpha/', 'v1beta1'],
    ['v1/', 'v1'],
    ['', 'v1beta1'],
    ['v1/v1beta/', 'v1beta1'],
    ['v1beta/v1beta/', 'v1beta1'],
    ['v1beta1/publishers/google/', 'v1beta1'],
    ['/v1//', 'v1'],
  ]
  for (const [place, version] of places) {
    test(`are served as /vertex-express/${place}models/…`, async () => {
      for (const [method, asked] of [
        ['generateContent', 'generateContent'],
        ['streamGenerateContent?alt=sse', 'streamGenerateContent'],
        ['streamGenerateContent', 'streamGenerateContent'],
        ['countTokens', 'countTokens'],
      ]) {
        scene.google.reset()
        const answer = await readAnswer(await post(`/vertex-express/${place}models/${MODEL}:${method}`))
        assert.equal(answer.status, 200, answer.text)
        if (asked === 'countTokens') assert.ok(answer.messages[0]?.totalTokens)
        else assert.equal(answer.said, GOOD_ANSWER)
        assert.deepEqual(askedOf(scene), [`vertex /${version}/publishers/google/models/${MODEL}:${asked}`])
      }
    })
  }

  test('take the client’s token in every place, and show Google a key of Vertex’s alone', async () => {
    const { url, clientToken } = scene.gateway
    const credentials: [string, Record<string, string>][] = [
      ['', { 'x-goog-api-key': clientToken }],
      ['', { authorization: `Bearer ${clientToken}` }],
      [`?key=${clientToken}`, {}],
    ]
    for (const [query, headers] of credentials) {
      const response = await fetch(`${url}/vertex-express/v1beta/${GENERATE}${query}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(QUESTION),
      })
      assert.equal(response.status, 200)
    }
    for (const { headers, query } of scene.google.calls) {
      assert.ok(VERTEX_KEYS.includes(headers['x-goog-api-key'] ?? ''))
      assert.deepEqual([headers.authorization, query], [undefined, ''])
    }
  })

  test('pass bytes on as they are, both ways', async () => {
    const text = ' {"contents" : [ {"role":"user", "parts":[{"text":"Say hello"}]} ], "labels": {"a":"b"} }\n'
    const answer = await (await post(`/vertex-express/v1beta/${GENERATE}`, text)).text()
    assert.equal(scene.google.calls[0]?.body.toString(), text)
    const [mine, direct] = [answer, await directly(text)].map((each) => each.replace(/"responseId": .*/, ''))
    assert.equal(mine, direct)
  })

  async function directly(body: string): Promise<string> {
    const headers = { 'x-goog-api-key': VERTEX_KEYS[0]! }
    return (await fetch(scene.google.url + AT_VERTEX, { method: 'POST', headers, body })).text()
  }

  test('name whatever they like: Vertex says what it knows of it', async () => {
    const upload = { 'content-type': 'text/plain', 'x-goog-upload-protocol': 'raw' }
    const file = await post('/upload/v1beta/files', 'words', { headers: upload })
    const fileUri = (await file.json()).file.uri
    const contents = [{ role: 'user', parts: [{ fileData: { fileUri } }, { text: 'Say hello' }] }]
    const answer = await readAnswer(await post(`/vertex-express/v1beta/${GENERATE}`, { contents }))
    assert.equal(answer.said, GOOD_ANSWER)
  })

  test('list Vertex’s own models, in pages, and tell of one', async () => {
    const { models, nextPageToken } = await (await get('/vertex-express/v1beta/models?pageSize=2')).json()
    assert.equal(models.length, 2)
    const rest = await (await get(`/vertex-express/models?pageToken=${nextPageToken}`)).json()
    const names = [...models, ...rest.models].map(({ name }: { readonly name: string }) => name)
    assert.ok(names.includes(`models/${MODEL}`))
    assert.ok(!names.includes('models/gemma-3-27b-it'), 'a model of the Gemini API')
    const one = await (await get(`/vertex-express/v1beta/models/${MODEL}`)).json()
    assert.equal(one.name, `models/${MODEL}`)
    const its = `publishers/google/models/${MODEL}`
    assert.equal((await (await get(`/vertex-express/v1beta1/${its}`)).json()).name, its)
    const head = await fetch(`${scene.gateway.url}/vertex-express/v1beta/models`, {
      method: 'HEAD',
      headers: { 'x-goog-api-key': scene.gateway.clientToken },
    })
    assert.deepEqual([head.status, await head.text()], [200, ''])
    assert.equal((await get('/vertex-express/v1beta/models/none-such')).status, 404)
    assert.deepEqual(scene.google.calls, [])
  })

  test('say what is not there, and turn no method into another', async () => {
    const refused: [string, string, number][] = [
      ['GET', `/vertex-express/v1beta/${GENERATE}`, 405],
      ['POST', '/vertex-express/v1beta/models', 405],
      ['DELETE', `/vertex-express/v1beta/models/${MODEL}`, 405],
      ['GET', '/vertex-express/v1beta/files', 404],
      ['POST', '/vertex-express/upload/v1beta/files', 404],
      ['POST', '/vertex-express/v1beta/openai/chat/completions', 404],
      ['POST', '/vertex-express/v1beta/tunedModels/x:generateContent', 404],
      ['GET', '/vertex-express', 404],
    ]
    for (const [method, path, status] of refused) {
      const response = await fetch(scene.gateway.url + path, {
        method,
        headers: { 'x-goog-api-key': scene.gateway.clientToken },
        ...(method === 'POST' && { body: '{}' }),
      })
      assert.equal(response.status, status, `${method} ${path}`)
      const { error } = await response.json()
      assert.equal(error.code, status)
      if (status === 404 && path.startsWith('/vertex-express/'))
        assert.match(error.message, /Vertex Express has models and their methods alone/)
    }
    assert.deepEqual(scene.google.calls, [])
    const other = await post(`/vertex-express/v1beta/models/${MODEL}:batchGenerateContent`, {})
    assert.equal(other.status, 401)
    assert.deepEqual(askedOf(scene), [
      `vertex /v1beta1/publishers/google/models/${MODEL}:batchGenerateContent`,
    ])
  })

  test('answer Google’s errors as Google words them', async () => {
    const { status, error } = await readAnswer(
      await post('/vertex-express/v1beta/models/none:generateContent'),
    )
    assert.deepEqual([status, error?.status], [404, 'NOT_FOUND'])
    assert.match(error?.message ?? '', /^Publisher Model /)
  })

  test('need a client’s token', async () => {
    const response = await fetch(`${scene.gateway.url}/vertex-express/v1beta/${GENERATE}`, { method: 'POST' })
    assert.equal(response.status, 401)
  })

  const clients: [string, () => GoogleGenAI, string][] = [
    ['the Gemini API', () => sdk({}), AT_VERTEX],
    ['Vertex', () => sdk({ vertexai: true }), AT_VERTEX],
    ['Vertex, by v1', () => sdk({ vertexai: true, apiVersion: 'v1' }), AT_VERTEX.replace('v1beta1', 'v1')],
  ]
  function sdk(options: { vertexai?: boolean; apiVersion?: string }) {
    const { url, clientToken: apiKey } = scene.gateway
    const httpOptions = { baseUrl: `${url}/vertex-express`, apiVersion: 'v1beta', ...options }
    return new GoogleGenAI({ apiKey, vertexai: options.vertexai ?? false, httpOptions })
  }
  for (const [name, client, path] of clients) {
    test(`serve Google’s SDK that speaks of ${name}`, async () => {
      const ai = client()
      assert.equal((await ai.models.generateContent(CALL)).text, GOOD_ANSWER)
      assert.equal(await textOf(await ai.models.generateContentStream(CALL)), GOOD_ANSWER)
      assert.ok((await ai.models.countTokens(CALL)).totalTokens)
      const names = await Array.fromAsync(await ai.models.list(), ({ name }) => name)
      assert.ok(names.some((each) => each?.endsWith(`models/${MODEL}`)))
      assert.equal(askedOf(scene)[0]?.replace('v1beta1', 'v1'), `vertex ${path}`.replace('v1beta1', 'v1'))
      for (const model of ['gemini-embedding-2', 'gemini-embedding-001']) {
        const { embeddings } = await ai.models.embedContent({ model, contents: 'one' })
        assert.equal(embeddings?.[0]?.values?.length, 3072, model)
      }
      await assert.rejects(
        ai.models.generateContent({ ...CALL, model: 'none' }),
        (error) => error instanceof ApiError && error.status === 404,
      )
    })
  }

  test('fall to the next key where one fails, and keep what was learned over a restart', async () => {
    const [first] = VERTEX_KEYS
    scene.google.script(first!, { kind: 'keyInvalid', times: 'forever' })
    for (const _ of VERTEX_KEYS) assert.equal((await post(`/vertex-express/v1beta/${GENERATE}`)).status, 200)
    const stateOf = async (name: string) => (await scene.keys()).find((key) => key.name === name)?.state
    assert.equal(await stateOf('vertex-1'), 'invalid')
    await scene.gateway.end('SIGTERM')
    await scene.gateway.start()
    assert.equal(await stateOf('vertex-1'), 'invalid')
    assert.equal(await stateOf('gemini-1'), 'active')
    scene.google.reset()
    const id = (await scene.keys()).find(({ name }) => name === 'vertex-1')!.id
    const { body } = await askAdmin(scene, 'POST', `/admin/api/keys/${id}/test`)
    assert.deepEqual([body.result, body.status], ['valid', 200])
    assert.match(scene.google.calls.at(-1)!.path, /:countTokens$/)
    assert.equal(await stateOf('vertex-1'), 'active')
  })

  test('try a key that Vertex does not take by a count of tokens, never by a generation', async () => {
    const [, , last] = VERTEX_KEYS
    scene.google.script(last!, { kind: 'unauthenticated401', times: 'forever' })
    for (const _ of VERTEX_KEYS) await post(`/vertex-express/v1beta/${GENERATE}`)
    await until(
      async () => (await scene.keys()).find(({ name }) => name === 'vertex-3')?.state === 'invalid',
      'the key is out',
    )
    const methods = scene.google.calls.filter(({ key }) => key === last).map(({ operation }) => operation)
    assert.deepEqual(methods, ['generateContent', 'countTokens'])
  })
})

async function textOf(stream: AsyncIterable<GenerateContentResponse>): Promise<string> {
  const chunks = await Array.fromAsync(stream, ({ text }) => text ?? '')
  return chunks.join('')
}

describe('A gateway without keys of Vertex', () => {
  test('says so, and what to do', async () => {
    const scene = await openVertexScene({ vertex: [] })
    try {
      const response = await scene.post(`/vertex-express/v1beta/${GENERATE}`, QUESTION)
      const { error } = await readAnswer(response)
      assert.equal(response.status, 503)
      assert.equal(response.headers.get('x-should-retry'), 'false')
      assert.equal(response.headers.get('retry-after'), null)
      assert.match(error?.message ?? '', /no Vertex Express keys: add some as \{ key: …, upstream: vertex \}/)
      const list = await fetch(`${scene.gateway.url}/vertex-express/v1beta/models`, {
        headers: { 'x-goog-api-key': scene.gateway.clientToken },
      })
      assert.equal(list.status, 503)
      assert.deepEqual(scene.google.calls, [])
      assert.equal((await scene.post(`/v1beta/${GENERATE}`, QUESTION)).status, 200)
    } finally {
      await scene.close()
    }
  })
})

describe('A gateway with keys of Vertex alone', () => {
  test('answers every protocol by them, lists their models, and is ready', async () => {
    const scene = await openVertexScene({ gemini: [], models: ['*'] })
    try {
      const { url, clientToken } = scene.gateway
      const headers = { authorization: `Bearer ${clientToken}` }
      assert.equal((await scene.post(`/v1beta/${GENERATE}`, QUESTION)).status, 200)
      const { data } = await (await fetch(`${url}/v1/models`, { headers })).json()
      assert.ok(data.some(({ id }: { readonly id: string }) => id === MODEL))
      assert.deepEqual((await (await fetch(`${url}/readyz`)).json()).keys, VERTEX_KEYS.length)
      const other = await readAnswer(await scene.post('/v1beta/files:register', {}))
      assert.deepEqual([other.status, scene.google.calls.length], [503, 1])
      assert.match(other.error?.message ?? '', /no keys of the Gemini API/)
    } finally {
      await scene.close()
    }
  })
})

describe('A key of Vertex that was taken for one of the Gemini API', () => {
  test('is out there, and good once the config says whose it is', async () => {
    const [key] = VERTEX_KEYS
    const scene = await openVertexScene({ gemini: [], vertex: [] })
    try {
      const { folder } = scene.gateway
      const path = join(folder, 'geminate.yaml')
      const config = JSON.parse(await readFile(path, 'utf8'))
      const restart = async (keys: readonly unknown[]) => {
        await scene.gateway.end('SIGTERM')
        await writeFile(path, JSON.stringify({ ...config, keys }))
        await scene.gateway.start()
      }
      await restart([{ key }])
      assert.equal((await scene.post(`/v1beta/${GENERATE}`, QUESTION)).status, 503)
      assert.equal((await scene.keys())[0]?.state, 'invalid')
      scene.google.script(key!, { kind: 'ok', times: 1 }) // from now on it is a key
      await restart([{ key, upstream: 'vertex' }])
      assert.deepEqual(
        (await scene.keys()).map(({ state, upstream }) => [state, upstream]),
        [['active', 'vertex']],
      )
      assert.equal((await scene.post(`/vertex-express/v1beta/${GENERATE}`, QUESTION)).status, 200)
    } finally {
      await scene.close()
    }
  })
})
