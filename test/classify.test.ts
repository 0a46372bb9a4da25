import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import type { GoogleError } from '../core/errors.ts'
import { FAULTS, type Fault, type FaultKind } from '../core/fault.ts'
import { classifyAnswer, classifyError } from '../core/faults/classify.ts'

interface Case {
  readonly title: string
  readonly status: number
  readonly contentType?: string
  readonly body: unknown
  readonly fault: { readonly [Field in keyof Fault]?: Fault[Field] | null }
}

for (const name of ['keys', 'quota', 'availability', 'others', 'vertex']) {
  const file = new URL(`./fixtures/faults/${name}.json`, import.meta.url)
  describe(`The classifier, on ${name},`, () => {
    for (const { title, status, contentType, body, fault } of JSON.parse(
      readFileSync(file, 'utf8'),
    ) as Case[]) {
      test(`knows ${title}`, () => {
        const text = typeof body === 'string' ? body : JSON.stringify(body)
        const type = contentType ?? (typeof body === 'string' ? '' : 'application/json; charset=UTF-8')
        const found = classifyAnswer({ status, contentType: type, text })
        assert.equal(found.text, text)
        for (const [field, value] of Object.entries({ status, ...fault })) {
          assert.deepEqual(found[field as keyof Fault], value ?? undefined, field)
        }
      })
    }
  })
}

test('the classifier knows every fault that an answer alone can show', () => {
  const elsewhere: FaultKind[] = [
    'connection_failed',
    'proxy_failed',
    'cut_off',
    'empty',
    'malformed_call',
    'unreadable',
  ]
  const seen = new Set<string>()
  for (const name of ['keys', 'quota', 'availability', 'others', 'vertex']) {
    const file = new URL(`./fixtures/faults/${name}.json`, import.meta.url)
    for (const { fault } of JSON.parse(readFileSync(file, 'utf8')) as Case[]) seen.add(String(fault.kind))
  }
  const missing = Object.keys(FAULTS).filter((kind) => !seen.has(kind))
  assert.deepEqual(missing.sort(), elsewhere.sort())
})

test('the classifier takes the status of an error inside a 200 from its code, its status or its name', () => {
  const cases: [GoogleError, FaultKind, number][] = [
    [{ code: 503, status: 'UNAVAILABLE', message: 'The model is overloaded.' }, 'model_overloaded', 503],
    [{ status: 'RESOURCE_EXHAUSTED', message: 'Resource has been exhausted.' }, 'quota_unknown', 429],
    [{ status: 'DATA_LOSS' }, 'model_failed', 500],
    [{ status: 'UNIMPLEMENTED' }, 'refused', 501],
    [{ code: 'not_found', message: 'No such thing' }, 'client_mistake', 404],
    [{ code: 'authentication', message: 'Who are you?' }, 'key_doubtful', 401],
    [{ code: 200, message: 'odd' }, 'model_failed', 500],
    [{}, 'model_failed', 500],
  ]
  for (const [error, kind, status] of cases) {
    const fault = classifyError(error, JSON.stringify({ error }))
    assert.deepEqual([fault.kind, fault.status], [kind, status], JSON.stringify(error))
  }
})

test('the classifier unwraps an error inside a 200 that was encoded twice', () => {
  const inner = { error: { code: 429, message: 'Please retry in 5s.', status: 'RESOURCE_EXHAUSTED' } }
  const fault = classifyError({ code: 500, message: JSON.stringify(inner) }, '')
  assert.equal(fault.kind, 'quota_minute')
  assert.equal(fault.retryAfterMilliseconds, 5_000)
  assert.equal(fault.error?.status, 'RESOURCE_EXHAUSTED')
})

test('the classifier drops debugging details from the error it hands on', () => {
  const details = [
    { '@type': 'type.googleapis.com/google.rpc.DebugInfo', detail: 'Invalid API key: …' },
    { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID' },
  ]
  const error = { code: 400, message: 'API key not valid.', status: 'INVALID_ARGUMENT', details }
  const text = JSON.stringify({ error })
  for (const fault of [classifyAnswer({ status: 400, contentType: '', text }), classifyError(error, text)]) {
    assert.deepEqual(fault.error?.details, [details[1]])
  }
})

test('the classifier survives answers of any shape', () => {
  const texts = [
    'null',
    '[]',
    '[null]',
    '{',
    '{"error":null}',
    '{"error":"no"}',
    '{"error":{"details":[1,null]}}',
  ]
  for (const text of [...texts, '{"error":{"message":7,"details":{}}}', '{"error":{"message":"[{}]"}}']) {
    for (const status of [400, 401, 403, 404, 429, 500]) {
      const { kind, reason } = classifyAnswer({ status, contentType: 'application/json', text })
      assert.ok(kind in FAULTS)
      assert.ok(reason.length > 0 && !reason.includes('\n'))
    }
  }
})

test('the reason of a fault is one short line', () => {
  const message = `${'long '.repeat(200)}\nsecond line`
  const text = JSON.stringify({ error: { code: 403, message, status: 'PERMISSION_DENIED' } })
  const { reason } = classifyAnswer({ status: 403, contentType: 'application/json', text })
  assert.ok(reason.length <= 240 && !reason.includes('\n'))
  assert.match(reason, /^403 PERMISSION_DENIED: long /)
})
