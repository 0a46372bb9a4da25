import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { GatewayError } from '../core/errors.ts'
import { createModelNames } from '../core/models/model-names.ts'

const SUFFIXES = ['-non-thinking', '-thinking', '-search', '-high']

interface Situation {
  readonly googles?: readonly string[]
  readonly aliases?: Readonly<Record<string, string>>
  readonly hidden?: readonly string[]
}

function namesIn({ googles = [], aliases = {}, hidden = [] }: Situation) {
  return createModelNames({
    catalogue: {
      seenBy: (name) => (googles.includes(name) ? ['p'] : []),
      models: async () => [],
    },
    hooks: {
      suffixes: SUFFIXES,
      modelOf(name) {
        if (hidden.includes(name)) throw new GatewayError('not_found', `no ${name}`)
        return aliases[name]
      },
    },
    learnMilliseconds: 20,
  })
}

describe('the name of a model', () => {
  const base = { googles: ['gemini-x', 'gemini-x-live-thinking'] }

  test('is left as it is where it ends with no suffix', () => {
    assert.deepEqual(namesIn(base).read('gemini-x'), { model: 'gemini-x' })
    assert.deepEqual(namesIn(base).read('-search'), { model: '-search' })
    assert.deepEqual(namesIn(base).read('tunedModels/mine-high'), { model: 'tunedModels/mine-high' })
  })

  test('loses its suffixes in any order, the longest that fits first', () => {
    const { read } = namesIn(base)
    assert.deepEqual(read('gemini-x-search-high'), { model: 'gemini-x', suffixes: ['-high', '-search'] })
    assert.deepEqual(read('gemini-x-high-search'), { model: 'gemini-x', suffixes: ['-search', '-high'] })
    assert.deepEqual(read('gemini-x-non-thinking'), { model: 'gemini-x', suffixes: ['-non-thinking'] })
    assert.deepEqual(read('gemini-new-search'), { model: 'gemini-new', suffixes: ['-search'] })
  })

  test('is Google’s own before it is one with a suffix', () => {
    const { read } = namesIn(base)
    assert.deepEqual(read('gemini-x-live-thinking'), { model: 'gemini-x-live-thinking' })
    assert.deepEqual(read('gemini-x-live-thinking-search'), {
      model: 'gemini-x-live-thinking',
      suffixes: ['-search'],
    })
  })

  test('may be another’s, with suffixes before and behind', () => {
    const { read } = namesIn({ ...base, aliases: { smart: 'gemini-x-high', 'gemini-x': 'gemini-y' } })
    assert.deepEqual(read('smart'), { model: 'gemini-x', suffixes: ['-high'] })
    assert.deepEqual(read('smart-search'), { model: 'gemini-x', suffixes: ['-search', '-high'] })
    assert.deepEqual(read('gemini-x'), { model: 'gemini-y' })
  })

  test('is refused where a plugin refuses it, under suffixes too, but not where another stands for it', () => {
    const { read } = namesIn({ ...base, aliases: { smart: 'gemini-x' }, hidden: ['gemini-x'] })
    assert.throws(() => read('gemini-x'), /no gemini-x/)
    assert.throws(() => read('gemini-x-search'), /no gemini-x/)
    assert.deepEqual(read('smart'), { model: 'gemini-x' })
  })

  test('is worth a question to Google only where it ends with a suffix and is not known', async () => {
    const names = namesIn(base)
    assert.equal(names.learn('gemini-x'), undefined)
    assert.equal(names.learn('gemini-x-live-thinking'), undefined)
    await names.learn('gemini-new-search')
  })

  test('waits for Google no longer than it is told to', async () => {
    const names = createModelNames({
      catalogue: { seenBy: () => [], models: () => new Promise(() => {}) },
      hooks: { suffixes: SUFFIXES, modelOf: () => undefined },
      learnMilliseconds: 5,
    })
    await names.learn('gemini-new-search')
  })
})
