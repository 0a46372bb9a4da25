import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { socketRoutesOf } from '../core/plugins/socket-routes.ts'

const plugin = (name: string, ...paths: readonly string[]) => ({
  name,
  hooks: { sockets: Object.fromEntries(paths.map((path) => [path, () => ({ message() {} })])) },
})

describe('WebSocket routes', () => {
  test('are asked by the very path first, then by the longer of those that end with a star', () => {
    const routes = socketRoutesOf([plugin('one', '/ws/*'), plugin('two', '/ws/mine', '/ws/deep/*')])
    assert.deepEqual(
      routes.map(([path]) => path),
      ['/ws/mine', '/ws/deep/*', '/ws/*'],
    )
  })

  test('of two plugins at one path are refused', () => {
    assert.throws(
      () => socketRoutesOf([plugin('one', '/ws/x'), plugin('two', '/ws/x')]),
      /"one" and "two" both answer WebSockets at \/ws\/x/,
    )
  })
})
