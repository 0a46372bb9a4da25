import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { CLIENT_TOKEN } from './gateway-process.ts'
import { fakeKeys, openScene, type Scene } from './scene.ts'

describe('A request without a proper host', () => {
  let scene: Scene
  before(async () => {
    scene = await openScene(fakeKeys(1))
  })
  after(() => scene.close())

  /** The status of what a raw request is answered with. */
  async function statusOf(request: string): Promise<number> {
    const socket = connect(Number(new URL(scene.gateway.url).port), '127.0.0.1')
    socket.write(request)
    const [bytes] = (await once(socket, 'data')) as [Buffer]
    socket.destroy()
    return Number(/^HTTP\/1\.[01] (\d+)/.exec(bytes.toString())?.[1])
  }

  test('is answered by its path, as health probes of HTTP/1.0 are sent', async () => {
    assert.equal(await statusOf('GET /healthz HTTP/1.0\r\n\r\n'), 200)
  })

  for (const host of ['', 'a b', '[::1', '%', 'localhost:99999']) {
    test(`is answered by its path: "${host}"`, async () => {
      const list = `/v1beta/models?pageSize=1&key=${CLIENT_TOKEN}`
      assert.equal(await statusOf(`GET /healthz HTTP/1.1\r\nHost: ${host}\r\n\r\n`), 200)
      assert.equal(await statusOf(`GET ${list} HTTP/1.1\r\nHost: ${host}\r\n\r\n`), 200)
      assert.equal(await statusOf(`GET /v1beta/models HTTP/1.1\r\nHost: ${host}\r\n\r\n`), 401)
    })
  }
})
