import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { refuseByRules } from '../adapters/simulated-google/generation-rules.ts'

const user = (text: string) => ({ role: 'user', parts: [{ text }] })
const calls = (...ids: string[]) => ({
  role: 'model',
  parts: ids.map((id) => ({ functionCall: { id, name: 'look' }, thoughtSignature: 'c2ln' })),
})
const answers = (...ids: string[]) => ({
  role: 'user',
  parts: ids.map((id) => ({ functionResponse: { id, name: 'look', response: {} } })),
})
const isTaken = (...contents: object[]) =>
  refuseByRules('gemini-3.8-flash', { contents: [user('Look'), ...contents] }) === undefined

describe('The simulated Google', () => {
  test('wants as many responses as calls', () => {
    assert.ok(isTaken(calls('a', 'b'), answers('a', 'b')))
    assert.ok(!isTaken(calls('a', 'b'), answers('a')))
    assert.ok(!isTaken(calls('a'), user('Never mind')))
  })

  test('takes contents of one role in a row as one turn', () => {
    assert.ok(isTaken(calls('a'), calls('b'), answers('a'), answers('b')))
    assert.ok(!isTaken(calls('a'), calls('b'), answers('a')))
  })

  test('takes responses that are told twice', () => {
    assert.ok(isTaken(calls('a'), answers('a', 'a')))
  })
})
