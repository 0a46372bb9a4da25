import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { EFFORTS, levelOf, traitsOf } from '../core/models.ts'

describe('the effort of', () => {
  const TABLE: Readonly<Record<string, readonly (string | number)[]>> = {
    'gemini-2.5-pro': [128, 1024, 1024, 8192, 24_576, 32_768, 32_768],
    'gemini-2.5-flash': [0, 1024, 1024, 8192, 24_576, 24_576, 24_576],
    'gemini-2.5-flash-lite': [0, 1024, 1024, 8192, 24_576, 24_576, 24_576],
    'gemini-3-flash-preview': ['MINIMAL', 'MINIMAL', 'LOW', 'MEDIUM', 'HIGH', 'HIGH', 'HIGH'],
    'gemini-3.6-flash': ['MINIMAL', 'MINIMAL', 'LOW', 'MEDIUM', 'HIGH', 'HIGH', 'HIGH'],
    'gemini-3.5-flash-lite': ['MINIMAL', 'MINIMAL', 'LOW', 'MEDIUM', 'HIGH', 'HIGH', 'HIGH'],
    'gemini-flash-lite-latest': ['MINIMAL', 'MINIMAL', 'LOW', 'MEDIUM', 'HIGH', 'HIGH', 'HIGH'],
    'gemini-3.8-flash': ['LOW', 'LOW', 'LOW', 'MEDIUM', 'HIGH', 'HIGH', 'HIGH'],
    'gemini-flash-latest': ['LOW', 'LOW', 'LOW', 'MEDIUM', 'HIGH', 'HIGH', 'HIGH'],
    'gemini-3.1-pro-preview': ['LOW', 'LOW', 'LOW', 'MEDIUM', 'HIGH', 'HIGH', 'HIGH'],
    'gemini-4-argon': ['LOW', 'LOW', 'LOW', 'MEDIUM', 'HIGH', 'HIGH', 'HIGH'],
    'gemini-4-hydrogen': ['LOW', 'LOW', 'LOW', 'MEDIUM', 'HIGH', 'XHIGH', 'XHIGH'],
    'gemini-9-neon': ['LOW', 'LOW', 'LOW', 'MEDIUM', 'HIGH', 'HIGH', 'HIGH'],
  }
  for (const [model, expected] of Object.entries(TABLE)) {
    test(`${model} is stated as it takes it`, () => {
      const { thinking } = traitsOf(model)
      assert.ok(thinking)
      const stated = EFFORTS.map((effort) =>
        'budgets' in thinking ? thinking.budgets[effort] : levelOf(effort, thinking.levels),
      )
      assert.deepEqual(stated, expected)
    })
  }

  for (const model of [
    'gemini-2.0-flash',
    'gemini-2.5-flash-image',
    'gemini-3.1-flash-lite-image',
    'gemini-3.8-flash-tts',
    'gemma-4-31b-it',
    'gemini-embedding-2',
  ]) {
    test(`${model} cannot be stated`, () => assert.equal(traitsOf(model).thinking, undefined))
  }
})

test('only Gemini 3 and later want signatures back', () => {
  for (const model of ['gemini-3.8-flash', 'gemini-3-flash-preview', 'gemini-4-argon'])
    assert.ok(traitsOf(model).signatures, model)
  for (const model of ['gemini-2.5-pro', 'gemini-2.0-flash', 'gemma-3-27b-it', 'gemma-4-31b-it'])
    assert.ok(!traitsOf(model).signatures, model)
})
