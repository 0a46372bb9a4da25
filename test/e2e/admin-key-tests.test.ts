import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { askAdmin, newKeys } from './admin-client.ts'
import { ask, MODEL, openScene, type Scene } from './scene.ts'

const [GOOD = '', DEAD = '', SPENT = '', CUT = ''] = newKeys(4)
const KEYS = [GOOD, DEAD, SPENT, CUT]
const PATH = '/admin/api/keys'

let scene: Scene
before(async () => {
  scene = await openScene(KEYS, { routing: { checkHours: 0 } })
})
after(() => scene.close())
beforeEach(async () => {
  scene.google.reset()
  await askAdmin(scene, 'POST', `${PATH}/reset`, { filter: {} })
})

const admin = (method: string, path: string, body?: unknown) => askAdmin(scene, method, PATH + path, body)

async function stateOf(key: string): Promise<string> {
  const { items } = (await admin('GET', `?text=key-${KEYS.indexOf(key) + 1}`)).body
  return items[0]!.state
}

function spoil() {
  scene.google.script(DEAD, { kind: 'keySuspended', project: '77', times: 'forever' })
  scene.google.script(SPENT, { kind: 'perDay429', times: 'forever' }, { method: 'generateContent' })
  scene.google.script(CUT, { kind: 'htmlSorry', times: 'forever' })
}

describe('A test of keys', () => {
  test('has four answers, and spends no quota without a model', async () => {
    spoil()
    const { body } = await admin('POST', '/test', { filter: {} })
    const results = body.items.map(({ result, status, legacy }) => [result, status, legacy])
    assert.deepEqual(results, [
      ['valid', 200, false],
      ['dead', 403, false],
      ['valid', 200, false],
      ['unreachable', 403, false],
    ])
    assert.deepEqual([body.tested, body.valid, body.dead, body.throttled, body.unreachable], [4, 2, 1, 0, 1])
    assert.ok(scene.google.calls.every(({ method, path }) => method === 'GET' && path.endsWith('/models')))
    assert.match(body.items[1]!.reason, /suspended/)
    assert.equal(typeof body.items[1]!.milliseconds, 'number')
  })

  test('spends one call of one token where a model is named, and tells of the tier', async () => {
    spoil()
    const { body } = await admin('POST', '/test', { keys: [GOOD, SPENT], model: MODEL })
    assert.deepEqual(
      body.items.map(({ result, tier }) => [result, tier]),
      [
        ['valid', undefined],
        ['throttled', 'free'],
      ],
    )
    assert.equal(scene.google.calls.length, 2)
    const sent = JSON.parse(String(scene.google.calls[0]?.body))
    assert.equal(sent.generationConfig.maxOutputTokens, 1)
  })

  test('of one key tells how many models it sees', async () => {
    const { items } = (await admin('GET', '?text=key-1')).body
    const { body } = await admin('POST', `/${items[0]!.id}/test`)
    assert.equal(body.result, 'valid')
    assert.ok(body.models > 3, `${body.models} models`)
  })

  test('puts a dead key out, and a good one back', async () => {
    scene.google.script(DEAD, { kind: 'keyInvalid', times: 'forever' })
    await admin('POST', '/test', { keys: [DEAD] })
    assert.equal(await stateOf(DEAD), 'invalid')
    scene.google.reset()
    await admin('POST', '/test', { keys: DEAD })
    assert.equal(await stateOf(DEAD), 'active')
  })

  test('of keys that are not there counts them', async () => {
    const { body } = await admin('POST', '/test', { ids: ['k_0', 'k_1'] })
    assert.deepEqual([body.tested, body.unknown], [0, 2])
  })
})

describe('A reset', () => {
  test('puts back what failed, and ends rests that have no end', async () => {
    scene.google.script(DEAD, { kind: 'keyExpired', times: 'forever' })
    for (const key of [GOOD, SPENT, CUT]) {
      scene.google.script(key, { kind: 'limitZero429', times: 'forever' })
    }
    assert.equal((await ask(scene, 'whole')).status, 503)
    assert.deepEqual([await stateOf(DEAD), await stateOf(GOOD)], ['expired', 'exhausted'])
    scene.google.reset()
    const { body } = await admin('POST', '/reset', { filter: { usable: false }, model: MODEL })
    assert.equal(body.reset, 4)
    assert.deepEqual([await stateOf(DEAD), await stateOf(GOOD)], ['expired', 'active'])
    const { items } = (await admin('GET', '?state=expired')).body
    const { body: one } = await admin('POST', `/${items[0]!.id}/reset`)
    assert.deepEqual([one.state, one.reason, one.rests], ['active', '', []])
    assert.equal((await ask(scene, 'whole')).status, 200)
  })
})

describe('The request log', () => {
  test('is listed with filters and in pages, and shown call by call with its attempts', async () => {
    scene.google.script('*', { kind: 'keyInvalid' })
    const { headers } = await ask(scene, 'whole')
    await scene.post('/v1beta/models/no-such-model:generateContent', { contents: [] })
    const requests = async (query: string) =>
      (await askAdmin(scene, 'GET', `/admin/api/requests${query}`)).body
    let all = await requests('?limit=1000')
    const id = headers.get('x-request-id')
    for (let tries = 0; tries < 200 && !all.items.some((row) => row.id === id); tries++) {
      await new Promise((resolve) => setTimeout(resolve, 20))
      all = await requests('?limit=1000')
    }
    const row = all.items.find((each) => each.id === id)!
    assert.deepEqual([row.client, row.model, row.status, row.attempts], ['tester', MODEL, 200, 2])
    assert.equal('requestBody' in row || 'decisions' in row, false)
    const { body: details } = await askAdmin(scene, 'GET', `/admin/api/requests/${id}`)
    assert.match(details.decisions[0]!.fault, /key_invalid|invalid/i)
    for (const query of [
      '?client=tester&status=2xx',
      `?model=${MODEL}&status=200`,
      `?key=${details.decisions[0]!.keyId}`,
      `?since=${row.at}`,
      `?since=${new Date(row.at).toISOString()}&limit=1000`,
    ]) {
      const { items, total } = await requests(query)
      assert.ok(items.some((each) => each.id === id) && total >= 1, query)
    }
    assert.equal((await requests('?client=nobody')).total, 0)
    assert.equal((await requests('?limit=1')).items.length, 1)
  })

  test('refuses what is no filter, and knows no request that there was not', async () => {
    for (const query of ['?status=9', '?since=yesterday', '?colour=red']) {
      const { status, body } = await askAdmin(scene, 'GET', `/admin/api/requests${query}`)
      assert.deepEqual([status, body.error.param], [400, /\w+/.exec(query)?.[0]])
    }
    assert.equal((await askAdmin(scene, 'GET', '/admin/api/requests/req_0')).status, 404)
  })
})
