import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isBusy } from '../core/call/busy-keys.ts'
import { toConnectionFault } from '../core/call/connection-fault.ts'
import { ConnectionError } from '../core/call/line.ts'
import { nothingLeft, toRefusal } from '../core/call/refusal.ts'
import { classifyAnswer } from '../core/faults/classify.ts'
import { createDirectWay } from '../core/ways/way.ts'
import { transportOf } from './ways-of-test.ts'

describe('A call for which no key is left', () => {
  const cases: readonly (readonly [Record<string, number>, RegExp])[] = [
    [{ resting: 2 }, /^All 2 keys are resting for m; the first returns in 3 s \(5 tried/],
    [{ busy: 2 }, /^All 2 keys are busy for m; the first/],
    [{ busy: 1, resting: 1 }, /^All 2 keys are busy or resting for m; the first/],
  ]
  for (const [out, said] of cases) {
    test(`is told what keeps them: ${Object.keys(out).join(' and ')}`, () => {
      const pool = {
        returnsAt: () => 2_500,
        census: () => ({ total: 2, usable: 0, out }),
        restOf: () => undefined,
        workingModels: () => [],
      }
      const error = nothingLeft(pool, { model: 'm' }, { attempts: 5, upstream: 'gemini' }, 0)
      assert.equal(error.kind, 'rate_limited')
      assert.match(error.message, said)
    })
  }

  test('of the project that it must go by is told whether that rests or serves others', () => {
    for (const [rest, said] of [
      [undefined, /a Google project that is busy for m; it returns in 1 s$/],
      [
        { project: 'p', until: 1_000, since: 0, state: 'resting', reason: '', isDay: false, due: 0 },
        /a Google project that is resting for m/,
      ],
    ] as const) {
      const pool = {
        returnsAt: () => 1_000,
        census: () => ({ total: 2, usable: 1, out: { busy: 1 } }),
        restOf: () => rest,
        workingModels: () => [],
      }
      const error = nothingLeft(pool, { model: 'm', project: 'p' }, { attempts: 0, upstream: 'gemini' }, 0)
      assert.match(error.message, said)
      assert.equal(isBusy(error), rest === undefined)
    }
  })
})

describe('A page in the place of an answer of Google’s', () => {
  const cases: readonly (readonly [string, number, RegExp])[] = [
    [
      '<title>Error 502</title>',
      502,
      /answered 502 without Google's JSON \(text\/html\): .*baseUrl is wrong$/,
    ],
    [
      '<title>Sorry...</title>',
      403,
      /takes the gateway's address for one .*: wait, or let it go out by a proxy$/,
    ],
  ]
  for (const [text, status, said] of cases) {
    test(`is told with what may be done: ${text}`, () => {
      const error = toRefusal(classifyAnswer({ status, contentType: 'text/html', text }))
      assert.deepEqual([error.kind, error.status], ['bad_upstream', 502])
      assert.match(error.message, said)
    })
  }
})

test('A connection that fails is told with what to look at, and without the words of the network', () => {
  const fault = toConnectionFault(
    new ConnectionError('connect ECONNREFUSED 10.1.2.3:443'),
    false,
    createDirectWay(transportOf()),
  )
  assert.ok(fault)
  const { kind, message } = toRefusal(fault)
  assert.equal(kind, 'bad_upstream')
  assert.match(message, /^No connection to Google: .*"upstream\.gemini\.baseUrl".*"proxies\.urls"/)
  assert.doesNotMatch(message, /10\.1\.2\.3/)
})
