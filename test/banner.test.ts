import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Started, toBanner } from '../core/commands/banner.ts'

const STARTED: Started = {
  url: 'http://127.0.0.1:8000',
  publicUrl: undefined,
  host: '127.0.0.1',
  path: 'geminate.yaml',
  keys: { gemini: 2, vertex: 0 },
  token: undefined,
  demo: undefined,
}

describe('What a gateway says of itself', () => {
  test('tells of its keys, and which are for Vertex', () => {
    assert.match(toBanner(STARTED), /^It has 2 keys\.$/m)
    assert.match(toBanner({ ...STARTED, keys: { gemini: 1, vertex: 0 } }), /^It has 1 key\.$/m)
    assert.match(
      toBanner({ ...STARTED, keys: { gemini: 2, vertex: 1 } }),
      /^It has 3 keys, 1 of Vertex Express\.$/m,
    )
    assert.match(toBanner({ ...STARTED, keys: { gemini: 0, vertex: 0 } }), /^It has no key yet/m)
  })

  test('offers a call that these keys can answer', () => {
    const offered = (gemini: number, vertex: number) =>
      /curl -N '([^']+)/.exec(toBanner({ ...STARTED, keys: { gemini, vertex } }))?.[1]
    assert.match(offered(2, 1) ?? '', /^http:\/\/127\.0\.0\.1:8000\/v1beta\/models\//)
    assert.match(offered(0, 1) ?? '', /^http:\/\/127\.0\.0\.1:8000\/vertex-express\/v1beta\/models\//)
    assert.match(toBanner({ ...STARTED, keys: { gemini: 0, vertex: 1 } }), /"role":"user"/)
  })
})
