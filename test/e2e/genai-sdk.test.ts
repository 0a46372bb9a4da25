import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { after, before, beforeEach, describe, test } from 'node:test'
import { ApiError, type GenerateContentResponse, GoogleGenAI, type HttpOptions } from '@google/genai'
import { fakeKeys, MODEL, openScene, type Scene, until } from './scene.ts'

const ANSWER = 'Hello! You said: Say hello'
const CALL = { model: MODEL, contents: 'Say hello' }

describe('Google’s SDK', () => {
  let scene: Scene
  before(async () => {
    scene = await openScene(fakeKeys(3), { streaming: { commitSeconds: 0.1, heartbeatSeconds: 0.2 } })
  })
  after(() => scene.close())
  beforeEach(() => scene.google.reset())

  const sdk = (options: HttpOptions = {}, apiKey = scene.gateway.clientToken) =>
    new GoogleGenAI({ apiKey, httpOptions: { baseUrl: scene.gateway.url, ...options } })

  test('gets a whole answer, by v1 as it asks by itself', async () => {
    const reply = await sdk().models.generateContent(CALL)
    assert.equal(reply.text, ANSWER)
    assert.equal(reply.modelVersion, MODEL)
    assert.ok(reply.usageMetadata?.totalTokenCount)
    assert.equal(scene.google.calls[0]?.path, `/v1/models/${MODEL}:generateContent`)
  })

  const versions: [HttpOptions, string][] = [
    [{ apiVersion: 'v1beta' }, '/v1beta'],
    [{ apiVersion: 'v1alpha' }, '/v1alpha'],
  ]
  for (const [options, prefix] of versions) {
    test(`gets answers by ${prefix}`, async () => {
      assert.equal((await sdk(options).models.generateContent(CALL)).text, ANSWER)
      assert.equal(await textOf(await sdk(options).models.generateContentStream(CALL)), ANSWER)
      for (const { path } of scene.google.calls) assert.ok(path.startsWith(`${prefix}/models/`), path)
    })
  }

  for (const [apiVersion, version] of [
    ['', 'v1beta'],
    ['v1', 'v1'],
    ['v1beta', 'v1beta'],
  ] as const) {
    test(`gets answers below /gemini with the version "${apiVersion}"`, async () => {
      const ai = sdk({ baseUrl: `${scene.gateway.url}/gemini`, apiVersion })
      assert.equal((await ai.models.generateContent(CALL)).text, ANSWER)
      assert.equal(await textOf(await ai.models.generateContentStream(CALL)), ANSWER)
      assert.ok((await ai.models.list()).pageLength > 0)
      assert.equal(scene.google.calls[0]?.path, `/${version}/models/${MODEL}:generateContent`)
    })
  }

  test('gets a stream in chunks', async () => {
    const chunks = await Array.fromAsync(await sdk().models.generateContentStream(CALL))
    assert.ok(chunks.length > 1)
    assert.equal(chunks.map(({ text }) => text).join(''), ANSWER)
    assert.equal(chunks.at(-1)?.candidates?.[0]?.finishReason, 'STOP')
  })

  test('gets thoughts apart from the text', async () => {
    const config = { thinkingConfig: { includeThoughts: true } }
    const reply = await sdk().models.generateContent({ ...CALL, config })
    const parts = reply.candidates?.[0]?.content?.parts ?? []
    assert.ok(parts.some(({ thought }) => thought))
    assert.equal(reply.text, ANSWER)
    const stream = await Array.fromAsync(await sdk().models.generateContentStream({ ...CALL, config }))
    assert.ok(stream.some((chunk) => chunk.candidates?.[0]?.content?.parts?.some(({ thought }) => thought)))
    assert.equal(stream.map(({ text }) => text ?? '').join(''), ANSWER)
  })

  test('keeps a function call’s signature through both turns', async () => {
    scene.google.script('*', { kind: 'functionCall', times: 2 })
    const streamed = await Array.fromAsync(await sdk().models.generateContentStream(CALL))
    const reply = await sdk().models.generateContent(CALL)
    for (const calls of [reply.functionCalls, streamed.flatMap(({ functionCalls }) => functionCalls ?? [])])
      assert.deepEqual(
        calls?.map(({ name, args }) => ({ name, args })),
        [{ name: 'weather', args: { city: 'Paris' } }],
      )
    const content = reply.candidates?.[0]?.content
    const signature = content?.parts?.[0]?.thoughtSignature
    assert.ok(signature)

    const answer = {
      role: 'user',
      parts: [{ functionResponse: { name: 'weather', response: { sky: 'blue' } } }],
    }
    const second = await sdk().models.generateContent({
      model: MODEL,
      contents: [{ role: 'user', parts: [{ text: 'Weather?' }] }, content!, answer],
    })
    assert.match(second.text ?? '', /blue/)
    assert.ok(scene.google.calls.at(-1)?.body.toString().includes(signature))
  })

  test('counts tokens', async () => {
    assert.ok(((await sdk().models.countTokens(CALL)).totalTokens ?? 0) > 0)
  })

  test('embeds one text and many', async () => {
    const model = 'gemini-embedding-001'
    for (const contents of ['one', ['one', 'two', 'three']]) {
      const { embeddings } = await sdk().models.embedContent({ model, contents })
      assert.equal(embeddings?.length, [contents].flat().length)
      for (const { values } of embeddings ?? []) assert.ok((values?.length ?? 0) > 0)
    }
  })

  test('lists every model page by page, and gets one', async () => {
    const names = []
    for await (const { name } of await sdk().models.list({ config: { pageSize: 9 } })) names.push(name)
    assert.ok(names.length > 50)
    assert.equal(new Set(names).size, names.length)
    assert.equal((await sdk().models.get({ model: MODEL })).name, `models/${MODEL}`)
  })

  test('is told of failures by an ApiError with the true status', async () => {
    const failures = {
      401: () => sdk({}, 'sk-wrong-token').models.generateContent(CALL),
      404: () => sdk().models.generateContent({ ...CALL, model: 'gemini-none' }),
      400: () => sdk().models.generateContent(CALL),
    }
    scene.google.script('*', { kind: 'invalidArgument400' })
    for (const [status, fail] of Object.entries(failures)) await assertApiError(fail(), Number(status))
    await assertApiError(sdk({}, 'sk-wrong-token').models.generateContentStream(CALL), 401)
    await assertApiError(sdk().models.generateContentStream({ ...CALL, model: 'gemini-none' }), 404)
  })

  test('gets a slow thinking stream whole through its heartbeats', async () => {
    for (const thoughts of [0, 3]) {
      scene.google.script('*', { kind: 'think', milliseconds: 900, thoughts })
      assert.equal(await textOf(await sdk().models.generateContentStream(CALL)), ANSWER)
    }
    assert.equal(scene.google.calls.length, 2)
  })

  test('is told when a stream is cut after content', async () => {
    for (const kind of ['cut', 'reset'] as const) {
      scene.google.reset()
      scene.google.script('*', { kind, after: 'content' })
      const error = await textOf(await sdk().models.generateContentStream(CALL)).catch((thrown) => thrown)
      assert.ok(error instanceof ApiError, `${kind}: ${error}`)
      assert.equal(error.status, 502)
      assert.equal(scene.google.calls.length, 1)
    }
  })

  test('is told of errors inside streams by their true status', async () => {
    scene.google.script('*', { kind: 'streamError', after: 'content', times: 'forever' })
    const stream = async () => textOf(await sdk().models.generateContentStream(CALL))
    await assertApiError(stream(), 503)
  })

  test('frees the upstream when it aborts a stream', async () => {
    scene.google.script('*', { kind: 'hangAfterContent' })
    const leaving = new AbortController()
    const config = { abortSignal: leaving.signal }
    const stream = await sdk().models.generateContentStream({ ...CALL, config })
    const first = await stream.next()
    assert.ok(first.value?.text)
    assert.equal(scene.google.open(), 1)
    leaving.abort()
    await assert.rejects(Array.fromAsync(stream))
    await until(() => scene.google.open() === 0, 'the upstream is free')
    assert.equal(scene.google.calls[0]?.aborted, true)
  })
})

describe('Google’s SDK at an exhausted pool', () => {
  test('is told 429 while keys rest, and 503 when none can return', async () => {
    const keys = fakeKeys(2)
    const scene = await openScene(keys)
    try {
      const { models } = new GoogleGenAI({
        apiKey: scene.gateway.clientToken,
        httpOptions: { baseUrl: scene.gateway.url },
      })
      for (const key of keys)
        scene.google.script(key, { kind: 'perMinute429', retrySeconds: 30, times: 'forever' })
      const error = await assertApiError(models.generateContent(CALL), 429)
      assert.match(error.message, /RESOURCE_EXHAUSTED/)
      await assertApiError(models.generateContentStream(CALL), 429)
      scene.google.reset()
      for (const key of keys) scene.google.script(key, { kind: 'keyLeaked', times: 'forever' })
      await assertApiError(models.generateContent({ ...CALL, model: 'gemini-2.5-pro' }), 503)
    } finally {
      await scene.close()
    }
  })
})

describe('A program with Google’s SDK', () => {
  const node = spawnSync('node', ['--version']).stdout?.toString().trim() ?? ''
  const skip = /^v(2\d|[3-9]\d)/.test(node) ? false : 'needs Node 20 or newer on the PATH'
  const runtimes: [string, string, string | false][] = [
    ['this runtime', process.execPath, false],
    ['Node', 'node', skip],
  ]
  for (const [title, program, reason] of runtimes) {
    test(`works on ${title}`, { skip: reason }, async () => {
      const scene = await openScene(fakeKeys(2))
      try {
        const printed = JSON.parse(await run(program, scene))
        const models = (await listed(scene)).length
        const { totalTokens, chunks, ...rest } = printed
        assert.ok(totalTokens > 0 && chunks > 1)
        const failure = { name: 'ApiError', status: 404 }
        assert.deepEqual(rest, { text: ANSWER, streamed: ANSWER, models, failure })
      } finally {
        await scene.close()
      }
    })
  }
})

async function run(program: string, { gateway }: Scene): Promise<string> {
  const child = spawn(program, [resolve('test/e2e/genai-script.mjs')], {
    env: {
      ...process.env,
      GENAI_BASE_URL: gateway.url,
      GENAI_TOKEN: gateway.clientToken,
      GENAI_MODEL: MODEL,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'close')
  const printed = await Array.fromAsync(child.stdout, String)
  assert.equal((await ended)[0], 0)
  return printed.join('')
}

async function listed({ gateway }: Scene): Promise<unknown[]> {
  const response = await fetch(`${gateway.url}/v1beta/models?pageSize=1000`, {
    headers: { 'x-goog-api-key': gateway.clientToken },
  })
  return ((await response.json()) as { models: unknown[] }).models
}

async function textOf(stream: AsyncIterable<GenerateContentResponse>): Promise<string> {
  const chunks = await Array.fromAsync(stream)
  return chunks.map(({ text }) => text ?? '').join('')
}

async function assertApiError(answer: Promise<unknown>, status: number): Promise<ApiError> {
  const error = await answer.then(
    () => assert.fail('it did not fail'),
    (thrown) => thrown,
  )
  assert.ok(error instanceof ApiError, String(error))
  assert.equal(error.status, status)
  return error
}
