import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { withNameInBody } from '../core/call/named-body.ts'

const bodyOf = (text: string) => ({ bytes: new TextEncoder().encode(text), release() {} })
const renamed = (value: unknown) => {
  const { bytes } = withNameInBody(bodyOf(JSON.stringify(value)), 'smart-high', 'gemini-x')
  return JSON.parse(new TextDecoder().decode(bytes))
}

describe('A body that repeats the name of its model', () => {
  test('has Google’s name in each of its places', () => {
    assert.deepEqual(renamed({ model: 'smart-high', input: 'x' }), { model: 'gemini-x', input: 'x' })
    assert.deepEqual(renamed({ requests: [{ model: 'models/smart-high' }, { model: 'models/other' }] }), {
      requests: [{ model: 'models/gemini-x' }, { model: 'models/other' }],
    })
    assert.deepEqual(renamed({ generateContentRequest: { model: 'models/smart-high' } }), {
      generateContentRequest: { model: 'models/gemini-x' },
    })
  })

  test('says what people and models said as they said it', () => {
    const said = { contents: [{ parts: [{ functionCall: { name: 'f', args: { model: 'smart-high' } } }] }] }
    assert.deepEqual(renamed({ model: 'smart-high', ...said }), { model: 'gemini-x', ...said })
  })

  test('stays as it is, byte for byte, where the name is not in it, and where it is no JSON', () => {
    for (const text of ['{ "contents" : [] }', 'smart-high {']) {
      const body = bodyOf(text)
      assert.equal(withNameInBody(body, 'smart-high', 'gemini-x'), body)
    }
  })
})
