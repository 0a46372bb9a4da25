import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toMeasured } from '../core/quota/measured.ts'

const madeOf = (candidatesTokensDetails: unknown) =>
  toMeasured({ promptTokenCount: 1, candidatesTokensDetails }).images

test('what Google counted are the tokens of the prompt and of tools, and those of its cache', () => {
  const usage = { promptTokenCount: 34, toolUsePromptTokenCount: 6, cachedContentTokenCount: 20 }
  assert.deepEqual(toMeasured(usage), { tokens: 40, cachedTokens: 20, images: 0 })
})

test('images are told from their tokens, a large one as one', () => {
  assert.equal(madeOf([{ modality: 'IMAGE', tokenCount: 1290 }]), 1)
  assert.equal(madeOf([{ modality: 'IMAGE', tokenCount: 2000 }]), 1)
  assert.equal(madeOf([{ modality: 'TEXT', tokenCount: 5_000 }]), 0)
  const both = [
    { modality: 'TEXT', tokenCount: 17 },
    { modality: 'IMAGE', tokenCount: 3 * 1120 },
  ]
  assert.equal(madeOf(both), 3)
  assert.equal(madeOf([{ modality: 'IMAGE', tokenCount: 258 }]), 1, 'smaller than any that is known')
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
