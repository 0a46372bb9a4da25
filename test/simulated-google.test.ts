import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { type SimulatedGoogle, startSimulatedGoogle } from '../adapters/simulated-google/index.ts'
import { ANSWER, createAsker, events, FLASH, HELLO, json, KEY } from './ask-google.ts'

let google: SimulatedGoogle
const { post, get } = createAsker(() => google)

before(async () => {
  google = await startSimulatedGoogle({
    keys: [KEY, 'AIzaSecond', { key: 'AQ.limited', project: '4711', hides: ['gemini-4-argon'] }],
  })
})
afterEach(() => google.reset())
after(() => google.stop())

describe('generation', () => {
  test('a whole answer greets with what the user said, indented as Google indents', async () => {
    const answer = await post(`${FLASH}:generateContent`)
    const text = await answer.text()
    const reply = JSON.parse(text)
    assert.equal(answer.headers.get('content-type'), 'application/json; charset=UTF-8')
    assert.equal(answer.headers.get('content-encoding'), null)
    assert.equal(answer.headers.get('vary'), 'Origin, X-Origin, Referer')
    assert.deepEqual(reply.candidates, [
      { content: { parts: [{ text: ANSWER }], role: 'model' }, finishReason: 'STOP', index: 0 },
    ])
    assert.equal(reply.modelVersion, 'gemini-3.8-flash')
    assert.equal(reply.usageMetadata.totalTokenCount, 7 + 12)
    assert.ok(text.startsWith('{\n  "candidates": [\n    {\n'))
    assert.ok(text.includes('\\u003cmorning\\u003e') && text.endsWith('}\n'))
  })

  test('an SSE answer repeats model and id in each chunk, counts on, and stops in the last', async () => {
    const answer = await post(`${FLASH}:streamGenerateContent?alt=sse`)
    assert.equal(answer.headers.get('content-type'), 'text/event-stream')
    assert.equal(answer.headers.get('content-disposition'), 'attachment')
    const chunks = await events(answer)
    assert.ok(chunks.length > 2)
    assert.equal(chunks.map((chunk) => chunk.candidates[0].content.parts[0].text).join(''), ANSWER)
    assert.equal(new Set(chunks.map((chunk) => `${chunk.responseId} ${chunk.modelVersion}`)).size, 1)
    assert.deepEqual(
      chunks.map((chunk) => chunk.candidates[0].finishReason),
      [...chunks.slice(1).map(() => undefined), 'STOP'],
    )
    const totals = chunks.map((chunk) => chunk.usageMetadata.totalTokenCount)
    assert.deepEqual(
      totals,
      [...totals].sort((one, other) => one - other),
    )
  })

  test('a stream without alt is a JSON array with the breaks of Google', async () => {
    const answer = await post(`${FLASH}:streamGenerateContent`)
    const text = await answer.text()
    const chunks = JSON.parse(text)
    assert.equal(text.split('}\n,\r\n{').length, chunks.length)
    assert.ok(text.startsWith('[{\n') && text.endsWith('}\n]'))
    assert.equal(answer.headers.get('content-type'), 'application/json; charset=UTF-8')
  })

  test('thoughts come first, and only where they are asked for', async () => {
    const thinking = { ...HELLO, generation_config: { thinking_config: { include_thoughts: true } } }
    const chunks = await events(await post(`${FLASH}:streamGenerateContent?alt=sse`, thinking))
    assert.equal(chunks[0].candidates[0].content.parts[0].thought, true)
    const usage = chunks.at(-1).usageMetadata
    assert.ok(usage.thoughtsTokenCount > 0)
    assert.equal(
      usage.totalTokenCount,
      usage.promptTokenCount + usage.candidatesTokenCount + usage.thoughtsTokenCount,
    )
    const whole = await json(post(`${FLASH}:generateContent`, thinking))
    assert.deepEqual(
      whole.candidates[0].content.parts.map((part: { thought?: boolean }) => part.thought),
      [true, undefined],
    )
  })

  test('every version serves, and an unknown model is refused in its words', async () => {
    for (const version of ['v1', 'v1alpha']) {
      assert.equal((await post(`/${version}/models/gemini-4-argon:generateContent`)).status, 200)
    }
    const { error } = await json(post('/v1/models/gemini-9:generateContent'))
    assert.equal(
      error.message,
      'models/gemini-9 is not found for API version v1, or is not supported for generateContent. Call ListModels to see the list of available models and their supported methods.',
    )
    assert.equal((await post('/v1/models/gemini-embedding-2:generateContent')).status, 404)
    assert.equal(
      (await post('/v1beta/models/gemini-4-argon:generateContent', HELLO, { key: 'AQ.limited' })).status,
      404,
    )
  })

  test('a body is refused for what is wrong with it', async () => {
    const refusals = [
      ['{"contents": [}', /^Invalid JSON payload received. Unexpected token\./],
      [[], /Root element must be a message\./],
      [{}, /^\* GenerateContentRequest.contents: contents is not specified\n$/],
      [{ contents: 'hi' }, /^Invalid value at 'contents' \(type\.googleapis\.com\/.*Content\), "hi"$/],
      [
        { contents: [{ parts: [{ text: 5 }] }] },
        /^Invalid value at 'contents\[0\]\.parts\[0\]\.text' \(TYPE_STRING\), 5$/,
      ],
      [{ contents: [{ role: 'user' }] }, /contents\[0\]\.parts: contents\.parts must not be empty/],
      [{ contents: [{ parts: [{ thought: true }] }] }, /parts\[0\]\.data: required oneof field 'data'/],
      [
        { contents: [{ role: 'system', parts: [{ text: 'x' }] }] },
        /^Please use a valid role: user, model\.$/,
      ],
    ] as const
    for (const [body, message] of refusals) {
      const answer = await post(`${FLASH}:generateContent`, body)
      const { error } = await json(answer)
      assert.equal(answer.status, 400)
      assert.equal(error.status, 'INVALID_ARGUMENT')
      assert.match(error.message, message)
    }
    const [wrapped] = await json(post(`${FLASH}:streamGenerateContent`, {}))
    assert.equal(wrapped.error.code, 400)
    assert.equal(
      (await post(`${FLASH}:generateContent`, { contents: { parts: { text: 'one' } } })).status,
      200,
    )
  })
})

describe('other methods', () => {
  test('the list of models has pages, aliases and every family', async () => {
    const first = await json(get('/v1beta/models'))
    assert.equal(first.models.length, 50)
    const rest = await json(get(`/v1beta/models?pageSize=1000&pageToken=${first.nextPageToken}`))
    assert.equal(rest.nextPageToken, undefined)
    const names = [...first.models, ...rest.models].map((model) => model.name)
    assert.equal(new Set(names).size, names.length)
    for (const id of [
      'gemini-4-hydrogen',
      'gemini-pro-latest',
      'gemini-embedding-2',
      'gemma-4-31b-it',
      'aqa',
    ]) {
      assert.ok(names.includes(`models/${id}`), id)
    }
    assert.equal((await get('/v1beta/models?pageSize=-1')).status, 400)
  })

  test('one model is described, a hidden one is missing from the list of its key', async () => {
    assert.equal((await json(get('/v1/models/gemini-4-argon'))).inputTokenLimit, 1_048_576)
    assert.match(
      (await json(get('/v1/models/nix'))).error.message,
      /^models\/nix is not found for API version v1/,
    )
    const { models } = await json(get('/v1beta/models?pageSize=1000', 'AQ.limited'))
    assert.ok(!models.some((model: { name: string }) => model.name === 'models/gemini-4-argon'))
  })

  test('tokens are counted for both forms of the request', async () => {
    const plain = await json(post(`${FLASH}:countTokens`))
    const nested = await json(
      post(`${FLASH}:countTokens`, { generateContentRequest: { model: 'models/x', ...HELLO } }),
    )
    assert.equal(plain.totalTokens, 7)
    assert.equal(nested.totalTokens, 7)
  })

  test('embeddings are the same for the same text, as long as asked, and at most 100', async () => {
    const model = '/v1beta/models/gemini-embedding-001'
    const item = { model: 'models/gemini-embedding-001', content: { parts: [{ text: 'same' }] } }
    const one = await json(post(`${model}:embedContent`, { ...item, outputDimensionality: 4 }))
    const two = await json(post(`${model}:batchEmbedContents`, { requests: [item, item] }))
    assert.equal(two.embeddings[0].values.length, 3072)
    assert.deepEqual(two.embeddings[0], two.embeddings[1])
    assert.deepEqual(one.embedding.values, two.embeddings[0].values.slice(0, 4))
    const tooMany = await json(post(`${model}:batchEmbedContents`, { requests: Array(101).fill(item) }))
    assert.equal(
      tooMany.error.message,
      '* BatchEmbedContentsRequest.requests: at most 100 requests can be in one batch\n',
    )
  })

  test('projects see what they made, and nothing of one another', async () => {
    const cache = { model: FLASH.replace('/v1beta/', ''), contents: HELLO.contents }
    const { name } = await json(post('/v1beta/cachedContents', cache))
    assert.equal((await json(get(`/v1beta/${name}`))).name, name)
    const headers = { 'x-goog-api-key': google.keys[1]! }
    const other = await fetch(`${google.url}/v1beta/${name}`, { headers })
    assert.equal(other.status, 403)
    const used = await fetch(`${google.url}${FLASH}:generateContent`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ ...HELLO, cachedContent: name }),
    })
    assert.match(await used.text(), /CachedContent not found \(or permission denied\)/)
  })

  test('files are none, a resource is unknown in JSON, a path in HTML', async () => {
    assert.deepEqual(await json(get('/v1beta/files')), {})
    assert.equal((await json(get('/v1beta/batches/x'))).error.message, 'Requested entity was not found.')
    const page = await get('/v1beta/nix')
    assert.equal(page.status, 404)
    assert.match(await page.text(), /Error 404 \(Not Found\)!!1/)
  })
})

describe('credentials', () => {
  test('exactly one key is taken, in the header or in the query', async () => {
    const path = `${FLASH}:generateContent`
    const multiple = 'Multiple authentication credentials received. Please pass only one.'
    assert.equal((await post(`${path}?key=${KEY}`, HELLO, { headers: { 'x-goog-api-key': '' } })).status, 200)
    assert.equal((await json(post(`${path}?key=${KEY}`))).error.message, multiple)
    const both = { 'x-goog-api-key': KEY, authorization: `Bearer ${KEY}` }
    assert.equal((await json(post(path, HELLO, { headers: both }))).error.message, multiple)
    const none = await post(path, HELLO, { headers: {} })
    assert.equal(none.status, 403)
    assert.match((await json(none)).error.message, /^Method doesn't allow unregistered callers/)
    const bearer = await json(post(path, HELLO, { headers: { authorization: `Bearer ${KEY}` } }))
    assert.equal(bearer.error.details[0].reason, 'ACCESS_TOKEN_TYPE_UNSUPPORTED')
  })

  test('an unknown key is invalid, and echoed', async () => {
    const answer = await post(`${FLASH}:generateContent`, HELLO, { key: 'nope' })
    const { error } = await json(answer)
    assert.equal(answer.status, 400)
    assert.equal(error.details[0].reason, 'API_KEY_INVALID')
    assert.equal(error.details[2].detail, 'Invalid API key: nope')
  })

  test('the OpenAI layer takes a bearer only, and wraps its errors', async () => {
    const path = '/v1beta/openai/chat/completions'
    const body = { model: 'gemini-3.8-flash', messages: [{ role: 'user', content: 'hi' }] }
    const answer = await json(post(path, body, { headers: { authorization: `Bearer ${KEY}` } }))
    assert.equal(answer.choices[0].message.content, 'Hello! You said: hi')
    const [refused] = await json(post(path, body))
    assert.equal(refused.error.message, 'Missing or invalid Authorization header.')
  })
})
