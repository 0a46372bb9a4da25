import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toMeasured } from '../core/quota/measured.ts'

const madeOf = (candidatesTokensDetails: unknown) =>
  toMeasured({ promptTokenCount: 1, candidatesTokensDetails }).images

test('what Google counted are the tokens of the prompt and of tools, and those of its cache', () => {
  const usage = { promptTokenCount: 34, toolUsePromptTokenCount: 6, cachedContentTokenCount: 20 }
  assert.deepEqual(toMeasured(usage), { tokens: 40, cachedTokens: 20, images: 0 })
})

test('images are told from their tokens, never as more than they are', () => {
  for (const one of [258, 747, 1120, 1290, 1680, 2000, 2520])
    assert.equal(madeOf([{ modality: 'IMAGE', tokenCount: one }]), 1, String(one))
  for (const [each, many] of [
    [2520, 2],
    [2000, 2],
    [1680, 2],
    [1290, 7],
  ] as const)
    assert.ok(madeOf([{ modality: 'IMAGE', tokenCount: each * many }]) <= many, `${many} of ${each}`)
  assert.equal(madeOf([{ modality: 'TEXT', tokenCount: 5_000 }]), 0)
  const both = [
    { modality: 'TEXT', tokenCount: 17 },
    { modality: 'IMAGE', tokenCount: 3 * 2520 },
  ]
  assert.equal(madeOf(both), 3)
})

test('what cannot be read makes no image', () => {
  for (const odd of [
    undefined,
    null,
    'IMAGE',
    {},
    [null],
    [{ modality: 'IMAGE' }],
    [{ modality: 'IMAGE', tokenCount: -1 }],
  ])
    assert.equal(madeOf(odd), 0)
})
