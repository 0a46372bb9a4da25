import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import { withRetirement } from '../core/call/retirement.ts'
import { createTrace } from '../core/call/trace.ts'
import type { UpstreamRequest } from '../core/call/upstream.ts'
import { GatewayError } from '../core/errors.ts'
import { toStatedTraits } from '../core/models/stated-traits.ts'
import { amountOf, EFFORTS, levelOf, stateTraits, traitsOf } from '../core/models.ts'

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

describe('what the settings state of models', () => {
  afterEach(() => stateTraits([]))

  test('goes before the table, and the last that fits before the others', () => {
    stateTraits(
      toStatedTraits({
        'gemini-*': { maxOutputTokens: 5, thinking: { levels: ['LOW', 'HIGH'] } },
        'gemini-9-*': { maxOutputTokens: 7, mixedTools: false },
      }),
    )
    const { maxOutputTokens, mixedTools, thinking, signatures } = traitsOf('gemini-9-neon')
    assert.deepEqual(
      { maxOutputTokens, mixedTools, thinking, signatures },
      {
        maxOutputTokens: 7,
        mixedTools: false,
        thinking: { levels: ['LOW', 'HIGH'] },
        signatures: true,
      },
    )
    assert.equal(traitsOf('gemini-3.8-flash').maxOutputTokens, 5)
    assert.equal(traitsOf('gemma-4-31b-it').maxOutputTokens, 8_192)
  })

  test('can be thinking by tokens, or none', () => {
    stateTraits(
      toStatedTraits({ a: { thinking: { leastTokens: 512, mostTokens: 4096 } }, b: { thinking: false } }),
    )
    const { thinking } = traitsOf('a')
    assert.deepEqual(
      EFFORTS.map((effort) => thinking && amountOf(effort, thinking)),
      [512, 1024, 1024, 4096, 4096, 4096, 4096].map((thinkingBudget) => ({ thinkingBudget })),
    )
    assert.equal(traitsOf('b').thinking, undefined)
  })
})

describe('a model that ends', () => {
  test('is known with its day and its successor', () => {
    const { shutdown, successor } = traitsOf('gemini-2.5-flash')
    assert.deepEqual([shutdown, successor], ['2026-12-01', 'gemini-3.5-flash-lite'])
    assert.equal(traitsOf('gemini-2.5-flash-lite').shutdown, undefined)
  })

  test('is named so in the error of a call for it, and in no other error', async () => {
    const gone = (status: number) =>
      new GatewayError('upstream_refused', 'Not found.', { upstream: { status } })
    const told = async (model: string, error: GatewayError) => {
      const keyLoop = withRetirement({ run: () => Promise.reject(error) })
      const thrown = await keyLoop
        .run({ model } as UpstreamRequest, createTrace(), new AbortController().signal, () => assert.fail())
        .then(
          () => assert.fail('nothing refused'),
          (caught: GatewayError) => caught,
        )
      return [thrown.status, thrown.message]
    }
    const words = 'Not found. (gemini-2.5-pro ends on 2026-12-01; ask for gemini-3.8-flash instead)'
    assert.deepEqual(await told('gemini-2.5-pro', gone(404)), [404, words])
    assert.deepEqual(await told('gemini-2.5-pro', gone(400)), [400, 'Not found.'])
    assert.deepEqual(await told('gemini-3.8-flash', gone(404)), [404, 'Not found.'])
  })
})
