import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { KeyLoop } from '../core/call/key-loop.ts'
import { createTrace } from '../core/call/trace.ts'
import type { UpstreamRequest } from '../core/call/upstream.ts'
import type { Key } from '../core/keys.ts'
import { createRedactor } from '../core/log/redactor.ts'
import { isOfVertex, namesListed, vertexCatalogue } from '../core/vertex/vertex-models.ts'
import { readModelMethod } from '../core/vertex/vertex-path.ts'
import { vertexQuestions } from '../core/vertex/vertex-questions.ts'
import { translateForVertex } from '../core/vertex/vertex-request.ts'
import { withVertex } from '../core/vertex/with-vertex.ts'

const KEY: Key = { id: 'k_vertex', name: undefined, project: 'p', weight: 1, tags: [] }
const NEVER = new AbortController().signal

/** Where each request went, and at which path. */
function setUp(models: readonly string[] = ['gemini-v*']) {
  const asked: string[] = []
  const loopOf = (name: string): KeyLoop => ({
    run: async <T>({ path }: UpstreamRequest) => {
      asked.push(`${name} ${path}`)
      return 'answer' as T
    },
  })
  const loop = withVertex(loopOf('gemini'), {
    keyLoop: loopOf('vertex'),
    pool: { find: (id) => (id === KEY.id ? KEY : undefined) },
    redactor: createRedactor(),
    isOfVertex: isOfVertex({ models: [...models] }),
  })
  const run = (path: string, more: Partial<UpstreamRequest> = {}) => {
    const plain = { method: 'POST', headers: {}, body: () => '{}', model: 'm', repeatable: true }
    return loop.run({ ...plain, path, ...more }, createTrace(), NEVER, () => assert.fail('nothing to read'))
  }
  return { asked, run }
}

const GENERATE = '/v1beta/models/gemini-v1:generateContent'

describe('A call', () => {
  const cases: readonly (readonly [string, string, Partial<UpstreamRequest>?])[] = [
    [GENERATE, 'vertex /v1beta1/publishers/google/models/gemini-v1:generateContent'],
    [
      '/v1/models/gemini-v1:streamGenerateContent?alt=sse',
      'vertex /v1/publishers/google/models/gemini-v1:streamGenerateContent?alt=sse',
    ],
    [
      '/v1alpha/models/gemini-v%2B:countTokens',
      'vertex /v1beta1/publishers/google/models/gemini-v%2B:countTokens',
    ],
    ['/v1beta/models/gemini-a:generateContent', 'gemini /v1beta/models/gemini-a:generateContent'],
    ['/v1beta/models/gemini-v1:batchGenerateContent', 'gemini /v1beta/models/gemini-v1:batchGenerateContent'],
    ['/v1beta/tunedModels/gemini-v1:generateContent', 'gemini /v1beta/tunedModels/gemini-v1:generateContent'],
    ['/v1beta/files', 'gemini /v1beta/files'],
    [GENERATE, `gemini ${GENERATE}`, { project: 'p' }],
    [GENERATE, `gemini ${GENERATE}`, { project: 'p', keyId: 'k_other' }],
    [
      GENERATE,
      'vertex /v1beta1/publishers/google/models/gemini-v1:generateContent',
      { project: 'p', keyId: KEY.id },
    ],
    [
      '/v1beta/models/gemini-a:predict',
      'vertex /v1beta1/publishers/google/models/gemini-a:predict',
      { upstream: 'vertex' },
    ],
  ]
  for (const [path, where, more = {}] of cases) {
    test(`of ${path} with ${JSON.stringify(more)} goes to ${where}`, async () => {
      const { asked, run } = setUp()
      assert.equal(await run(path, more), 'answer')
      assert.deepEqual(asked, [where])
    })
  }

  test('goes to the Gemini API where the settings name no model', async () => {
    const { asked, run } = setUp([])
    await run(GENERATE)
    assert.deepEqual(asked, [`gemini ${GENERATE}`])
  })

  test('is written anew once, however many attempts send it', () => {
    let read = 0
    const request: UpstreamRequest = {
      method: 'POST',
      path: GENERATE,
      headers: {},
      body() {
        read++
        return '{"contents":[{"parts":[]}]}'
      },
      model: 'gemini-v1',
      repeatable: true,
    }
    const asked = readModelMethod(GENERATE)
    assert.ok(asked)
    const { body } = translateForVertex(request, asked, createTrace())
    const sent = [body(() => {}), body(() => {})]
    assert.deepEqual(sent, Array(2).fill('{"contents":[{"parts":[],"role":"user"}]}'))
    assert.equal(read, 1)
  })

  test('of Vertex’s that is no method of a model is refused', async () => {
    const { run } = setUp()
    await assert.rejects(run('/v1beta/files', { upstream: 'vertex' }), /methods of models alone/)
  })
})

describe('The models of Vertex', () => {
  const settings = { baseUrl: '', headers: {}, models: ['own', 'gemini-v*'], listed: ['known', 'own'] }

  test('are those that are named, each once', () => {
    assert.deepEqual(namesListed(settings), ['own', 'known'])
  })

  test('try a key by one that counts tokens, which an embedding is not', () => {
    const pathOf = (models: readonly string[]) =>
      vertexQuestions({ ...settings, models: [...models], listed: [] }).ofKey(1).path
    assert.match(pathOf(['gemini-embedding-001', 'gemini-v1']), /\/gemini-v1:countTokens$/)
    assert.match(pathOf(['gemini-embedding-001']), /\/gemini-2\.5-flash:countTokens$/)
  })

  test('are listed where there is a key, and are known then', async () => {
    let hasKeys = true
    const catalogue = vertexCatalogue(settings, () => hasKeys)
    const names = (await catalogue.models()).map(({ name }) => name)
    assert.deepEqual(names, ['models/own', 'models/known'])
    assert.ok(catalogue.seenBy('models/known').length > 0)
    assert.equal(catalogue.seenBy('gemini-v1').length, 0)
    hasKeys = false
    assert.equal(catalogue.seenBy('known').length, 0)
    await assert.rejects(catalogue.models(), /no Vertex Express keys/)
  })
})
