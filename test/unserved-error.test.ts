import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { withTidyPath } from '../core/http/tidy-path.ts'
import { unservedError } from '../core/http/unserved-error.ts'

describe('a request that no route takes', () => {
  const routes = [
    { method: 'ALL', path: '/v1/chat/completions' },
    { method: 'ALL', path: '/v1/models/*' },
    { method: 'GET', path: '/admin/api/keys' },
    { method: 'GET', path: '/tally' },
    { method: 'PUT', path: '/tally' },
    { method: 'DELETE', path: '/tally/:client' },
  ]
  const unserved = (path: string, method = 'POST') => unservedError(method, path, routes)

  test('is told the path that is most like its own', () => {
    const { kind, message } = unserved('/v1/chat/completion')
    assert.equal(kind, 'not_found')
    assert.match(message, /; did you mean \/v1\/chat\/completions\?$/)
  })

  test('is told where things are, where no path is like its own, that is the admin’s, or is very long', () => {
    for (const path of ['/x', '/admin/api/key', '/v1/models/a', `/v1/chat/completions/${'x'.repeat(10_000)}`])
      assert.match(unserved(path).message, /; the Gemini API is under/)
  })

  test('is told the methods that its path is served to', () => {
    for (const [path, methods] of [
      ['/tally', 'GET, PUT'],
      ['/tally/', 'GET, PUT'],
      ['/tally/anna', 'DELETE'],
      ['/admin/api/keys', 'GET'],
    ] as const) {
      const { kind, message } = unserved(path)
      assert.deepEqual([kind, message], ['method_not_allowed', `${path} takes ${methods}, not POST`])
    }
    assert.equal(unserved('/tally/anna/x').kind, 'not_found')
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
