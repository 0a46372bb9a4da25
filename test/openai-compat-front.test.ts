import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ERROR_KINDS, type ErrorKind, GatewayError } from '../core/errors.ts'
import { claims } from '../plugins/openai-compat/claims.ts'
import { codec } from '../plugins/openai-compat/codec.ts'
import { toModelList } from '../plugins/openai-compat/model-list.ts'

const REQUEST = { id: 'req_1', method: 'POST', url: new URL('http://localhost/v1/x'), headers: new Headers() }

describe("the claims of OpenAI's protocol", () => {
  const claimed = (path: string, headers: Record<string, string> = {}) =>
    claims({
      id: 'req_1',
      method: 'GET',
      url: new URL(path, 'http://localhost'),
      headers: new Headers(headers),
    })

  test('hold for its own paths, with any credential', () => {
    for (const path of [
      '/v1/chat/completions',
      '/hf/v1/chat/completions',
      '/hf/v1/models',
      '/chat/completions',
      '/v1/responses',
      '/v1/embeddings',
      '/models',
      '/models/gemini-x',
      '/openai/v1/models',
      '/v1beta/openai/models',
    ]) {
      assert.ok(claimed(path, { 'x-goog-api-key': 'x' }), path)
    }
  })

  test('hold for shared and unknown paths only without the marks of others', () => {
    for (const path of ['/v1/models', '/v1/models/google%2Fgemini-x', '/v1/files', '/v1/nothing']) {
      assert.ok(claimed(path), path)
      assert.ok(!claimed(path, { 'anthropic-version': '2023-06-01' }), path)
    }
    assert.ok(!claimed('/v1/models', { 'x-goog-api-key': 'x' }))
    assert.ok(!claimed('/v1/models', { 'x-goog-api-client': 'x' }))
    assert.ok(!claimed('/v1/models?key=x'))
    assert.ok(!claimed('/v1/models/gemini-x:generateContent'))
    assert.ok(!claimed('/v1/models/gemini-x%3AgenerateContent'))
  })

  test("do not hold for others' paths", () => {
    for (const path of [
      '/',
      '/healthz',
      '/v1/messages',
      '/v1beta/models',
      '/gemini/models',
      '/admin/',
      '/nothing',
    ])
      assert.ok(!claimed(path), path)
  })
})

describe("an error in OpenAI's shape", () => {
  const KINDS: Readonly<
    Record<Exclude<ErrorKind, 'upstream_refused'>, readonly [number, string, string | null]>
  > = {
    invalid_request: [400, 'invalid_request_error', null],
    unauthenticated: [401, 'invalid_request_error', 'invalid_api_key'],
    forbidden: [403, 'invalid_request_error', 'insufficient_permissions'],
    not_found: [404, 'invalid_request_error', null],
    method_not_allowed: [405, 'invalid_request_error', 'method_not_supported'],
    too_large: [413, 'invalid_request_error', null],
    unsupported_media_type: [415, 'invalid_request_error', null],
    rate_limited: [429, 'requests', 'rate_limit_exceeded'],
    client_gone: [499, 'invalid_request_error', null],
    internal: [500, 'server_error', null],
    not_implemented: [501, 'server_error', 'not_implemented'],
    bad_upstream: [502, 'api_error', null],
    no_available_keys: [503, 'server_error', 'no_available_keys'],
    overloaded: [503, 'server_error', null],
    upstream_timeout: [504, 'server_error', 'upstream_timeout'],
  }
  for (const kind of ERROR_KINDS.filter((each) => each !== 'upstream_refused')) {
    test(`tells of ${kind}`, () => {
      const [status, type, code] = KINDS[kind as keyof typeof KINDS]
      assert.deepEqual(told(new GatewayError(kind, 'Words')), {
        status,
        error: { message: 'Words', type, param: null, code },
      })
    })
  }

  const CLIENT = 'invalid_request_error'
  const REFUSALS: readonly (readonly [number, string, number, string, string | null, string | null])[] = [
    [400, 'Invalid value at x', 400, CLIENT, null, null],
    [
      400,
      'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
      400,
      CLIENT,
      'context_length_exceeded',
      'messages',
    ],
    [400, 'Multiple candidates is not enabled for this model', 400, CLIENT, 'unsupported_value', 'n'],
    [400, 'Function calling is not enabled for models/gemma-3', 400, CLIENT, 'unsupported_value', 'tools'],
    [
      400,
      'The requested combination of response modalities …',
      400,
      CLIENT,
      'unsupported_value',
      'modalities',
    ],
    [400, 'Audio input modality is not enabled for models/x', 400, CLIENT, 'unsupported_value', 'messages'],
    [
      400,
      'User location is not supported for the API use.',
      403,
      CLIENT,
      'unsupported_country_region_territory',
      null,
    ],
    [404, 'models/x is not found for API version v1beta', 404, CLIENT, 'model_not_found', 'model'],
    [404, 'Requested entity was not found.', 404, CLIENT, 'model_not_found', null],
    [401, 'No', 502, 'api_error', null, null],
    [402, 'Credits', 429, 'insufficient_quota', 'insufficient_quota', null],
    [403, 'No', 403, CLIENT, null, null],
    [413, 'Too long', 413, CLIENT, null, null],
    [429, 'Quota', 429, 'requests', 'rate_limit_exceeded', null],
    [500, 'Internal', 500, 'server_error', null, null],
    [503, 'Overloaded', 503, 'server_error', null, null],
    [504, 'Deadline', 504, 'server_error', 'upstream_timeout', null],
  ]
  for (const [from, message, status, type, code, param] of REFUSALS) {
    test(`tells of Google's ${from}: ${message.slice(0, 40)}`, () => {
      const error = new GatewayError('upstream_refused', message, { upstream: { status: from } })
      assert.deepEqual(told(error), { status, error: { message, type, param, code } })
    })
  }

  test('names what is too long as each kind of request has it', () => {
    const message = 'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).'
    const error = new GatewayError('upstream_refused', message, { upstream: { status: 400 } })
    const params = ['chat/completions', 'completions', 'responses', 'responses/compact'].map((path) => {
      const url = new URL(`http://localhost/v1/${path}`)
      return told(error, { ...REQUEST, url }).error.param
    })
    assert.deepEqual(params, ['messages', 'prompt', 'input', 'input'])
  })

  function told(error: GatewayError, request = REQUEST) {
    const { body, status } = codec.encodeError(error, request)
    return { status: status ?? error.status, ...JSON.parse(body) }
  }
})

describe("the model list in OpenAI's shape", () => {
  const models = [
    { name: 'models/gemini-x', supportedGenerationMethods: ['generateContent', 'countTokens'] },
    { name: 'models/embed-x', supportedGenerationMethods: ['embedContent'] },
    { name: 'models/live-x', supportedGenerationMethods: ['bidiGenerateContent'] },
    { name: 'tunedModels/mine', supportedGenerationMethods: ['generateContent'] },
    { name: 'models/of-a-plugin' },
  ]

  test('holds what generates or embeds, by plain names', () => {
    const list = toModelList(models)
    assert.equal(list.object, 'list')
    assert.deepEqual(
      list.data.map(({ id }) => id),
      ['gemini-x', 'embed-x', 'tunedModels/mine', 'of-a-plugin'],
    )
    assert.deepEqual(list.data[0], { id: 'gemini-x', object: 'model', created: 0, owned_by: 'google' })
  })
})
