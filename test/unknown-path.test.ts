import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { withTidyPath } from '../core/http/tidy-path.ts'
import { unknownPath } from '../core/http/unknown-path.ts'

describe('a path that is served nowhere', () => {
  const routes = ['/v1/chat/completions', '/v1/models/*', '/admin/api/keys'].map((path) => ({ path }))

  test('is told with the one that is most like it', () => {
    assert.match(
      unknownPath('/v1/chat/completion', routes).message,
      /; did you mean \/v1\/chat\/completions\?$/,
    )
  })

  test('is told with where things are, where none is like it, it is the admin’s, or it is very long', () => {
    for (const path of ['/x', '/admin/api/key', `/v1/chat/completions/${'x'.repeat(10_000)}`])
      assert.match(unknownPath(path, routes).message, /; the Gemini API is under/)
  })
})

describe('a path', () => {
  const tidied = (path: string) => {
    const url = new URL(`http://localhost${path}`)
    const request = new Request(url, { method: 'POST', body: 'x' })
    const { request: made, url: meant } = withTidyPath({ request, url })
    return { path: meant.pathname + meant.search, isSame: made === request, url: made.url }
  }

  test('that is tidy is not touched', () => {
    for (const path of ['/', '/v1/models/a%2Fb?x=//v1/v1', '/v1/v1beta/models', '/v1beta/files/v1-v1'])
      assert.deepEqual(tidied(path), { path, isSame: true, url: `http://localhost${path}` })
  })

  test('loses doubled slashes and versions, and nothing else', () => {
    for (const [path, meant] of [
      ['/v1/v1', '/v1'],
      ['/v1//v1/v1/models/?a=//', '/v1/models/?a=//'],
      ['/v1beta/v1beta/models', '/v1beta/models'],
      ['//evil.example/x', '/evil.example/x'],
      ['/openai/v1/v1/models', '/openai/v1/models'],
    ] as const) {
      assert.deepEqual(tidied(path), { path: meant, isSame: false, url: `http://localhost${meant}` })
    }
  })
})
