import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toCountTokens } from '../core/codec/token-count.ts'

test('a model’s name cannot make another path of a count of tokens', () => {
  const pathOf = (model: string) => toCountTokens({ model, request: {} }, () => 0).target.path
  assert.equal(pathOf('gemini-x'), '/v1beta/models/gemini-x:countTokens')
  assert.equal(pathOf('tunedModels/mine'), '/v1beta/tunedModels/mine:countTokens')
  assert.equal(pathOf('a?b#c%2F'), '/v1beta/models/a%3Fb%23c%252F:countTokens')
})
