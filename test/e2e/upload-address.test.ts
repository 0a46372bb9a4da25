import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { openNativeScene, send, tokenOf } from './native-scene.ts'
import { MODEL, QUESTION, type Scene } from './scene.ts'

const PART = { 'x-goog-upload-command': 'upload, finalize', 'x-goog-upload-offset': '0' }

/** As at Google: its own instructions for `curl`, and the AI SDK, send bytes without any key. */
describe('The address of an upload, without a token', () => {
  let scene: Scene
  before(async () => {
    scene = await openNativeScene()
  })
  after(() => scene.close())
  beforeEach(() => scene.google.reset())

  const start = async (prefix = '') => {
    const headers = { 'x-goog-upload-protocol': 'resumable', 'x-goog-upload-command': 'start' }
    const path = `${prefix}/upload/v1beta/files`
    const response = await send(scene, 'one', path, { json: { file: {} }, headers })
    return new URL(response.headers.get('x-goog-upload-url') ?? '')
  }
  const put = (url: URL, headers: Record<string, string> = {}, path = url.pathname) =>
    fetch(url.origin + path + url.search, { method: 'POST', body: 'bytes', headers: { ...PART, ...headers } })

  for (const prefix of ['', '/gemini', '/v1']) {
    test(`takes the bytes for the client that started it: "${prefix}"`, async () => {
      const response = await put(await start(prefix))
      assert.equal(response.status, 200, await response.clone().text())
      const { file } = (await response.json()) as { file: { name: string } }
      assert.equal((await send(scene, 'one', `/v1beta/${file.name}`)).status, 200)
      assert.equal((await send(scene, 'two', `/v1beta/${file.name}`)).status, 404)
    })
  }

  test('is good for no other path', async () => {
    const url = await start()
    const before = scene.google.calls.length
    for (const path of ['/v1beta/files', `/v1beta/models/${MODEL}:generateContent`, '/v1/messages'])
      assert.equal((await put(url, {}, path)).status, 401, path)
    for (const path of ['/upload/v1beta/..%2fmodels', `/upload/v1beta/models/${MODEL}:generateContent`])
      await put(url, { 'x-goog-upload-command': 'query' }, path)
    const asked = scene.google.calls.slice(before).map(({ path }) => path.replace(/\?.*/, ''))
    assert.deepEqual(
      [...new Set(asked)].filter((path) => path !== '/upload/v1beta/files'),
      [],
    )
  })

  test('is refused where the id is nobody’s, where it is over, and beside a wrong token', async () => {
    const url = await start()
    assert.equal((await put(url, { 'x-goog-api-key': 'sk-wrong-token' })).status, 401)
    const other = new URL(url)
    other.searchParams.set('upload_id', 'nobodys')
    assert.equal((await put(other)).status, 401)
    assert.equal((await put(url)).status, 200)
    assert.equal((await put(url)).status, 401)
  })

  test('is in no log', async () => {
    const url = await start()
    assert.equal((await put(url, { 'x-goog-upload-offset': '7' })).status, 400)
    const id = url.searchParams.get('upload_id') ?? '?'
    const headers = { authorization: `Bearer ${scene.gateway.adminToken}` }
    const rows = await (await fetch(`${scene.gateway.url}/admin/api/requests`, { headers })).text()
    assert.match(rows, /"operation":"files"/)
    assert.ok(!(scene.gateway.output() + rows).includes(id))
  })

  test('lets nobody in to anything else', async () => {
    const url = await start()
    const answers = [
      fetch(`${url.origin}/v1beta/files${url.search}`),
      fetch(`${url.origin}/v1beta/models/${MODEL}:generateContent${url.search}`, {
        method: 'POST',
        body: JSON.stringify(QUESTION),
      }),
    ]
    for (const { status } of await Promise.all(answers)) assert.equal(status, 401)
    assert.equal((await put(url, { 'x-goog-api-key': tokenOf('one') })).status, 200)
  })
})
