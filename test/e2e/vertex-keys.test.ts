import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { askAdmin } from './admin-client.ts'
import { MODEL, QUESTION, type Scene } from './scene.ts'
import { openVertexScene } from './vertex-scene.ts'

describe('Keys of Vertex in the admin', () => {
  let scene: Scene
  before(async () => {
    scene = await openVertexScene({ google: { anyKey: true } })
  })
  after(() => scene.close())
  const admin = async (method: string, path: string, body?: unknown) =>
    (await askAdmin(scene, method, `/admin/api/keys${path}`, body)).body

  test('are listed by their service', async () => {
    assert.equal((await admin('GET', '?upstream=vertex')).total, 3)
    assert.equal((await admin('GET', '?upstream=gemini')).total, 2)
    assert.equal((await askAdmin(scene, 'GET', '/admin/api/keys?upstream=other')).status, 400)
  })

  test('are imported, changed to the other service and back, and stay so over a restart', async () => {
    const imported = await admin('POST', '/import', {
      text: 'AIzaSyVertex0000abcdefghijklmnopqrstuvwx',
      anyShape: true,
      upstream: 'vertex',
    })
    assert.equal(imported.added, 1)
    assert.equal((await admin('GET', '?upstream=vertex')).total, 4)
    const [{ id } = { id: '' }] = imported.items
    await admin('PATCH', `/${id}`, { upstream: 'gemini' })
    const ready = await (await fetch(`${scene.gateway.url}/readyz`)).json()
    assert.equal(ready.keys, 6, 'each key is in one pool')
    assert.equal((await admin('GET', '?upstream=gemini&usable=true')).total, 3)
    await admin('PATCH', '', { ids: [id], change: { upstream: 'vertex' } })
    await scene.gateway.end('SIGTERM')
    await scene.gateway.start()
    assert.equal((await admin('GET', '?upstream=vertex')).total, 4)
    const csv = await admin('POST', '/import', {
      text: 'key,upstream\nkey-in-a-csv-0001,vertex\nkey-in-a-csv-0002,other',
    })
    assert.deepEqual([csv.added, csv.unmatchedTotal], [1, 1])
    assert.equal((await admin('GET', '?upstream=vertex')).total, 5)
  })

  test('are used from the moment on at which they are for Vertex', async () => {
    for (const { id } of (await admin('GET', '?upstream=vertex')).items) await admin('DELETE', `/${id}`)
    const path = `/vertex-express/v1beta/models/${MODEL}:generateContent`
    assert.equal((await scene.post(path, QUESTION)).status, 503)
    const [{ id } = { id: '' }] = (await admin('GET', '?upstream=gemini')).items
    await admin('PATCH', `/${id}`, { upstream: 'vertex' })
    assert.equal((await scene.post(path, QUESTION)).status, 200)
  })
})
