import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { ADMIN_TOKEN, CLIENT_TOKEN } from './gateway-process.ts'
import { reload, rewriteConfig } from './plugin-admin.ts'
import { fakeKeys, openScene, type Scene, until } from './scene.ts'

const ECHO = `
import { definePlugin, GatewayError } from 'geminate/sdk'
const closed = []
export default definePlugin({
  name: 'echo',
  api: 1,
  description: 'Sends back what it is sent.',
  setup: (_, host) => ({
    stop: () => host.log('echo has stopped'),
    routes: (app) => { app.get('/echo/closed', () => closed) },
    sockets: {
      '/echo/refuse': () => { throw new GatewayError('forbidden', 'Nobody may talk here') },
      '/echo/*': (request, client) => ({
        open: (socket) => socket.send('hello ' + client.name + ' at ' + new URL(request.url).pathname),
        message: (socket, data) => (data === 'leave' ? socket.close(4001, 'as you wish') : socket.send(data)),
        close: (_, code) => { closed.push(code) },
      }),
    },
  }),
})
`

describe('A WebSocket', () => {
  let scene: Scene
  before(async () => {
    const plugins = { './echo.ts': true }
    scene = await openScene(fakeKeys(1), { plugins }, { files: { 'echo.ts': ECHO } })
  })
  after(() => scene.close())

  const address = (path: string) => scene.gateway.url.replace('http', 'ws') + path

  test('is answered by the plugin that has its path, in text and in bytes', async () => {
    const socket = new WebSocket(address(`/echo/room?key=${CLIENT_TOKEN}`))
    socket.binaryType = 'arraybuffer'
    const received: unknown[] = []
    socket.onmessage = ({ data }) =>
      received.push(typeof data === 'string' ? data : [...new Uint8Array(data)])
    await new Promise((resolve) => {
      socket.onopen = resolve
    })
    socket.send('text')
    socket.send(new Uint8Array([0, 255, 7]))
    await until(() => received.length === 3, 'all is echoed')
    assert.deepEqual(received, ['hello tester at /echo/room', 'text', [0, 255, 7]])
    const end = new Promise<CloseEvent>((resolve) => {
      socket.onclose = resolve
    })
    socket.send('leave')
    const { code, reason } = await end
    assert.deepEqual([code, reason], [4001, 'as you wish'])
  })

  test('tells the plugin when its client has left', async () => {
    const socket = new WebSocket(address(`/echo/room?key=${CLIENT_TOKEN}`))
    await new Promise((resolve) => {
      socket.onopen = resolve
    })
    socket.close(4002)
    await until(async () => {
      const response = await fetch(`${scene.gateway.url}/echo/closed?key=${CLIENT_TOKEN}`)
      return ((await response.json()) as number[]).includes(4002)
    }, 'the plugin was told')
  })

  const REFUSED = [
    ['/echo/room', 401],
    ['/echo/room?key=wrong-token', 401],
    [`/echo/room?key=${ADMIN_TOKEN}`, 403],
    [`/echo/refuse?key=${CLIENT_TOKEN}`, 403],
    [`/nowhere?key=${CLIENT_TOKEN}`, 404],
  ] as const
  for (const [path, status] of REFUSED) {
    test(`is refused with ${status} at ${path.replace(/key=.*/, 'key=…')}`, async () => {
      const response = await fetch(scene.gateway.url + path, {
        headers: {
          connection: 'Upgrade',
          upgrade: 'websocket',
          'sec-websocket-version': '13',
          'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        },
      })
      assert.equal(response.status, status)
      assert.ok(response.headers.get('x-request-id'))
    })
  }

  test('whose handshake is no proper one is refused and holds no plugin', async () => {
    const live = '/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent'
    for (const path of ['/echo/room', live]) {
      const response = await fetch(`${scene.gateway.url}${path}?key=${CLIENT_TOKEN}`, {
        headers: { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' },
      })
      assert.equal(response.status, 400)
    }
    await rewriteConfig(scene, { plugins: { './echo.ts': false } })
    assert.equal((await reload(scene)).status, 200)
    await until(() => scene.gateway.output().includes('echo has stopped'), 'the plugin is let go')
  })
})
