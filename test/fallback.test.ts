import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { withFallback } from '../core/call/fallback.ts'
import type { KeyLoop } from '../core/call/key-loop.ts'
import { clientGone } from '../core/call/refusal.ts'
import { createTrace } from '../core/call/trace.ts'
import type { UpstreamRequest } from '../core/call/upstream.ts'
import { type ErrorKind, GatewayError } from '../core/errors.ts'

const REQUEST: UpstreamRequest = {
  method: 'POST',
  path: '/v1beta/models/gemini-a:streamGenerateContent?alt=sse',
  headers: {},
  body: () => '{}',
  model: 'gemini-a',
  repeatable: true,
  affinity: 'x',
}
const MODELS = { 'gemini-a*': ['gemini-b', 'gemini-a', 'gemini-c'], '*': ['never'] }

/** Google's refusal with a status. */
const refusal = (status: number, message = '') =>
  new GatewayError('upstream_refused', message, { upstream: { status, error: { message } } })

const GONE = 'models/gemini-a is not found for API version v1beta, or is not supported for generateContent.'

describe('Fallback models', () => {
  const causes: readonly (readonly [error: GatewayError, note: string])[] = [
    [new GatewayError('rate_limited', ''), 'is spent'],
    [new GatewayError('no_available_keys', ''), 'has no usable key'],
    [new GatewayError('overloaded', ''), 'is overloaded'],
    [new GatewayError('upstream_timeout', ''), 'does not answer'],
    [refusal(503), 'is overloaded'],
    [refusal(500), 'fails'],
    [refusal(504), 'does not answer'],
    [refusal(404, GONE), 'is gone'],
    [refusal(404, 'This model models/gemini-a is no longer available.'), 'is gone'],
  ]
  for (const [error, note] of causes) {
    test(`stand in for a model that ${note} (${error.kind}, ${error.status})`, async () => {
      const { asked, trace, run } = setUp({ 'gemini-a': error })
      assert.equal(await run(), 'gemini-b')
      assert.deepEqual(
        asked.map(({ path }) => path),
        [REQUEST.path, '/v1beta/models/gemini-b:streamGenerateContent?alt=sse'],
      )
      assert.deepEqual({ ...asked[1], path: '', model: '' }, { ...REQUEST, path: '', model: '' })
      assert.deepEqual(trace.fallback, {
        model: 'gemini-b',
        note: `answered by gemini-b: gemini-a ${note}`,
      })
    })
  }

  const final: readonly GatewayError[] = [
    refusal(400),
    refusal(404, 'CachedContent not found (or permission denied)'),
    refusal(403),
    ...(['invalid_request', 'internal', 'too_large', 'bad_upstream', 'client_gone'] as const).map(
      (kind: ErrorKind) => new GatewayError(kind, ''),
    ),
  ]
  for (const error of final) {
    test(`stay out of it after ${error.kind} ${error.status}`, async () => {
      const { asked, trace, run } = setUp({ 'gemini-a': error })
      await assert.rejects(run(), (thrown) => thrown === error)
      assert.equal(asked.length, 1)
      assert.equal(trace.fallback, undefined)
    })
  }

  test('are tried in order, without the model itself, and the first refusal is the client’s', async () => {
    const spent = new GatewayError('rate_limited', 'a')
    const all = { 'gemini-a': spent, 'gemini-b': refusal(400), 'gemini-c': refusal(503) }
    const { asked, trace, run } = setUp(all)
    await assert.rejects(run(), (thrown) => thrown === spent)
    assert.deepEqual(
      asked.map(({ model }) => model),
      ['gemini-a', 'gemini-b', 'gemini-c'],
    )
    assert.equal(trace.fallback, undefined)
    assert.equal(await setUp({ ...all, 'gemini-c': undefined }).run(), 'gemini-c')
  })

  test('are asked in their own form where the request has one, which only the one that answers is said of', async () => {
    const failing = { 'gemini-a': refusal(503), 'gemini-b': refusal(503) }
    const { asked, trace, run } = setUp(failing)
    const forModel = (model: string) => ({ body: `for ${model}`, notes: [`fitted to ${model}`] })
    await run({ ...REQUEST, forModel })
    assert.deepEqual(
      asked.map(({ body }) => body(() => {})),
      ['{}', 'for gemini-b', 'for gemini-c'],
    )
    assert.deepEqual(trace.notes, ['fitted to gemini-c'])
  })

  test('are not begun after the deadline', async () => {
    const { asked, run, advance } = setUp({ 'gemini-a': new GatewayError('overloaded', '') })
    advance.each = 60_000
    await assert.rejects(run(), { kind: 'overloaded' })
    assert.equal(asked.length, 1)
  })

  test('are not for methods that generate nothing, nor for models without a list', async () => {
    const spent = new GatewayError('rate_limited', '')
    const other = { ...REQUEST, model: 'gemini-x', path: '/v1beta/models/gemini-x:generateContent' }
    const counting = { ...REQUEST, path: '/v1beta/models/gemini-a:countTokens' }
    const tuned = {
      ...REQUEST,
      model: 'tunedModels/gemini-a',
      path: '/v1beta/tunedModels/gemini-a:generateContent',
    }
    for (const request of [counting, tuned, other]) {
      const { asked, run } = setUp(
        { [request.model!]: spent },
        { 'gemini-a': ['gemini-b'], 'tuned*': ['gemini-b'] },
      )
      await assert.rejects(run(request), (thrown) => thrown === spent)
      assert.equal(asked.length, 1)
    }
  })

  test('are not for what must go by one key', async () => {
    const spent = new GatewayError('rate_limited', '')
    const { asked, run } = setUp({ 'gemini-a': spent })
    await assert.rejects(run({ ...REQUEST, keyId: 'k_1', project: 'p' }), (thrown) => thrown === spent)
    assert.equal(asked.length, 1)
  })

  test('end with the client that leaves, and with a failure that is no model’s', async () => {
    const { run, leaving } = setUp({ 'gemini-a': refusal(503), 'gemini-b': clientGone() })
    leaving.abort()
    await assert.rejects(run(), { kind: 'client_gone' })
    const broken = new TypeError('a plugin broke')
    await assert.rejects(
      setUp({ 'gemini-a': refusal(503), 'gemini-b': broken }).run(),
      (thrown) => thrown === broken,
    )
  })

  test('cost nothing where there are none', () => {
    const { keyLoop } = setUp({})
    const options = { models: {}, deadlineMilliseconds: 1, elapsed: () => 0 }
    assert.equal(withFallback(keyLoop, options), keyLoop)
  })
})

/** A key loop in which some models fail; the others answer with their name. */
function setUp(failures: Record<string, Error | undefined>, models: Record<string, string[]> = MODELS) {
  const asked: UpstreamRequest[] = []
  const trace = createTrace()
  const leaving = new AbortController()
  const advance = { each: 0 }
  let clock = 0
  const keyLoop: KeyLoop = {
    async run(request) {
      asked.push(request)
      clock += advance.each
      const failure = failures[request.model!]
      if (failure) throw failure
      return request.model as never
    },
  }
  const options = { models, deadlineMilliseconds: 60_000, elapsed: () => clock }
  const read = async () => ({ ok: true as const, value: '' })
  return {
    asked,
    trace,
    keyLoop,
    leaving,
    advance,
    run: (request = REQUEST) => withFallback(keyLoop, options).run(request, trace, leaving.signal, read),
  }
}
