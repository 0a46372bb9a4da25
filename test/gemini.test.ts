import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import type { GoogleError } from '../core/errors.ts'
import { isGatewayError } from '../core/errors.ts'
import { claims } from '../plugins/gemini/claims.ts'
import { codec } from '../plugins/gemini/codec.ts'
import { toModelPage } from '../plugins/gemini/model-pages.ts'
import { parseNativePath } from '../plugins/gemini/native-path.ts'
import { codecContract, eventsOf } from './contract/codec.ts'

const FOLDER = new URL('./fixtures/gemini/', import.meta.url)
const recordings = new Map(
  readdirSync(FOLDER)
    .filter((name) => name.endsWith('.sse'))
    .map((name) => [name, new Uint8Array(readFileSync(new URL(name, FOLDER)))]),
)

const WHOLE = '/v1beta/models/gemini-3.8-flash:generateContent'
const EVENTS = '/v1beta/models/gemini-3.8-flash:streamGenerateContent?alt=sse'
const ARRAY = '/v1beta/models/gemini-3.8-flash:streamGenerateContent'

const body = {
  contents: [{ parts: [{ text: 'Hi', futureField: [1] }] }],
  system_instruction: { parts: [{ text: 'Be kind' }] },
  fieldOfTomorrow: { deep: true },
}

codecContract('gemini', codec, {
  cases: [
    {
      title: 'takes a body as it is',
      url: WHOLE,
      wire: body,
      canonical: body,
      model: 'gemini-3.8-flash',
      stream: false,
    },
    {
      title: 'knows a stream by its path',
      url: EVENTS,
      wire: body,
      canonical: body,
      model: 'gemini-3.8-flash',
      stream: true,
    },
    {
      title: 'takes the model from an encoded path',
      url: '/gemini/models%2Fgoogle%2Fgemini-x:generateContent',
      wire: {},
      canonical: {},
      model: 'gemini-x',
      stream: false,
    },
  ],
  recordings,
  urls: { whole: WHOLE, streams: [EVENTS, ARRAY] },
  junk: [null, 1, 'x', [], true],
  read(url, text) {
    const values = (url === ARRAY ? JSON.parse(text) : eventsOf(text)) as { error?: GoogleError }[]
    const error = values.find((value) => value.error)?.error?.message
    return { chunks: values.filter((value) => !value.error), error }
  },
})

describe('native paths', () => {
  const parse = (path: string) => parseNativePath(new URL(path, 'http://localhost'))

  const MODELS = [
    ['/v1beta/models/gemini-x:countTokens', '/v1beta/models/gemini-x:countTokens', 'gemini-x'],
    [
      '/v1/models/gemini-x:generateContent?key=secret&alt=sse',
      '/v1/models/gemini-x:generateContent',
      'gemini-x',
    ],
    ['/gemini/v1alpha/models/gemini-x:embedContent', '/v1alpha/models/gemini-x:embedContent', 'gemini-x'],
    ['/gemini/models/gemini-x:generateContent', '/v1beta/models/gemini-x:generateContent', 'gemini-x'],
    ['/v1beta/models%2Fgemini-x%3AgenerateContent', '/v1beta/models/gemini-x:generateContent', 'gemini-x'],
    ['/v1beta/models/google/gemini-x:generateContent', '/v1beta/models/gemini-x:generateContent', 'gemini-x'],
    ['/v1beta/models/models/gemini-x:generateContent', '/v1beta/models/gemini-x:generateContent', 'gemini-x'],
    [
      '/v1beta/tunedModels/mine:generateContent',
      '/v1beta/tunedModels/mine:generateContent',
      'tunedModels/mine',
    ],
    ['/v1beta/files/abc', '/v1beta/files/abc', ''],
    ['/v1beta/models/veo/operations/op-1', '/v1beta/models/veo/operations/op-1', ''],
  ] as const
  for (const [path, upstream, model] of MODELS) {
    test(`${path} names ${model || 'no model'}`, () => {
      assert.equal(parse(path)?.path, upstream)
      assert.equal(parse(path)?.model, model)
    })
  }

  test('a query loses its credentials and nothing else', () => {
    assert.equal(
      parse('/v1beta/models?pageSize=3&key=secret&x=%2F&k%65y=b&access_token=c&flag')?.query,
      '?pageSize=3&x=%2F&flag',
    )
  })

  test('a model that climbs out of its place is refused', () => {
    assert.throws(() => parse('/v1beta/models%2F..%2F..:generateContent'), isGatewayError)
  })

  test('paths without a version are native only under /gemini', () => {
    assert.equal(parse('/models/gemini-x:generateContent'), undefined)
  })
})

describe('the claims of the native protocol', () => {
  const claimed = (path: string, headers: Record<string, string> = {}) =>
    claims({
      id: 'req_1',
      method: 'GET',
      url: new URL(path, 'http://localhost'),
      headers: new Headers(headers),
    })

  test('hold for paths that only Google has', () => {
    for (const path of [
      '/v1beta/models',
      '/v1alpha/x',
      '/gemini/models',
      '/v1/cachedContents',
      '/v1/models/m:countTokens',
    ]) {
      assert.ok(claimed(path), path)
    }
  })

  test('hold for shared paths only with a mark of a Google client', () => {
    assert.equal(claimed('/v1/models'), false)
    assert.equal(claimed('/v1/models', { authorization: 'Bearer x' }), false)
    assert.ok(claimed('/v1/models', { 'x-goog-api-key': 'x' }))
    assert.ok(claimed('/v1/models', { 'x-goog-api-client': 'x' }))
    assert.ok(claimed('/v1/files?pageSize=3'))
    assert.equal(claimed('/v1/models?key=x', { 'anthropic-version': '2023-06-01' }), false)
  })

  test("do not hold for other protocols' paths, whatever is in them", () => {
    for (const path of [
      '/v1/chat/completions',
      '/v1/messages',
      '/v1/',
      '/',
      '/v1/%zz',
      '/v1beta/openai/chat/completions',
    ]) {
      assert.equal(claimed(path, { 'x-goog-api-key': 'x' }), false, path)
    }
  })
})

describe('pages of the model list', () => {
  const models = Array.from({ length: 120 }, (_, index) => ({ name: `models/m-${index}` }))
  const page = (query: string) => toModelPage(models, new URLSearchParams(query))

  test('hold 50 models where nothing is asked, at most 1 000, and lead to one another', () => {
    const first = page('')
    assert.equal(first.models.length, 50)
    const second = page(`pageToken=${encodeURIComponent(first.nextPageToken ?? '')}`)
    assert.equal(second.models[0]?.name, 'models/m-50')
    assert.equal(page('pageSize=5000').models.length, 120)
    assert.equal(page('pageSize=120').nextPageToken, undefined)
  })

  test('refuse a size or a token that is none', () => {
    for (const query of ['pageSize=many', 'pageSize=-1', 'pageSize=1.5', 'pageToken=x', 'pageToken=%00']) {
      assert.throws(() => page(query), isGatewayError, query)
    }
  })
})
