import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { GatewayError } from '../core/errors.ts'
import type { Hooks, OnFailure, SocketRoute } from '../core/plugin.ts'
import { USUAL_PATIENCE } from '../core/plugins/hook-patience.ts'
import { createHookRecord } from '../core/plugins/hook-record.ts'
import { isAtSocket, socketRoutesOf } from '../core/plugins/socket-routes.ts'
import { createKeptLog } from './kept-log.ts'

const answering = () => ({ message() {} })

function plugin(name: string, sockets: Hooks['sockets'], onFailure: OnFailure = 'closed') {
  const record = createHookRecord({ plugin: name, onFailure, log: createKeptLog(), now: Date.now })
  return {
    name,
    hooks: { sockets },
    onFailure,
    record,
    patience: { ...USUAL_PATIENCE, sockets: 20 },
  } as const
}

describe('WebSocket routes', () => {
  test('are asked by the very path first, then by the longer of those that end with a star', () => {
    const one = plugin('one', { '/ws/*': answering })
    const two = plugin('two', { '/ws/mine': answering, '/ws/deep/*': answering })
    assert.deepEqual(
      socketRoutesOf([one, two]).map(({ path }) => path),
      ['/ws/mine', '/ws/deep/*', '/ws/*'],
    )
  })

  test('of two plugins at one path are refused, with a slash behind it too', () => {
    for (const path of ['/ws/x', '/ws/x/'])
      assert.throws(
        () => socketRoutesOf([plugin('one', { '/ws/x': answering }), plugin('two', { [path]: answering })]),
        /"one" and "two" both answer WebSockets at \/ws\/x/,
      )
  })

  test('are found with a slash behind their path and without', () => {
    const places = socketRoutesOf([plugin('one', { '/ws/x/': answering, '/all/*': answering })])
    const found = (path: string) => places.find((place) => isAtSocket(path, place.path))?.path
    assert.deepEqual(['/ws/x', '/ws/x/', '//ws//x'].map(found), ['/ws/x', '/ws/x', '/ws/x'])
    assert.deepEqual(['/all/', '/all/x/y', '/all', '/ws'].map(found), [
      '/all/*',
      '/all/*',
      undefined,
      undefined,
    ])
  })

  const accept = (route: unknown, onFailure?: OnFailure) => {
    const [place] = socketRoutesOf([plugin('shaky', { '/x': route as SocketRoute }, onFailure)])
    return place!.accept(new Request('http://127.0.0.1/x'), { name: 'anna' })
  }

  test('are given the client, and may refuse it', async () => {
    const names: string[] = []
    await accept((_request: Request, { name }: { readonly name: string }) => {
      names.push(name)
      return answering()
    })
    assert.deepEqual(names, ['anna'])
    const refused = accept(() => Promise.reject(new GatewayError('forbidden', 'not you')))
    await assert.rejects(refused, { kind: 'forbidden', message: 'not you' })
  })

  const failing: Readonly<Record<string, () => unknown>> = {
    throws: () => assert.fail('a secret'),
    'answers nothing': () => undefined,
    'answers what takes no messages': () => ({ open() {} }),
    'never answers': () => new Promise(() => {}),
  }
  for (const [what, route] of Object.entries(failing))
    test(`are blamed by name where one ${what}, however its plugin fails`, async () => {
      for (const onFailure of ['open', 'closed'] as const)
        await assert.rejects(accept(route, onFailure), (thrown) => {
          assert.ok(thrown instanceof GatewayError && thrown.kind === 'internal')
          assert.match(thrown.message, /The plugin "shaky" failed/)
          return !thrown.message.includes('secret')
        })
    })
})
