import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { GoogleError } from '../core/errors.ts'
import { GatewayError, isGatewayError } from '../core/errors.ts'
import { claims } from '../plugins/gemini/claims.ts'
import { codec } from '../plugins/gemini/codec.ts'
import { toModelPage } from '../plugins/gemini/model-pages.ts'
import { parseNativePath } from '../plugins/gemini/native-path.ts'
import { codecContract, eventsOf } from './contract/codec.ts'
import { recordingsIn } from './fixture.ts'

const recordings = recordingsIn('gemini')

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
  const TOLERATED = [
    ['/v1/v1beta/models/gemini-x:countTokens', '/v1beta/models/gemini-x:countTokens', 'gemini-x'],
    ['/v1beta/v1beta/models/gemini-x:countTokens', '/v1beta/models/gemini-x:countTokens', 'gemini-x'],
    ['/gemini/v1beta/v1/models/gemini-x:countTokens', '/v1/models/gemini-x:countTokens', 'gemini-x'],
    ['/gemini//models//gemini-x:countTokens/', '/v1beta/models/gemini-x:countTokens', 'gemini-x'],
    ['/v1beta/models/', '/v1beta/models', ''],
    ['/v1beta/files/', '/v1beta/files', ''],
    ['/v1beta/files%2Fabc%3Adownload', '/v1beta/files/abc:download', ''],
    ['/v1beta/files:register', '/v1beta/files:register', ''],
    ['/upload/v1beta/files', '/upload/v1beta/files', ''],
    ['/gemini/upload/files', '/upload/v1beta/files', ''],
    ['/v1beta/upload/v1beta/files', '/upload/v1beta/files', ''],
    ['/download/v1beta/files/abc:download', '/download/v1beta/files/abc:download', ''],
    ['/v1beta/models/x/operations/y:cancel', '/v1beta/models/x/operations/y:cancel', ''],
    ['/v1beta/models/x/operations', '/v1beta/models/x/operations', ''],
    ['/v1beta/models/gemini-x/versions/3', '/v1beta/models/gemini-x/versions/3', ''],
    ['/v1beta/tunedModels/t/permissions/p', '/v1beta/tunedModels/t/permissions/p', ''],
    ['/v1beta/newThings/a%2Fb/files/c', '/v1beta/newThings/a%2Fb/files/c', ''],
    ['/v1beta/environments/e/files/a%2Fb', '/v1beta/environments/e/files/a%2Fb', ''],
    ['/v1beta/models/a%3Fb%23c:countTokens', '/v1beta/models/a%3Fb%23c:countTokens', 'a?b#c'],
    ['/vertex-express/v1beta/models/m:countTokens', '/v1beta/models/m:countTokens', 'm'],
    ['/vertex-express/v1/v1beta1/models/m:predict', '/v1beta/models/m:predict', 'm'],
    ['/vertex-express/models%2Fm%3AcountTokens', '/v1beta/models/m:countTokens', 'm'],
    ['/vertex-express//v1//publishers/google/models/m:countTokens', '/v1/models/m:countTokens', 'm'],
    ['/vertex-express/models', '/v1beta/models', ''],
  ] as const
  for (const [path, upstream, model] of [...MODELS, ...TOLERATED]) {
    test(`${path} names ${model || 'no model'}`, () => {
      assert.equal(parse(path)?.path, upstream)
      assert.equal(parse(path)?.model, model)
    })
  }

  test('below /vertex-express are of Vertex, and no others are', () => {
    assert.equal(parse('/vertex-express/models/m:countTokens')?.upstream, 'vertex')
    for (const path of ['/v1beta/vertex-express/models/m:countTokens', '/gemini/models/m:countTokens'])
      assert.equal(parse(path)?.upstream, undefined, path)
  })

  const RESOURCES: Readonly<Record<string, string | undefined>> = {
    '/v1beta/files/abc': 'files/abc',
    '/v1beta/files%2Fabc': 'files/abc',
    '/gemini/files/abc:download': 'files/abc',
    '/v1/interactions/v1_x/cancel': 'interactions/v1_x',
    '/v1beta/fileSearchStores/s/documents/d': 'fileSearchStores/s',
    '/upload/v1beta/fileSearchStores/s:uploadToFileSearchStore': 'fileSearchStores/s',
    '/v1beta/models/veo/operations/o': 'models/veo/operations/o',
    '/v1beta/tunedModels/t:generateContent': 'tunedModels/t',
    '/v1beta/files': undefined,
    '/v1beta/models/gemini-x': undefined,
    '/v1beta/newThings/x': undefined,
  }
  for (const [path, resource] of Object.entries(RESOURCES)) {
    test(`${path} names ${resource ?? 'nothing that a project owns'}`, () => {
      assert.equal(parse(path)?.resource, resource)
    })
  }

  test('lists are of whole collections, and of a model’s operations', () => {
    for (const path of ['/v1beta/files', '/v1beta/models/veo/operations', '/gemini/batches/'])
      assert.ok(parse(path)?.listed, path)
    for (const path of [
      '/v1beta/models',
      '/v1beta/files:register',
      '/v1beta/fileSearchStores/s/documents',
      '/upload/v1beta/files',
      '/v1beta/newThings',
    ])
      assert.equal(parse(path)?.listed, undefined, path)
  })

  test('what is no path of Google’s is none', () => {
    for (const path of ['/v1beta', '/gemini', '/gemini/v1beta/', '/upload', '/v1beta/openai/x', '/files/x'])
      assert.equal(parse(path), undefined, path)
    assert.equal(parse('/upload/download/v1beta/files'), undefined)
  })

  test('a resource that climbs out of its place is refused', () => {
    assert.throws(() => parse('/v1beta/files%2F..%2Fmodels'), isGatewayError)
    assert.throws(() => parse('/v1beta/newThings%2F..%2F..%2Fx'), isGatewayError)
  })

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
      '/v1/v1beta/models',
      '/upload/v1/files',
      '/download/v1beta/files/x:download',
      '/gemini/upload/files',
      '/v1/interactions',
      '/v1/fileSearchStores/s:importFile',
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
    assert.ok(claimed('/v1/files:register'))
    assert.equal(claimed('/v1/batches/b'), false)
    assert.equal(claimed('/v1/decisions', { authorization: 'Bearer x' }), false)
    assert.ok(claimed('/v1/decisions', { 'x-goog-api-key': 'x' }))
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

describe('Errors of the Interactions API', () => {
  const request = {
    method: 'POST',
    url: new URL('http://localhost/v1beta/interactions'),
    headers: new Headers(),
    id: 'req_1',
  }
  const errorOf = (error: GatewayError) =>
    (JSON.parse(codec.encodeError(error, request).body) as { error: GoogleError }).error

  test('have a word as their code, also where Google’s front end spoke', () => {
    assert.equal(errorOf(new GatewayError('rate_limited', 'x')).code, 'rate_limit_exceeded')
    assert.equal(errorOf(new GatewayError('unauthenticated', 'x')).code, 'authentication')
    const upstream = { status: 404, error: { code: 404, message: 'No', status: 'NOT_FOUND' } }
    assert.deepEqual(errorOf(new GatewayError('upstream_refused', 'No', { upstream })), {
      code: 'not_found',
      message: 'No',
    })
  })

  test('that Google wrote itself are as Google wrote them', () => {
    const error = { code: 'budget_exceeded', message: 'Too dear' }
    const refused = new GatewayError('upstream_refused', 'x', { upstream: { status: 400, error } })
    assert.deepEqual(errorOf(refused), error)
  })
})
