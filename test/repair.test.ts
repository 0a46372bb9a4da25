import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { KeyLoop } from '../core/call/key-loop.ts'
import { withRepair } from '../core/call/repair.ts'
import { createTrace } from '../core/call/trace.ts'
import type { UpstreamRequest } from '../core/call/upstream.ts'
import { GatewayError } from '../core/errors.ts'

const refusal = (status: number, message: string, details?: Record<string, unknown>[]) =>
  new GatewayError('upstream_refused', message, { upstream: { status, error: { message, details } } })

/** A key loop that refuses so often, and a request that is repaired into `better`. */
function setUp(refused: GatewayError, times = 1) {
  const asked: UpstreamRequest[] = []
  const heard: string[] = []
  const worked: string[] = []
  const trace = createTrace()
  const keyLoop: KeyLoop = {
    run: async <T>(request: UpstreamRequest) => {
      asked.push(request)
      if (asked.length <= times) throw refused
      return 'answer' as T
    },
  }
  const request: UpstreamRequest = {
    method: 'POST',
    path: '/v1beta/models/gemini-a:generateContent',
    headers: {},
    body: () => 'as it was',
    model: 'gemini-a',
    repeatable: true,
    repair: (text) => {
      heard.push(text)
      const body = `better ${heard.length}`
      const repaired = { body, notes: ['asked again'], worked: () => void worked.push(body) }
      return text.includes('hopeless') ? undefined : repaired
    },
  }
  const run = (what = request, leaving = new AbortController().signal) =>
    withRepair(keyLoop).run(what, trace, leaving, () => assert.fail('nothing to read'))
  return { asked, heard, worked, trace, request, run }
}

describe('A call that Google refuses as malformed', () => {
  test('is sent once more in the form that its request knows, and says so', async () => {
    const { asked, heard, worked, trace, run } = setUp(
      refusal(400, 'Level X is not supported', [{ field: 'x' }]),
    )
    assert.equal(await run(), 'answer')
    assert.deepEqual(
      asked.map(({ body }) => body(() => {})),
      ['as it was', 'better 1'],
    )
    assert.deepEqual(worked, ['better 1'])
    assert.deepEqual(heard, ['Level X is not supported\n[{"field":"x"}]'])
    assert.deepEqual(trace.notes, ['asked again'])
  })

  test('is sent again for each thing that is refused of it, and only what worked is told so', async () => {
    const { asked, worked, trace, run } = setUp(refusal(400, 'no'), 2)
    assert.equal(await run(), 'answer')
    assert.equal(asked.length, 3)
    assert.deepEqual([worked, trace.notes], [['better 2'], ['asked again']])
  })

  test('is given up after three forms, none of which is told that it worked', async () => {
    const { asked, worked, run } = setUp(refusal(400, 'no'), 9)
    await assert.rejects(run(), { message: 'no' })
    assert.equal(asked.length, 4)
    assert.deepEqual(worked, [])
  })

  test('is answered with the refusal where no form is known, or the call is native', async () => {
    const hopeless = setUp(refusal(400, 'hopeless'))
    await assert.rejects(hopeless.run(), { message: 'hopeless' })
    const native = setUp(refusal(400, 'no'))
    await assert.rejects(native.run({ ...native.request, repair: undefined }), { message: 'no' })
    assert.deepEqual([hopeless.asked.length, native.asked.length, native.trace.notes], [1, 1, []])
  })

  test('is left alone where the client is gone or the refusal is another', async () => {
    const gone = setUp(refusal(400, 'no'))
    await assert.rejects(gone.run(gone.request, AbortSignal.abort()))
    const other = setUp(refusal(404, 'no'))
    await assert.rejects(other.run())
    const ours = setUp(new GatewayError('internal', 'no'))
    await assert.rejects(ours.run())
    assert.deepEqual([gone.heard, other.heard, ours.heard], [[], [], []])
  })
})
