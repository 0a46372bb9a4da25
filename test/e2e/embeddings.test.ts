import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { OpenAIEmbeddings } from '@langchain/openai'
import type OpenAI from 'openai'
import { APIError } from 'openai'
import { vectorOf } from '../../adapters/simulated-google/embeddings.ts'
import { normalised } from '../../plugins/embeddings/vectors.ts'
import { openAiAt } from './openai-client.ts'
import { fakeKeys, openScene, type Scene, until } from './scene.ts'

const MODEL = 'gemini-embedding-001'
const TEXTS = Array.from({ length: 1000 }, (_, index) => `text ${index}`)

describe('Embeddings for OpenAI’s clients', () => {
  let scene: Scene
  before(async () => {
    scene = await openScene(fakeKeys(5))
  })
  after(() => scene.close())
  beforeEach(() => scene.google.reset())

  const create = (params: Partial<OpenAI.EmbeddingCreateParams>) =>
    openAiAt(scene).embeddings.create({ model: MODEL, input: 'a', ...params })
  const post = (body: object) => scene.post('/v1/embeddings', { model: MODEL, input: 'a', ...body })
  const failing = async (promise: Promise<unknown>): Promise<APIError> => {
    const error = await promise.then(
      () => undefined,
      (thrown) => thrown,
    )
    assert.ok(error instanceof APIError, String(error))
    return error
  }

  for (const path of ['/v1', '/hf/v1', '']) {
    test(`come to the SDK, in base64 as it asks by itself, below "${path}"`, async () => {
      const openai = openAiAt(scene, { baseURL: scene.gateway.url + path })
      const { data, model, usage } = await openai.embeddings.create({ model: MODEL, input: ['a', 'b'] })
      assert.equal(model, MODEL)
      assert.deepEqual(
        data.map(({ index, object }) => [index, object]),
        [
          [0, 'embedding'],
          [1, 'embedding'],
        ],
      )
      for (const [index, text] of ['a', 'b'].entries())
        assertNear(data[index]?.embedding, vectorOf(text, 3072))
      assert.equal(usage.total_tokens, 2)
    })
  }

  test('are the same as floats and as base64', async () => {
    const floats = await create({ encoding_format: 'float' })
    const { data } = (await (await post({ encoding_format: 'base64' })).json()) as {
      data: { embedding: string }[]
    }
    const bytes = Buffer.from(data[0]?.embedding ?? '', 'base64')
    const read = Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readFloatLE(index * 4))
    assertNear(read, floats.data[0]?.embedding ?? [])
  })

  test('are cut to the dimensions that were asked for, and have a length of one', async () => {
    const { data } = await create({ dimensions: 768, encoding_format: 'float' })
    const { embedding = [] } = data[0] ?? {}
    assert.equal(embedding.length, 768)
    assert.ok(Math.abs(Math.hypot(...embedding) - 1) < 1e-6)
  })

  test('by OpenAI’s names have the size of OpenAI’s', async () => {
    for (const [model, size] of [
      ['text-embedding-3-small', 1536],
      ['text-embedding-3-large', 3072],
      ['text-embedding-ada-002', 1536],
    ] as const) {
      const { data, response } = await create({ model }).withResponse()
      assert.equal(data.data[0]?.embedding.length, size)
      assert.equal(data.model, MODEL)
      assert.equal(response.headers.get('x-geminate-notes'), `${model} is answered by ${MODEL}`)
    }
  })

  test('of a thousand texts come in order although one of the five keys is dead', async () => {
    const [dead] = fakeKeys(5)
    scene.google.script(dead as string, { kind: 'keyInvalid', times: 'forever' })
    const { data, response } = await create({ input: TEXTS, dimensions: 8 }).withResponse()
    assert.equal(data.data.length, TEXTS.length)
    for (const [index, text] of TEXTS.entries()) {
      assert.equal(data.data[index]?.index, index)
      assertNear(data.data[index]?.embedding, shortVectorOf(text))
    }
    const { calls } = scene.google
    const good = calls.filter(({ key }) => key !== dead)
    assert.equal(good.length, 10)
    assert.ok(new Set(good.map(({ key }) => key)).size > 1, 'one key did it all')
    assert.equal(Number(response.headers.get('x-geminate-attempts')), calls.length)
    for (const { body } of calls) assert.ok(JSON.parse(body.toString()).requests.length <= 100)
  })

  test('are all there or none: Google’s own error of one batch is the answer', async () => {
    const message = '* BatchEmbedContentsRequest.requests[7]: too long\n'
    scene.google.script('*', [
      { kind: 'ok', times: 3 },
      { kind: 'invalidArgument400', message },
    ])
    const error = await failing(create({ input: TEXTS, dimensions: 8 }))
    assert.equal(error.status, 400)
    assert.match(error.message, /too long/)
  })

  test('come after a crowd of failures that are no key’s own', async () => {
    scene.google.script('*', [
      { kind: 'overloaded503' },
      { kind: 'html502' },
      { kind: 'reset' },
      { kind: 'perMinute429' },
    ])
    const { data } = await create({ input: TEXTS.slice(0, 350), dimensions: 8 })
    assert.equal(data.length, 350)
  })

  test('of tokens are refused in words that help', async () => {
    const error = await failing(create({ input: [[1, 2, 3]] }))
    assert.equal(error.status, 400)
    assert.equal(error.param, 'input')
    assert.equal(error.code, 'invalid_value')
    assert.match(error.message, /check_embedding_ctx_length/)
    assert.equal(scene.google.calls.length, 0)
  })

  test('are not there for a broken body, another method, or a model that Google has not', async () => {
    assert.equal((await scene.post('/v1/embeddings', '{')).status, 400)
    const get = await fetch(`${scene.gateway.url}/v1/embeddings`, {
      headers: { authorization: `Bearer ${scene.gateway.clientToken}` },
    })
    assert.equal(get.status, 405)
    assert.equal((await failing(create({ model: 'gemini-none' }))).status, 404)
    assert.equal((await fetch(`${scene.gateway.url}/v1/embeddings`, { method: 'POST' })).status, 401)
  })

  test('end at Google when their client leaves', async () => {
    scene.google.script('*', { kind: 'hang', times: 'forever' })
    const leaving = new AbortController()
    const asked = scene.post('/v1/embeddings', { model: MODEL, input: TEXTS }, { signal: leaving.signal })
    asked.catch(() => {})
    const running = () => scene.google.calls.filter(({ aborted }) => !aborted).length
    await until(() => running() > 1, 'several batches are under way')
    leaving.abort()
    await assert.rejects(asked)
    await until(() => running() === 0, 'none is under way')
  })

  test('come to LangChain', async () => {
    const configuration = { baseURL: `${scene.gateway.url}/v1` }
    const embeddings = new OpenAIEmbeddings({
      apiKey: scene.gateway.clientToken,
      model: MODEL,
      dimensions: 8,
      configuration,
    })
    assertNear(await embeddings.embedQuery('one question'), shortVectorOf('one question'))
    const documents = await embeddings.embedDocuments(TEXTS.slice(0, 700))
    for (const [index, vector] of documents.entries()) {
      assertNear(vector, shortVectorOf(TEXTS[index] ?? ''))
    }
    assert.equal(documents.length, 700)
  })
})

/** What comes for eight dimensions; most tests ask for so few, since long vectors take their time. */
function shortVectorOf(text: string): readonly number[] {
  return normalised(vectorOf(text, 8))
}

function assertNear(seen: readonly number[] | undefined, wanted: readonly number[]): void {
  assert.equal(seen?.length, wanted.length)
  const far = wanted.findIndex((value, index) => !(Math.abs(value - (seen?.[index] ?? Number.NaN)) < 1e-6))
  assert.equal(far, -1, `the values at ${far} differ`)
}
