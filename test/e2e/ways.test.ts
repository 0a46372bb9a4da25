import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freePort } from '../free-port.ts'
import { type SteeredProxy, startSteeredProxy } from '../proxies/steered-proxy.ts'
import { rowsIn } from './kept-data.ts'
import { ask, fakeKeys, GOOD_ANSWER, openScene, type Scene, until } from './scene.ts'

interface WayItem {
  readonly name: string
  readonly url: string
  readonly state: string
  readonly reason?: string
  readonly latencyMilliseconds?: number
  readonly lastError?: { readonly kind: string; readonly text: string }
}

const admin = (scene: Scene) => ({ authorization: `Bearer ${scene.gateway.adminToken}` })

async function waysOf(scene: Scene): Promise<readonly WayItem[]> {
  const response = await fetch(`${scene.gateway.url}/admin/api/proxies`, { headers: admin(scene) })
  return ((await response.json()) as { items: WayItem[] }).items
}

const stateOf = async (scene: Scene, { url }: SteeredProxy) =>
  (await waysOf(scene)).find(({ name }) => name === url)?.state

test('of three proxies one is blocked and one is dead: no call fails, no key changes, both come back', async () => {
  const [good, blocked, dead] = [
    await startSteeredProxy(),
    await startSteeredProxy(),
    await startSteeredProxy(),
  ]
  const scene = await openScene(fakeKeys(30), {
    proxies: { urls: [good.url, blocked.url, dead.url], checkSeconds: 0.3 },
  })
  try {
    blocked.mood = 'region'
    await dead.stop()
    let left = 1000
    const worker = async () => {
      while (left-- > 0) {
        const answer = await ask(scene, left % 2 ? 'whole' : 'sse')
        assert.equal(answer.said, GOOD_ANSWER)
      }
    }
    await Promise.all(Array.from({ length: 16 }, worker))
    assert.equal(await stateOf(scene, good), 'good')
    assert.equal(await stateOf(scene, blocked), 'out')
    assert.equal(await stateOf(scene, dead), 'out')
    assert.ok(blocked.requests < 100, `${blocked.requests} requests went to a proxy that is blocked`)
    for (const key of await scene.keys()) assert.deepEqual([key.state, key.rests], ['active', []])

    blocked.mood = 'good'
    await dead.start()
    await until(async () => (await stateOf(scene, blocked)) === 'good', 'the blocked proxy is back')
    await until(async () => (await stateOf(scene, dead)) === 'good', 'the dead proxy is back')
    const before = [blocked.requests, dead.requests]
    for (let call = 0; call < 60; call++) assert.equal((await ask(scene, 'whole')).attempts, 1)
    assert.ok(blocked.requests > before[0]! && dead.requests > before[1]!, 'keys are back at their proxies')
  } finally {
    await scene.close()
    await Promise.all([good, blocked, dead].map((proxy) => proxy.stop()))
  }
})

test('a key keeps to its own proxy, and never goes beside it when that is dead', async () => {
  const [own, other] = [await startSteeredProxy(), await startSteeredProxy()]
  const [first = '', second = ''] = fakeKeys(2)
  const scene = await openScene([first, second], {
    keys: [{ key: first, proxy: own.url }, second],
    proxies: { urls: [other.url], checkSeconds: 60 },
  })
  try {
    for (let call = 0; call < 10; call++) await ask(scene, 'whole')
    assert.deepEqual([own.requests, other.requests], [5, 5])
    await own.stop()
    for (let call = 0; call < 10; call++) assert.equal((await ask(scene, 'whole')).said, GOOD_ANSWER)
    assert.equal(scene.google.calls.length, 20)
    assert.equal(other.requests, 15, 'every other call went by the other key and its proxy')
  } finally {
    await scene.close()
    await other.stop()
  }
})

test('a key that is given a proxy while calls flow goes through that alone from then on', async () => {
  const [everyones, own] = [await startSteeredProxy(), await startSteeredProxy()]
  const [secret = ''] = fakeKeys(1)
  const scene = await openScene([secret], { proxies: { urls: [everyones.url] } })
  const [key] = await scene.keys()
  const change = (proxy: string | null) =>
    fetch(`${scene.gateway.url}/admin/api/keys/${key?.id}`, {
      method: 'PATCH',
      headers: admin(scene),
      body: JSON.stringify({ proxy }),
    })
  try {
    await ask(scene, 'whole')
    assert.deepEqual([everyones.requests, own.requests], [1, 0])
    const withPassword = own.url.replace('//', '//me:hidden-word@')
    const changed = await change(withPassword)
    assert.equal(changed.status, 200)
    const shown = await changed.text()
    assert.ok(shown.includes('***@') && !shown.includes('hidden-word'), shown)
    await ask(scene, 'whole')
    assert.deepEqual([everyones.requests, own.requests], [1, 1])

    const refused = await change('ftp://nowhere')
    assert.equal(refused.status, 400)
    assert.match(await refused.text(), /"proxy\\" must begin with http/)

    await scene.gateway.end('SIGKILL')
    await scene.gateway.start()
    await ask(scene, 'whole')
    assert.deepEqual([everyones.requests, own.requests], [1, 2], 'it is kept')
    await change(null)
    await ask(scene, 'whole')
    assert.deepEqual([everyones.requests, own.requests], [2, 2])
    assert.ok(!scene.gateway.output().includes('hidden-word'))
  } finally {
    await scene.close()
    await everyones.stop()
    await own.stop()
  }
})

test('with every proxy dead a call is refused, and nothing goes out directly', async () => {
  const url = `http://worker:${'s3cr3t-word'}@127.0.0.1:${await freePort()}`
  for (const urls of [[url], [url, `socks5://127.0.0.1:${await freePort()}`]]) {
    const scene = await openScene(fakeKeys(3), { proxies: { urls }, log: { level: 'debug' } })
    try {
      const answer = await ask(scene, 'whole')
      assert.ok(answer.status >= 500, String(answer.status))
      assert.equal(scene.google.calls.length, 0)
      const shown = scene.gateway.output() + answer.text + JSON.stringify(await waysOf(scene))
      assert.doesNotMatch(shown, /s3cr3t-word|worker/)
      assert.match(JSON.stringify(await waysOf(scene)), /cannot be reached: ECONNREFUSED/)
    } finally {
      await scene.close()
    }
  }
})

test('where direct is allowed it comes last', async () => {
  const proxy = await startSteeredProxy()
  const scene = await openScene(fakeKeys(3), { proxies: { urls: [proxy.url], direct: true } })
  try {
    for (let call = 0; call < 5; call++) await ask(scene, 'whole')
    assert.equal(proxy.requests, 5)
    proxy.mood = 'sorry'
    for (let call = 0; call < 5; call++) assert.equal((await ask(scene, 'whole')).said, GOOD_ANSWER)
    assert.deepEqual(
      (await waysOf(scene)).map(({ name, state }) => [name, state]),
      [
        [proxy.url, 'out'],
        ['direct', 'good'],
      ],
    )
  } finally {
    await scene.close()
    await proxy.stop()
  }
})

test('the admin tests the ways by hand, and the request log says which way each call went', async () => {
  const [good, bad] = [await startSteeredProxy(), await startSteeredProxy()]
  // Whatever the password is, the answers stay what they are.
  const withPassword = bad.url.replace('//', '//me:total@')
  // So many keys that some prefer each of the two.
  const scene = await openScene(fakeKeys(20), { proxies: { urls: [good.url, withPassword] } })
  const testWays = async (body?: unknown) => {
    const response = await fetch(`${scene.gateway.url}/admin/api/proxies/test`, {
      method: 'POST',
      headers: admin(scene),
      body: body === undefined ? undefined : JSON.stringify(body),
    })
    return { status: response.status, ...((await response.json()) as { items: WayItem[]; total: number }) }
  }
  try {
    await bad.stop()
    const all = await testWays()
    assert.deepEqual([all.total, all.items.map(({ state }) => state)], [2, ['good', 'failed']])
    assert.equal(typeof all.items[0]?.latencyMilliseconds, 'number')
    assert.match(
      all.items[1]?.lastError?.text ?? '',
      /^The proxy http:\/\/127\.0\.0\.1:\d+ cannot be reached/,
    )
    assert.equal((await testWays({ name: good.url })).total, 1)
    assert.equal((await testWays({ name: 'nowhere' })).status, 404)
    assert.equal((await testWays({ nam: 1 })).status, 400)

    for (let call = 0; call < 20; call++) await ask(scene, 'whole')
    await scene.gateway.end('SIGTERM')
    const rows = await rowsIn(scene.gateway.folder)
    assert.deepEqual(new Set(rows.map(({ way }) => way)), new Set([good.url]))
    assert.deepEqual(new Set(rows.map(({ address }) => address)), new Set(['127.0.0.1']))
    const failures = rows.flatMap(({ failures }) => failures)
    assert.deepEqual(
      failures.map(({ way, fault }) => [way, fault]),
      [[bad.url, 'proxy_failed']],
    )
  } finally {
    await scene.close()
    await good.stop()
  }
})
