import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ERROR_KINDS, type ErrorKind, errorHeaders, GatewayError } from '../core/errors.ts'
import { claims } from '../plugins/anthropic/claims.ts'
import { toModelInfo, toModelPage } from '../plugins/anthropic/model-list.ts'
import { createModelMapping, DEFAULT_MODELS } from '../plugins/anthropic/model-mapping.ts'
import { toTokenCount } from '../plugins/anthropic/token-count.ts'
import { codec, REQUEST } from './anthropic-codec.ts'

describe("the claims of Anthropic's protocol", () => {
  const VERSION = { 'anthropic-version': '2023-06-01' }
  const claimed = (path: string, headers: Record<string, string> = {}) =>
    claims({
      id: 'req_1',
      method: 'GET',
      url: new URL(path, 'http://localhost'),
      headers: new Headers(headers),
    })

  test('hold for its own paths, with any headers', () => {
    for (const path of [
      '/v1/messages',
      '/v1/messages?beta=true',
      '/messages',
      '/v1/messages/count_tokens',
      '/messages/count_tokens',
      '/v1/messages/batches/b_1/results',
      '/v1/skills',
    ])
      assert.ok(claimed(path), path)
  })

  test('hold for shared paths where the version is sent', () => {
    for (const path of [
      '/v1/models',
      '/models',
      '/v1/models/claude-x',
      '/v1/files/f_1/content',
      '/v1/batches',
    ]) {
      assert.ok(claimed(path, VERSION), path)
      assert.ok(!claimed(path), path)
    }
  })

  test('hold for nothing of anybody else’s', () => {
    for (const path of [
      '/v1/chat/completions',
      '/v1beta/models',
      '/v1/models/gemini-x:countTokens',
      '/v1/models/gemini-x%3AcountTokens',
      '/hf/v1/models',
      '/',
    ])
      assert.ok(!claimed(path, VERSION), path)
  })
})

describe("an error in Anthropic's shape", () => {
  const KINDS: Readonly<Record<Exclude<ErrorKind, 'upstream_refused'>, readonly [number, string]>> = {
    invalid_request: [400, 'invalid_request_error'],
    unauthenticated: [401, 'authentication_error'],
    forbidden: [403, 'permission_error'],
    not_found: [404, 'not_found_error'],
    method_not_allowed: [405, 'invalid_request_error'],
    too_large: [413, 'request_too_large'],
    unsupported_media_type: [415, 'invalid_request_error'],
    rate_limited: [429, 'rate_limit_error'],
    client_gone: [499, 'invalid_request_error'],
    internal: [500, 'api_error'],
    not_implemented: [501, 'api_error'],
    bad_upstream: [500, 'api_error'],
    no_available_keys: [529, 'overloaded_error'],
    overloaded: [529, 'overloaded_error'],
    upstream_timeout: [504, 'timeout_error'],
  }
  for (const kind of ERROR_KINDS.filter((each) => each !== 'upstream_refused')) {
    test(`tells of ${kind}`, () => {
      const [status, type] = KINDS[kind as keyof typeof KINDS]
      assert.deepEqual(told(new GatewayError(kind, 'Words')), { status, type, message: 'Words' })
    })
  }

  const REFUSED: readonly (readonly [google: number, status: number, type: string])[] = [
    [400, 400, 'invalid_request_error'],
    [401, 500, 'api_error'],
    [402, 402, 'billing_error'],
    [403, 403, 'permission_error'],
    [404, 404, 'not_found_error'],
    [409, 409, 'conflict_error'],
    [413, 413, 'request_too_large'],
    [429, 429, 'rate_limit_error'],
    [500, 500, 'api_error'],
    [502, 500, 'api_error'],
    [503, 529, 'overloaded_error'],
    [504, 504, 'timeout_error'],
  ]
  for (const [google, status, type] of REFUSED) {
    test(`tells of Google’s ${google}`, () => {
      assert.deepEqual(told(refusal(google, 'Words')), { status, type, message: 'Words' })
    })
  }

  test('says of too many tokens what Claude Code looks for', () => {
    const google = 'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).'
    assert.equal(told(refusal(400, google)).message, 'prompt is too long: 1200000 tokens > 1048576 maximum')
    assert.equal(told(refusal(429, google)).message, google)
    const other = 'The input token count exceeds the maximum number of tokens allowed.'
    assert.equal(told(refusal(400, other)).message, `prompt is too long: ${other}`)
  })

  test('says of a place that Google does not serve that it is forbidden', () => {
    const message = 'User location is not supported for the API use.'
    assert.deepEqual(told(refusal(400, message)), { status: 403, type: 'permission_error', message })
  })

  test('names the request', () => {
    const { body } = codec.encodeError(new GatewayError('internal', 'Words'), REQUEST)
    assert.equal(JSON.parse(body).request_id, REQUEST.id)
  })

  test('that stays what it is asks for no second try', () => {
    assert.equal(errorHeaders(new GatewayError('not_implemented', 'Words'))['x-should-retry'], 'false')
  })

  function refusal(status: number, message: string): GatewayError {
    return new GatewayError('upstream_refused', message, { upstream: { status, error: { message } } })
  }

  function told(error: GatewayError) {
    const { body, status } = codec.encodeError(error, REQUEST)
    return { status: status ?? error.status, ...JSON.parse(body).error }
  }
})

describe('a name that an Anthropic client asks for', () => {
  const usual = createModelMapping({})

  test('is a model of Gemini’s by its family', () => {
    const names = {
      'claude-haiku-4-5': 'gemini-3.5-flash-lite',
      'claude-3-5-haiku-20241022': 'gemini-3.5-flash-lite',
      'claude-sonnet-4-5-20250929': 'gemini-3.8-flash',
      'claude-opus-5-5': 'gemini-3.1-pro-preview',
      'anthropic/claude-opus-5-5': 'gemini-3.1-pro-preview',
      'claude-sonnet-4-5[1m]': 'gemini-3.8-flash',
      'claude-of-tomorrow': 'gemini-3.8-flash',
    }
    for (const [name, model] of Object.entries(names)) assert.equal(usual(name), model, name)
  })

  test('passes as it is where it is Gemini’s', () => {
    for (const name of ['gemini-3.8-flash', 'models/gemini-3.8-flash', 'google/gemini-3.8-flash'])
      assert.equal(usual(name), 'gemini-3.8-flash')
    assert.equal(usual('gemma-4-31b-it'), 'gemma-4-31b-it')
  })

  test('goes by the config first', () => {
    const mapping = createModelMapping({
      'claude-*opus*': 'gemini-4-argon',
      'gpt-*': 'models/gemini-x',
      'a.b': 'c',
    })
    assert.equal(mapping('claude-opus-5'), 'gemini-4-argon')
    assert.equal(mapping('gpt-5'), 'gemini-x')
    assert.equal(mapping('claude-haiku-4'), DEFAULT_MODELS['claude-*haiku*'])
    assert.equal(mapping('a-b'), 'a-b', 'a dot is a dot')
  })
})

describe("the list of models as Anthropic's", () => {
  const models = ['a', 'b', 'c', 'd', 'e'].map((name) => ({
    name: `models/${name}`,
    displayName: name.toUpperCase(),
    inputTokenLimit: 1000,
    supportedGenerationMethods: name === 'd' ? ['embedContent'] : ['generateContent'],
  }))
  const page = (query: string) => {
    const { data, ...rest } = toModelPage(models, new URLSearchParams(query))
    return { ids: data.map(({ id }) => id).join(''), ...rest }
  }

  test('describes models that generate', () => {
    assert.deepEqual(toModelPage(models, new URLSearchParams('limit=1')).data, [
      {
        type: 'model',
        id: 'a',
        display_name: 'A',
        created_at: '1970-01-01T00:00:00Z',
        max_input_tokens: 1000,
        max_tokens: null,
      },
    ])
  })

  test('comes in pages', () => {
    assert.deepEqual(page(''), { ids: 'abce', has_more: false, first_id: 'a', last_id: 'e' })
    assert.deepEqual(page('limit=2'), { ids: 'ab', has_more: true, first_id: 'a', last_id: 'b' })
    assert.deepEqual(page('limit=2&after_id=b'), { ids: 'ce', has_more: false, first_id: 'c', last_id: 'e' })
    assert.deepEqual(page('limit=1&before_id=c'), { ids: 'b', has_more: true, first_id: 'b', last_id: 'b' })
    assert.deepEqual(page('after_id=e'), { ids: '', has_more: false, first_id: null, last_id: null })
    for (const query of ['limit=0', 'limit=x', 'limit=1001', 'after_id=z', 'before_id=d'])
      assert.throws(() => page(query), { kind: 'invalid_request' }, query)
  })

  test('tells of a model under the client’s name for it', () => {
    assert.equal(toModelInfo(models[0]!, 'claude-x').id, 'claude-x')
  })
})

describe('a count of tokens', () => {
  const mapping = createModelMapping({})
  const QUERY = { type: 'object', properties: { query: { type: 'string' } } }

  test('is Google’s of the whole prompt, without what shapes the answer', () => {
    const { target, body, toAnswer } = toTokenCount(
      {
        model: 'claude-sonnet-4-5',
        system: 'Be kind.',
        messages: [{ role: 'user', content: 'Hi' }],
        tools: [{ name: 'f', input_schema: QUERY }],
        thinking: { type: 'adaptive' },
      },
      mapping,
    )
    assert.equal(target.path, '/v1beta/models/gemini-3.8-flash:countTokens')
    assert.deepEqual(body, {
      generateContentRequest: {
        model: 'models/gemini-3.8-flash',
        systemInstruction: { parts: [{ text: 'Be kind.' }] },
        contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
        tools: [{ functionDeclarations: [{ name: 'f', parametersJsonSchema: QUERY }] }],
      },
    })
    assert.deepEqual(toAnswer({ totalTokens: 7 }), { input_tokens: 7 })
    assert.throws(() => toAnswer({}), { kind: 'bad_upstream' })
  })
})
