import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { fakeKeys, MODEL, openScene, type Scene } from './scene.ts'

const BODY = { model: MODEL, messages: [{ role: 'user', content: 'Say hello' }] }

interface ErrorBody {
  readonly error: { readonly message: string; readonly type: string; readonly code: string | null }
}

let scene: Scene
before(async () => {
  scene = await openScene(fakeKeys(2))
})
after(() => scene.close())
beforeEach(() => scene.google.reset())

function send(path: string, body: unknown = BODY, method = 'POST'): Promise<Response> {
  return fetch(scene.gateway.url + path, {
    method,
    headers: { authorization: `Bearer ${scene.gateway.clientToken}`, 'content-type': 'application/json' },
    body: method === 'POST' ? JSON.stringify(body) : null,
  })
}

describe('a path of OpenAI’s', () => {
  for (const path of [
    '/v1/chat/completions/',
    '/v1/v1/chat/completions',
    '/v1/v1/v1/chat/completions',
    '//v1//chat/completions',
    '/chat/completions',
    '/hf/v1/chat/completions',
    '/hf/v1/v1/chat/completions',
    '/hf/chat/completions',
  ]) {
    test(`is understood as ${path}`, async () => {
      const response = await send(path)
      assert.equal(response.status, 200)
      assert.equal(((await response.json()) as { object: string }).object, 'chat.completion')
    })
  }

  for (const [path, nearest] of [
    ['/v1/chat/completion', '/v1/chat/completions'],
    ['/chat/completionss', '/chat/completions'],
    ['/v1/embedding', '/v1/embeddings'],
    ['/v1/respones', '/v1/responses'],
  ] as const) {
    test(`that is mistyped as ${path} is a 404 in OpenAI’s shape that names ${nearest}`, async () => {
      const response = await send(path)
      const { error } = (await response.json()) as ErrorBody
      assert.equal(response.status, 404)
      assert.equal(error.type, 'invalid_request_error')
      assert.equal(error.message, `Nothing is served at ${path}; did you mean ${nearest}?`)
    })
  }

  for (const path of [
    '/v1/files',
    '/v1/files/file-1/content',
    '/v1/batches',
    '/v1/uploads/upload_1/parts',
    '/v1/decisions',
    '/v1/images/variations',
    '/v1/images/generations',
    '/v1/audio/speech',
    '/files',
    '/hf/v1/audio/transcriptions',
  ]) {
    test(`that is not built yet is a 501 in OpenAI’s shape, not to be tried again: ${path}`, async () => {
      const response = await send(path)
      const { error } = (await response.json()) as ErrorBody
      assert.equal(response.status, 501)
      assert.deepEqual([error.type, error.code], ['server_error', 'not_implemented'])
      assert.equal(response.headers.get('x-should-retry'), 'false')
      assert.equal(scene.google.calls.length, 0)
    })
  }

  test('is found without knowing it only with a token', async () => {
    for (const path of ['/v1/v1/models', '//v1/models', '/openai/v1/models', '/v1/nothing'])
      assert.equal((await fetch(scene.gateway.url + path)).status, 401, path)
    assert.equal((await fetch(`${scene.gateway.url}//admin/api/keys`)).status, 401)
  })
})

describe('Google’s own OpenAI layer', () => {
  for (const [path, upstream] of [
    ['/openai/v1/chat/completions', '/v1beta/openai/chat/completions'],
    ['/openai/chat/completions', '/v1beta/openai/chat/completions'],
    ['/openai/v1/v1/chat/completions/', '/v1beta/openai/chat/completions'],
    ['/v1beta/openai/chat/completions', '/v1beta/openai/chat/completions'],
  ] as const) {
    test(`is asked at ${upstream} for ${path}, every byte of the body untouched`, async () => {
      const body = { ...BODY, unknown: { field: 1.0 }, extra_body: { google: { x: [] } } }
      const response = await send(path, body)
      assert.equal(response.status, 200)
      assert.match(await response.text(), /Hello! You said: Say hello/)
      const call = scene.google.calls.at(-1)
      assert.equal(call?.path, upstream)
      assert.equal(call.body.toString(), JSON.stringify(body))
    })
  }

  test('gets the key as its one credential, in the one form that it takes', async () => {
    await send('/openai/v1/models', undefined, 'GET')
    const { headers } = scene.google.calls.at(-1)!
    assert.ok(fakeKeys(2).some((key) => headers.authorization === `Bearer ${key}`))
    assert.equal(headers['x-goog-api-key'], undefined)
    assert.equal(JSON.stringify(headers).includes(scene.gateway.clientToken), false)
  })

  test('streams as it comes', async () => {
    const response = await send('/openai/v1/chat/completions', { ...BODY, stream: true })
    assert.match(response.headers.get('content-type') ?? '', /text\/event-stream/)
    assert.match(await response.text(), /data: \[DONE\]/)
  })

  test('goes to another key where one is spent', async () => {
    scene.google.script(fakeKeys(2)[0]!, { kind: 'overloaded503' })
    for (const _ of [1, 2]) assert.equal((await send('/openai/v1/chat/completions')).status, 200)
    assert.equal(scene.google.calls.length, 3)
  })

  test('tells Google’s errors as Google does', async () => {
    const response = await send('/openai/v1/chat/completions', { ...BODY, model: 'gemini-none' })
    assert.equal(response.status, 404)
    const [{ error }] = (await response.json()) as [{ error: { status: string; message: string } }]
    assert.equal(error.status, 'NOT_FOUND')
    assert.match(error.message, /gemini-none is not found/)
  })

  test('is not asked for what one client would leave for all to see', async () => {
    for (const path of ['batches', 'batches/b', 'files', 'videos/v', '/b%61tches']) {
      const response = await send(`/openai/v1/${path}`, undefined, 'GET')
      assert.equal(response.status, 501, path)
    }
    assert.equal(scene.google.calls.length, 0)
  })

  test('has no way out of its place', async () => {
    assert.equal((await send('/openai/v1/..%2f..%2fmodels')).status, 404)
    assert.equal(scene.google.calls.length, 0)
  })
})
