import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toModelPattern } from '../core/models/model-pattern.ts'

const CASES: readonly (readonly [pattern: string, model: string, fits: boolean])[] = [
  ['gemini-3.8-flash', 'gemini-3.8-flash', true],
  ['gemini-3.8-flash', 'gemini-3x8-flash', false],
  ['gemini-3.8-flash', 'gemini-3.8-flash-lite', false],
  ['*', '', true],
  ['*', 'anything', true],
  ['gemini-*', 'gemini-', true],
  ['gemini-*', 'a-gemini-b', false],
  ['*-flash', 'gemini-3.8-flash', true],
  ['*-flash', 'gemini-3.8-flash-lite', false],
  ['gemini-*-pro*', 'gemini-3.1-pro-preview', true],
  ['gemini-*-pro*', 'gemini-3.1-pro', true],
  ['gemini-*-pro*', 'gemini-pro', false],
  ['a*a', 'a', false],
  ['a*a', 'aa', true],
  ['*ab*ab', 'ab', false],
  ['*ab*ab', 'abab', true],
  ['a*b*c', 'acb', false],
  ['', '', true],
  ['', 'x', false],
]

for (const [pattern, model, fits] of CASES) {
  test(`the pattern "${pattern}" ${fits ? 'fits' : 'does not fit'} "${model}"`, () => {
    assert.equal(toModelPattern(pattern)(model), fits)
  })
}

test('a pattern of many stars is no slower than a walk', () => {
  const begun = performance.now()
  assert.equal(toModelPattern('*a'.repeat(50))('b'.repeat(100_000)), false)
  assert.ok(performance.now() - begun < 500)
})
