import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { ask, fakeKeys, MODEL, openScene, type Scene } from './scene.ts'

interface QuotaItem {
  readonly project: string
  readonly model: string
  readonly windows: readonly {
    readonly window: string
    readonly used: number
    readonly limit?: number
    readonly stated?: number
    readonly learned?: number
  }[]
  readonly state: string
  readonly returnsAt?: number
}

describe('The admin’s quotas', () => {
  let scene: Scene
  before(async () => {
    scene = await openScene(fakeKeys(1), {
      quota: { limits: [{ model: 'gemini-*', requestsPerMinute: 50 }] },
    })
  })
  after(() => scene.close())

  const get = (path: string, token = scene.gateway.adminToken) =>
    fetch(scene.gateway.url + path, { headers: { authorization: `Bearer ${token}` } })
  const quotas = async (query = '') =>
    (await (await get(`/admin/api/quotas${query}`)).json()) as { items: QuotaItem[]; total: number }

  test('show what was spent, what is stated and what was learned, and when it returns', async () => {
    assert.deepEqual(await quotas(), { items: [], total: 0 })
    scene.google.quota({ perMinute: 2 })
    for (const status of [200, 200, 429]) assert.equal((await ask(scene, 'whole')).status, status)
    const { items, total } = await quotas(`?model=${MODEL}`)
    assert.equal(total, 1)
    const [item] = items
    assert.equal(item?.state, 'resting')
    assert.ok(item.returnsAt! > Date.now() + 30_000)
    const minute = item.windows.find(({ window }) => window === 'requests/minute')
    assert.deepEqual(
      { ...minute, learnedAt: 0 },
      { window: 'requests/minute', used: 2, limit: 2, stated: 50, learned: 2, learnedAt: 0 },
    )
    const day = item.windows.find(({ window }) => window === 'requests/day')
    assert.deepEqual(day, { window: 'requests/day', used: 2 })
    assert.equal((await quotas('?project=other')).total, 0)
  })

  test('are forgotten, but for what was spent, when a key is reset', async () => {
    const [key] = await scene.keys()
    const response = await fetch(`${scene.gateway.url}/admin/api/keys/${key?.id}/reset`, {
      method: 'POST',
      headers: { authorization: `Bearer ${scene.gateway.adminToken}` },
    })
    assert.equal(response.status, 200)
    const { items } = await quotas()
    assert.equal(items[0]?.state, 'active')
    assert.equal(items[0]?.windows[0]?.learned, undefined)
    assert.equal(items[0]?.windows[0]?.used, 2)
  })

  test('are the admin’s alone, and say which parameter they do not know', async () => {
    assert.equal((await get('/admin/api/quotas', 'sk-wrong-token')).status, 401)
    assert.equal((await get('/admin/api/quotas', scene.gateway.clientToken)).status, 403)
    const response = await get('/admin/api/quotas?modle=x')
    assert.equal(response.status, 400)
    assert.match(await response.text(), /"modle" is not known here; did you mean "model"|modle/)
  })

  test('stand beside each call’s decisions', async () => {
    const { headers } = await ask(scene, 'whole')
    const id = headers.get('x-request-id')
    const path = `/admin/api/requests/${id}`
    let response = await get(path)
    for (let look = 0; look < 50 && response.status === 404; look++) {
      await new Promise((resolve) => setTimeout(resolve, 50))
      response = await get(path)
    }
    const call = (await response.json()) as Record<string, unknown>
    assert.equal(call.usableKeys, 1)
    assert.equal(call.totalKeys, 1)
    assert.ok(Array.isArray(call.decisions))
  })
})
