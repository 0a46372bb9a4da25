import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { HELLO } from './anthropic-client.ts'
import { fakeKeys, MODEL, openScene, type Scene } from './scene.ts'

describe('Anthropic’s paths', () => {
  let scene: Scene
  before(async () => {
    scene = await openScene(fakeKeys(4))
  })
  after(() => scene.close())
  beforeEach(() => scene.google.reset())

  const call = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    fetch(scene.gateway.url + path, {
      method,
      headers: { 'x-api-key': scene.gateway.clientToken, 'content-type': 'application/json', ...headers },
      ...(method === 'POST' && { body: JSON.stringify(HELLO) }),
    })
  const VERSION = { 'anthropic-version': '2023-06-01' }

  test('answer with and without a version, in the path and in the headers', async () => {
    for (const path of ['/v1/messages', '/messages', '/v1/messages?beta=true']) {
      for (const headers of [
        undefined,
        VERSION,
        { 'anthropic-version': '2026-10-21', 'anthropic-beta': 'odd-2031' },
      ]) {
        const response = await call(path, headers, 'POST')
        assert.equal(response.status, 200)
        assert.equal(((await response.json()) as { type: string }).type, 'message')
      }
      for (const counting of ['/v1/messages/count_tokens', '/messages/count_tokens?beta=true']) {
        const response = await call(counting, VERSION, 'POST')
        assert.ok(((await response.json()) as { input_tokens: number }).input_tokens > 0)
      }
    }
  })

  test('take the token as a bearer or as x-api-key, and an empty one for none', async () => {
    const bearer = { authorization: `Bearer ${scene.gateway.clientToken}` }
    const answers = [{ ...bearer, 'x-api-key': '' }, { ...bearer, 'x-api-key': 'sk-ant-other' }, {}].map(
      (headers) => call('/v1/messages', headers, 'POST'),
    )
    assert.deepEqual(
      (await Promise.all(answers)).map(({ status }) => status),
      [200, 200, 200],
    )
    const headers = scene.google.calls.at(-1)?.headers ?? {}
    assert.deepEqual(
      Object.keys(headers).filter((name) =>
        /^(x-api-key|authorization|anthropic-.*|x-stainless-.*)$/.test(name),
      ),
      [],
    )
  })

  test('share the models with Google and OpenAI, by their headers', async () => {
    const keysOf = async (headers: Record<string, string>) =>
      Object.keys((await (await call('/v1/models', headers)).json()) as object)
    assert.deepEqual(await keysOf(VERSION), ['data', 'has_more', 'first_id', 'last_id'])
    assert.deepEqual(await keysOf({}), ['object', 'data'])
    assert.deepEqual(await keysOf({ 'x-goog-api-key': scene.gateway.clientToken }), [
      'models',
      'nextPageToken',
    ])
    const model = await call(`/models/${MODEL}`, VERSION)
    assert.equal(((await model.json()) as { type: string }).type, 'model')
  })

  test('say clearly what is not served', async () => {
    for (const path of [
      '/v1/messages/batches',
      '/v1/messages/batches/b_1/results',
      '/messages/batches',
      '/v1/files',
      '/v1/files/f_1/content',
      '/v1/skills',
      '/v1/skills/s_1/versions',
    ]) {
      const response = await call(path, VERSION)
      const { type, error, request_id } = (await response.json()) as Told
      assert.deepEqual([response.status, type, error.type], [501, 'error', 'api_error'], path)
      assert.ok(error.message.startsWith(path))
      assert.equal(request_id, response.headers.get('request-id'))
    }
  })

  interface Told {
    readonly type: string
    readonly error: { readonly type: string; readonly message: string }
    readonly request_id: string
  }

  const RAW: readonly (readonly [string, number, string, RequestInit])[] = [
    ['no JSON', 400, 'invalid_request_error', { body: '{"model":' }],
    ['nothing', 400, 'invalid_request_error', { body: '' }],
    ['a list', 400, 'invalid_request_error', { body: '[]' }],
    ['what is no UTF-8', 400, 'invalid_request_error', { body: new Uint8Array([0x22, 0xff, 0x22]) }],
    ['broken gzip', 400, 'invalid_request_error', { body: 'x', headers: { 'content-encoding': 'gzip' } }],
    [
      'a body past the limit',
      413,
      'request_too_large',
      { body: new Uint8Array(120 * 1024 * 1024).fill(0x20) },
    ],
  ]
  for (const path of ['/v1/messages', '/v1/messages/count_tokens']) {
    for (const [title, status, type, init] of RAW) {
      test(`tell in Anthropic’s shape of ${title}: ${path}`, async () => {
        const response = await scene.post(path, '', init)
        const told = (await response.json()) as Told
        assert.deepEqual([response.status, told.type, told.error.type], [status, 'error', type])
        assert.equal(told.request_id, response.headers.get('request-id'))
        assert.equal(scene.google.calls.length, 0)
      })
    }
  }

  test('refuse a version that there is not, before any key is used', async () => {
    for (const version of ['2023-01-01', '1.0', 'latest', '2026-10-21; 2']) {
      for (const [path, method] of [
        ['/v1/messages', 'POST'],
        ['/messages/count_tokens', 'POST'],
        ['/v1/models', 'GET'],
        [`/v1/models/${MODEL}`, 'GET'],
      ] as const) {
        const response = await call(path, { 'anthropic-version': version }, method)
        const { type, error } = (await response.json()) as Told
        assert.deepEqual([response.status, type, error.type], [400, 'error', 'invalid_request_error'], path)
        assert.match(error.message, /anthropic-version.*2023-06-01.*2026-10-21/)
      }
    }
    assert.equal(scene.google.calls.length, 0)
    for (const version of ['2027-01-31', '', '2023-06-01, 2023-06-01'])
      assert.equal(
        (await call('/v1/messages', { 'anthropic-version': version }, 'POST')).status,
        200,
        version,
      )
  })

  test('tell of too long a prompt in the words that make Claude Code compact it', async () => {
    const message = 'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).'
    scene.google.script('*', { kind: 'invalidArgument400', message })
    const response = await call('/v1/messages', VERSION, 'POST')
    const { error } = (await response.json()) as Told
    assert.equal(response.status, 400)
    assert.equal(error.message, 'prompt is too long: 1200000 tokens > 1048576 maximum')
  })

  test('count tokens by another key where one fails', async () => {
    scene.google.script('*', [{ kind: 'overloaded503' }, { kind: 'keyInvalid' }])
    const response = await call('/v1/messages/count_tokens', VERSION, 'POST')
    assert.equal(response.status, 200)
    assert.equal(response.headers.get('x-geminate-attempts'), '3')
  })
})
