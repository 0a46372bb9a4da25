import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { askAdmin, newKeys, oldKeys } from './admin-client.ts'
import { databaseIn, filesIn } from './kept-data.ts'
import { ask, openScene, type Scene, until } from './scene.ts'

const CONFIGURED = newKeys(2, 'configured')
const FRESH = [...oldKeys(2), ...newKeys(2, 'fresh')]
const PATH = '/admin/api/keys'

const openWith = (settings = {}) =>
  openScene(CONFIGURED, settings, { google: { keys: [...CONFIGURED, ...FRESH] } })

const scenes: Scene[] = []
after(() => Promise.all(scenes.map((scene) => scene.close())))

async function freshScene(settings = {}): Promise<Scene> {
  const scene = await openWith(settings)
  scenes.push(scene)
  return scene
}

async function listed(scene: Scene, query = '') {
  return (await askAdmin(scene, 'GET', `${PATH}?limit=1000${query}`)).body
}

describe('The admin of keys', () => {
  let scene: Scene
  before(async () => {
    scene = await freshScene({ log: { level: 'debug' } })
  })
  const answers: string[] = []
  async function admin(method: string, path: string, body?: unknown) {
    const answer = await askAdmin(scene, method, PATH + path, body)
    if (path !== '/reveal') answers.push(answer.text)
    return answer
  }

  test('opens to the admin token alone', async () => {
    const paths = [PATH, `${PATH}/reveal`, '/admin/api/requests', '/v1/keys/list']
    for (const path of paths.flatMap((bare) => [bare, `${bare}/`])) {
      for (const [token, status] of [
        ['', 401],
        [scene.gateway.clientToken, 403],
      ] as const) {
        const { url } = scene.gateway
        const headers = { authorization: `Bearer ${token}` }
        const response = await fetch(url + path, {
          method: path.includes('reveal') ? 'POST' : 'GET',
          headers,
        })
        assert.equal(response.status, status, path)
      }
    }
  })

  test('lists masked keys at both places, with their origin', async () => {
    const { items, total } = await listed(scene)
    assert.equal(total, 2)
    assert.deepEqual(
      items.map(({ name, origin, writtenIn, state, legacy, masked }) => {
        return [name, origin, writtenIn, state, legacy, masked]
      }),
      ['key-1', 'key-2'].map((name, index) => {
        return [name, 'config', `in geminate.yaml under keys[${index}]`, 'active', false, 'AQ.con…mnop']
      }),
    )
    const { body } = await askAdmin(scene, 'GET', '/v1/keys/list')
    assert.deepEqual(body.items, items)
  })

  test('says what it would import, and imports nothing, in a dry run', async () => {
    const { body } = await admin('POST', '/import', { text: FRESH.join('\n'), dryRun: true })
    assert.deepEqual([body.added, body.items.length, body.dryRun], [4, 4, true])
    assert.equal((await listed(scene)).total, 2)
  })

  test('imports what is pasted, counts doubles, offers the rest back, and uses the keys at once', async () => {
    const text = `${FRESH.join(', ')}\n${FRESH[0]}; ${CONFIGURED[1]}\nodd-key-0001\n`
    const { body } = await admin('POST', '/import', { text, tags: ['bulk'], project: 'p1', weight: 2 })
    assert.deepEqual([body.added, body.duplicates, body.unmatchedTotal], [4, { inText: 1, inPool: 1 }, 1])
    assert.equal(body.unmatched[0]!.text, 'odd-key-0001')
    assert.deepEqual(
      body.items.map(({ masked, legacy }) => [masked, legacy]),
      [
        ['AIzaSy…stuv', true],
        ['AIzaSy…stuv', true],
        ['AQ.fre…mnop', false],
        ['AQ.fre…mnop', false],
      ],
    )
    const { items } = await listed(scene, '&tag=bulk')
    assert.ok(items.every(({ project, weight }) => project === 'p1' && weight === 2))
    for (let calls = 0; calls < 12; calls++) assert.equal((await ask(scene, 'whole')).status, 200)
    const used = new Set(scene.google.calls.map(({ key }) => key))
    assert.deepEqual([...used].sort(), [...CONFIGURED, ...FRESH].sort())
  })

  test('takes a key of any shape where that is wanted', async () => {
    const { body } = await admin('POST', '/import', { text: 'odd-key-0001', anyShape: true })
    assert.equal(body.added, 1)
    const { body: gone } = await admin('DELETE', '', { keys: 'odd-key-0001' })
    assert.deepEqual([gone.removed, gone.stillWritten], [1, 0])
  })

  test('refuses a pattern that is none, and a text that is too long', async () => {
    const bad = await admin('POST', '/import', { text: 'x', pattern: '(' })
    assert.deepEqual([bad.status, bad.body.error.param], [400, 'pattern'])
    const long = await admin('POST', '/import', { text: 'x'.repeat(10_000_001) })
    assert.equal(long.status, 413)
  })

  test('names the field at fault, and never takes a mistyped filter for none', async () => {
    for (const [method, path, body, param] of [
      ['PATCH', '', { filter: {}, change: { weight: -1 } }, 'change.weight'],
      ['DELETE', '', { filter: { stat: 'active' } }, 'filter.stat'],
      ['DELETE', '', { filter: { state: 'dead' } }, 'filter.state'],
      ['DELETE', '', {}, 'ids'],
      ['DELETE', '', { ids: [], filter: {} }, 'ids'],
      ['POST', '/import', {}, 'text'],
      ['GET', '?limit=-1', undefined, 'limit'],
      ['GET', '?sort=colour', undefined, 'sort'],
      ['GET', '?state=active&state=invalid', undefined, 'state'],
    ] as const) {
      const { status, body: answer } = await admin(method, path, body)
      assert.deepEqual([status, answer.error.param], [400, param], JSON.stringify(answer))
    }
    assert.equal((await listed(scene)).total, 6)
  })

  test('does not know an id that there is not', async () => {
    for (const [method, path] of [
      ['GET', '/k_0'],
      ['PATCH', '/k_0'],
      ['DELETE', '/k_0'],
      ['POST', '/k_0/test'],
      ['POST', '/k_0/reset'],
    ] as const) {
      const { status, body } = await admin(method, path, method === 'GET' ? undefined : {})
      assert.deepEqual([status, typeof body.error.message], [404, 'string'], path)
    }
  })

  test('changes one key, and many', async () => {
    const { items } = await listed(scene, '&tag=bulk')
    const { body: one } = await admin('PATCH', `/${items[0]!.id}`, {
      name: 'first',
      note: 'of Anna',
      project: null,
    })
    assert.deepEqual([one.name, one.note, one.project, one.weight], ['first', 'of Anna', items[0]!.id, 2])
    const change = { disabled: true, tags: ['bulk', 'off'] }
    const { body: many } = await admin('PATCH', '', { filter: { tag: 'bulk', text: 'aizasy' }, change })
    assert.deepEqual([many.changed, many.items.map(({ state }) => state)], [2, ['disabled', 'disabled']])
    assert.equal((await listed(scene, '&state=disabled')).total, 2)
    const { body: back } = await admin('PATCH', '', { keys: FRESH, change: { disabled: false } })
    assert.equal(back.changed, 4)
    assert.equal((await listed(scene, '&state=disabled')).total, 0)
  })

  test('reveals keys to who says the admin token again, and to nobody else', async () => {
    const { items } = await listed(scene, '&tag=bulk')
    const ids = [items[0]!.id]
    for (const adminToken of ['', 'wrong', scene.gateway.clientToken]) {
      assert.equal((await admin('POST', '/reveal', { adminToken, ids })).status, 403)
    }
    const { adminToken } = scene.gateway
    const { body, headers } = await admin('POST', '/reveal', { adminToken, ids })
    assert.deepEqual([body.items[0]!.key, headers.get('cache-control')], [FRESH[0], 'no-store'])
    const { body: all } = await admin('POST', '/reveal', { adminToken, filter: {} })
    assert.deepEqual(
      all.items.map(({ key }) => key),
      [...CONFIGURED, ...FRESH],
    )
    const revealed = () =>
      scene.gateway
        .output()
        .split('\n')
        .filter((line) => line.includes('Keys were revealed'))
    await until(() => revealed().length > 1, 'both are in the log')
    const lines = revealed()
    const audit = JSON.parse(lines[0]!)
    assert.deepEqual([lines.length, audit.level, audit.by, audit.keys], [2, 'warn', 'admin', ids])
    assert.ok(audit.time)
  })

  test(
    'deletes for good: after a restart keys of the config stay away, and added ones come back or not',
    LONG,
    async () => {
      const { items } = await listed(scene)
      const { body } = await admin('DELETE', `/${items[1]!.id}`)
      assert.equal(body.notice, 'It is out for good, but still written in geminate.yaml under keys[1]')
      await admin('DELETE', '', { keys: [FRESH[0]] })
      const left = (await listed(scene)).items.map(({ id }) => id)
      assert.equal(await scene.gateway.end('SIGTERM'), 0)
      await scene.gateway.start()
      assert.deepEqual(
        (await listed(scene)).items.map(({ id }) => id),
        left,
      )
      assert.equal((await listed(scene, '&text=of anna')).total, 0)
      const database = (await filesIn(`${scene.gateway.folder}/data`)).find(
        ({ name }) => name === databaseIn(scene.gateway.folder),
      )
      assert.equal(database?.mode, 0o600)
      const { body: again } = await admin('POST', '/import', { text: `${CONFIGURED[1]} ${FRESH[0]}` })
      assert.equal(again.added, 2)
    },
  )
})

/** Of what takes longer on a machine that is busy. */
const LONG = { timeout: 60_000 }

describe('A gateway', () => {
  test('that is killed right after an import has all of it', LONG, async () => {
    const scene = await freshScene()
    const keys = newKeys(3000, 'many')
    const { body } = await askAdmin(scene, 'POST', `${PATH}/import`, { text: keys.join('\n') })
    await scene.gateway.end('SIGKILL')
    assert.equal(body.added, 3000)
    await scene.gateway.start()
    assert.equal((await listed(scene, '&origin=admin')).total, 3000)
  })

  test('answers every call while keys come and go', LONG, async () => {
    const scene = await freshScene({ log: { level: 'warn' } })
    let isOver = false
    const statuses: number[] = []
    const callers = Array.from({ length: 8 }, async () => {
      while (!isOver) statuses.push((await ask(scene, 'whole')).status)
    })
    for (let round = 0; round < 15; round++) {
      await askAdmin(scene, 'POST', `${PATH}/import`, { text: FRESH.join('\n') })
      await askAdmin(scene, 'PATCH', PATH, {
        keys: FRESH,
        change: { project: `p${round}`, weight: round + 1 },
      })
      await askAdmin(scene, 'DELETE', PATH, { keys: round % 2 ? FRESH : [CONFIGURED[0], ...FRESH] })
      await askAdmin(scene, 'POST', `${PATH}/import`, { text: CONFIGURED[0] })
    }
    isOver = true
    await Promise.all(callers)
    assert.ok(statuses.length > 50)
    assert.deepEqual(new Set(statuses), new Set([200]))
  })

  test('takes a hundred thousand keys, and finds any page of them', LONG, async () => {
    const scene = await freshScene()
    const keys = newKeys(100_000, 'bulk')
    const { body } = await askAdmin(scene, 'POST', `${PATH}/import`, {
      text: keys.join('\n'),
      tags: ['bulk'],
    })
    assert.deepEqual([body.added, body.items.length, body.omitted], [100_000, 1000, 99_000])
    const page = await askAdmin(scene, 'GET', `${PATH}?sort=createdAt&order=desc&offset=60000&limit=10`)
    assert.deepEqual([page.body.total, page.body.items.length], [100_002, 10])
    const { body: gone } = await askAdmin(scene, 'DELETE', PATH, { filter: { tag: 'bulk' } })
    assert.deepEqual([gone.removed, (await listed(scene)).total], [100_000, 2])
    assert.equal((await ask(scene, 'whole')).status, 200)
  })
})
