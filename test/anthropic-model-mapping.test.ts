import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createModelMapping } from '../plugins/anthropic/model-mapping.ts'

/** As plugins read names: two suffixes, and an alias. */
function modelOf(name: string): string {
  if (name === 'claude-mine') return 'gemini-x'
  return name.replace(/(-search|-high)+$/, '')
}

describe('The model that an Anthropic client asks for', () => {
  const mapping = createModelMapping({ 'claude-*-search': 'gemini-searching', 'claude-a': 'gemini-a' })
  const cases: Record<string, readonly [stated: string, asked: string]> = {
    'is mapped': ['claude-a', 'gemini-a'],
    'is mapped behind a vendor’s name': ['anthropic/claude-a', 'gemini-a'],
    'keeps suffixes behind a name that is mapped': ['claude-a-high', 'gemini-a-high'],
    'is what a pattern has for name and suffix together': ['claude-b-search', 'gemini-searching'],
    'keeps suffixes behind a name of Google’s': [
      'gemini-3.8-flash-search-high',
      'gemini-3.8-flash-search-high',
    ],
    'is what another plugin calls so': ['claude-mine', 'claude-mine'],
    'loses the prefix of a vendor': ['google/gemini-a', 'gemini-a'],
  }
  for (const [title, [stated, asked]] of Object.entries(cases)) {
    test(title, () => assert.equal(mapping(stated, modelOf), asked))
  }
})
