import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rowsIn } from './kept-data.ts'
import { fakeKeys, MODEL, openScene, pathOf, QUESTION, readAnswer, until } from './scene.ts'

test('under a base path everything is served there, and nothing beside it', async () => {
  const scene = await openScene(fakeKeys(2), { server: { basePath: '/team/gateway' } })
  try {
    const { url } = scene.gateway
    assert.match(url, /\/team\/gateway$/)
    const answer = await readAnswer(await scene.post(pathOf('whole'), QUESTION))
    assert.equal(answer.status, 200)
    assert.equal(scene.google.calls[0]?.path, pathOf('whole'))
    assert.equal((await scene.keys()).length, 2)
    assert.equal((await fetch(`${url}/healthz`)).status, 200)
    assert.equal((await fetch(url)).status, 200)

    const outside = url.slice(0, -'/team/gateway'.length)
    for (const path of ['/healthz', '/admin/api/keys', `/v1beta/models/${MODEL}`, '/team/gatewayx', '/']) {
      const response = await fetch(outside + path, {
        headers: { authorization: `Bearer ${scene.gateway.adminToken}` },
      })
      assert.equal(response.status, 404, path)
      assert.match(await response.text(), /Nothing is served outside \/team\/gateway/)
    }
    // A path of two slashes must not become a host.
    assert.equal((await fetch(`${url}//healthz`)).status, 200)
    assert.equal((await fetch(`${url}//localhost/healthz`)).status, 401)
  } finally {
    await scene.close()
  }
})

test('under a base path a client that leaves still ends its call upstream', async () => {
  const scene = await openScene(fakeKeys(1), { server: { basePath: '/team' } })
  try {
    scene.google.script('*', { kind: 'think', milliseconds: 60_000 })
    const leaving = new AbortController()
    const call = scene.post(pathOf('whole'), QUESTION, { signal: leaving.signal })
    await until(() => scene.google.calls.length === 1, 'the call is at Google')
    leaving.abort()
    await assert.rejects(call)
    await until(() => scene.google.calls[0]?.aborted === true, 'Google sees the client leave')
  } finally {
    await scene.close()
  }
})

test('the request log shows the client behind a trusted proxy, and believes no other', async () => {
  for (const [trustedProxies, expected] of [
    [['127.0.0.1'], '192.0.2.9'],
    [['10.0.0.0/8'], '127.0.0.1'],
  ] as const) {
    const scene = await openScene(fakeKeys(1), { server: { trustedProxies } })
    try {
      await scene.post(pathOf('whole'), QUESTION, { headers: { 'x-forwarded-for': '6.6.6.6, 192.0.2.9' } })
      await scene.gateway.end('SIGTERM')
      const [row] = await rowsIn(scene.gateway.folder)
      assert.deepEqual([row?.address, row?.way], [expected, 'direct'])
    } finally {
      await scene.close()
    }
  }
})
