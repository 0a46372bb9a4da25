import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createByteBudget } from '../core/http/byte-budget.ts'

describe('the byte budget', () => {
  test('gives all it has and no more', () => {
    const budget = createByteBudget(10)
    assert.equal(budget.take(10), true)
    assert.equal(budget.take(1), false)
    assert.equal(budget.take(0), true)
    budget.give(4)
    assert.equal(budget.take(5), false)
    assert.equal(budget.take(4), true)
    assert.equal(budget.held, 10)
  })
})
