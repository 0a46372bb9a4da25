import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { nothingLeft } from '../core/call/refusal.ts'

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
        workingModels: () => [],
      }
      const error = nothingLeft(pool, { model: 'm' }, { attempts: 5 }, 0)
      assert.equal(error.kind, 'rate_limited')
      assert.match(error.message, said)
    })
  }
})
