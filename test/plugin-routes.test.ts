import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openExchange } from '../core/http/exchange.ts'
import { createApp, createPluginApp } from '../core/http/plugin-app.ts'
import { mountPluginRoutes } from '../core/http/plugin-routes.ts'
import type { Hooks, Protocol } from '../core/plugin.ts'
import type { LoadedPlugin } from '../core/plugins/loaded-plugin.ts'
import { createKeptLog } from './kept-log.ts'

const codec = {
  encodeError: ({ message }: Error) => ({ body: message, contentType: 'text/plain' }),
} as unknown as Protocol['codec']
const protocolOf = (name: string): Protocol => ({ name, codec, claims: () => false })

/** A plugin that answers with its name. */
function plugin(name: string, paths: readonly string[], hooks: Hooks = {}): LoadedPlugin {
  const app = createPluginApp(name, createKeptLog())
  for (const path of paths) app.all(path, () => name)
  return { name, hooks, app } as unknown as LoadedPlugin
}

/** A plugin that answers one method with its name. */
function reading(name: string, path: string, hooks: Hooks = {}): LoadedPlugin {
  const app = createPluginApp(name, createKeptLog())
  app.get(path, () => name)
  return { name, hooks, app } as unknown as LoadedPlugin
}

type Asking = (path: string, speaks?: string) => Promise<[number, string]>

/** The routes of plugins, to be asked as a client that speaks a protocol. */
function routesOf(plugins: readonly LoadedPlugin[]): Asking {
  const fetch = mountPluginRoutes(createApp(), plugins)
  return async (path, speaks) => {
    const url = new URL(path, 'http://localhost')
    const request = new Request(url)
    const protocol = speaks === undefined ? undefined : protocolOf(speaks)
    openExchange({
      plugins: undefined as never,
      id: 'req_1',
      request,
      url,
      protocol,
      client: 'me',
      address: '',
      at: 0,
      startedAt: 0,
    })
    const response = await fetch(request)
    return [response.status, await response.text()]
  }
}

/** Asks twice: the way that is known by then leads to the same place. */
async function ask(
  plugins: readonly LoadedPlugin[],
  path: string,
  speaks?: string,
): Promise<[number, string]> {
  const routes = routesOf(plugins)
  const answer = await routes(path, speaks)
  assert.deepEqual(await routes(path, speaks), answer)
  return answer
}

describe('a path of several plugins', () => {
  const one = plugin('one', ['/v1/files', '/v1/files/*'], { protocol: protocolOf('a') })
  const two = plugin('two', ['/v1/files', '/v1/files/*', '/v1/images/*'], { protocol: protocolOf('b') })

  test('is each one’s, whoever asked for it before', async () => {
    const routes = routesOf([one, two])
    for (const [speaks, name] of [
      ['a', 'one'],
      ['b', 'two'],
      ['a', 'one'],
    ] as const)
      assert.deepEqual(await routes('/v1/files/x', speaks), [200, name])
  })

  test('is the one’s whose protocol its client speaks', async () => {
    for (const path of ['/v1/files', '/v1/files/x']) {
      assert.deepEqual(await ask([one, two], path, 'a'), [200, 'one'])
      assert.deepEqual(await ask([one, two], path, 'b'), [200, 'two'])
    }
  })

  test('is taken over by one that serves the clients of another’s protocol', async () => {
    const files = plugin('files', ['/v1/files', '/v1/files/*'], { speaks: 'b' })
    for (const path of ['/v1/files', '/v1/files/x']) {
      assert.deepEqual(await ask([one, two, files], path, 'b'), [200, 'files'])
      assert.deepEqual(await ask([one, two, files], path, 'a'), [200, 'one'])
    }
  })

  test('is taken over from what stands below a path by the very path', async () => {
    const images = plugin('images', ['/v1/images/generations'])
    assert.deepEqual(await ask([one, two, images], '/v1/images/generations', 'b'), [200, 'images'])
    assert.deepEqual(await ask([one, two, images], '/v1/images/edits', 'b'), [200, 'two'])
  })

  test('is refused at the start where nothing tells them apart', () => {
    const other = plugin('other', ['/v1/files'])
    assert.throws(
      () => mountPluginRoutes(createApp(), [one, other]),
      ({ message }: Error) => /both serve/.test(message),
    )
  })

  test('is refused at the start where one serves every method and another one of them', () => {
    for (const both of [
      [plugin('one', ['/x']), reading('two', '/x')],
      [reading('one', '/x'), plugin('two', ['/x'])],
    ])
      assert.throws(
        () => mountPluginRoutes(createApp(), both),
        ({ message }: Error) => /"one" and "two" both serve GET \/x/.test(message),
      )
  })

  test('is one path with a slash behind it and without', async () => {
    for (const path of ['/x', '/x/']) assert.deepEqual(await ask([reading('one', '/x/')], path), [200, 'one'])
    assert.throws(
      () => mountPluginRoutes(createApp(), [reading('one', '/x'), reading('two', '/x/')]),
      /"one" and "two" both serve GET \/x;/,
    )
  })

  test('is told apart by protocols where one serves every method and another one of them', async () => {
    const every = plugin('every', ['/x'], { protocol: protocolOf('a') })
    const read = reading('read', '/x', { protocol: protocolOf('b') })
    for (const both of [
      [every, read],
      [read, every],
    ]) {
      assert.deepEqual(await ask(both, '/x', 'a'), [200, 'every'])
      assert.deepEqual(await ask(both, '/x', 'b'), [200, 'read'])
    }
  })

  test('is refused where it is the gateway’s own, whichever methods are served there', () => {
    const root = createApp()
    root.get('/healthz', () => 'ok')
    assert.throws(() => mountPluginRoutes(root, [plugin('one', ['/healthz'])]), /the gateway's own/)
  })

  test('that is open below is no path for clients of other protocols, who hear of the nearest', async () => {
    const images = plugin('images', ['/v1/images/generations'])
    const [status, text] = await ask([two, images], '/v1/images/generation', 'a')
    assert.equal(status, 404)
    assert.match(text, /did you mean \/v1\/images\/generations\?/)
  })

  test('without a protocol is everybody’s', async () => {
    const open = plugin('open', ['/open/*'])
    assert.deepEqual(await ask([open], '/open/x', 'a'), [200, 'open'])
    assert.deepEqual(await ask([open], '/open/x'), [200, 'open'])
  })
})
