import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { SimulatedGoogle, SimulatedKey } from '../../adapters/simulated-google/index.ts'
import { fakeKeys, openScene, type Scene } from './scene.ts'

interface Page {
  readonly models: readonly { readonly name: string }[]
  readonly nextPageToken?: string
}

const KEYS = fakeKeys(3)

/** Without the plugins that give models other names. */
const AS_GOOGLE_LISTS = { thinking: false, search: false, 'model-aliases': false }

describe('The list of models', () => {
  test('is paged as Google pages it', async () => {
    await using scene = await openDisposable(KEYS)
    const whole = await get(scene, 'pageSize=1000')
    const asGoogle = await listedBy(scene.google, KEYS[0]!)
    assert.deepEqual(whole, { models: asGoogle })

    const first = await get(scene, '')
    assert.equal(first.models.length, 50)
    assert.ok(first.nextPageToken)
    const paged: { name: string }[] = []
    let token = ''
    do {
      const page: Page = await get(scene, `pageSize=7&pageToken=${token}`)
      assert.ok(page.models.length <= 7)
      paged.push(...page.models)
      token = page.nextPageToken ?? ''
    } while (token !== '')
    assert.deepEqual(paged, asGoogle)

    for (const query of ['pageSize=x', 'pageToken=nonsense', 'pageSize=-1']) {
      const response = await list(scene, query)
      assert.equal(response.status, 400)
      assert.equal(
        ((await response.json()) as { error: { status: string } }).error.status,
        'INVALID_ARGUMENT',
      )
    }
  })

  test('is the union of what the projects see, in Google’s order', async () => {
    const hidden = ['gemini-2.5-pro', 'gemini-3.8-flash', 'gemini-4-argon']
    await using scene = await openDisposable(
      KEYS,
      KEYS.map((key, index) => ({ key, hides: [hidden[index]!] })),
    )
    const { models } = await get(scene, 'pageSize=1000')
    const names = models.map(({ name }) => name)
    for (const name of hidden) assert.equal(names.filter((each) => each === `models/${name}`).length, 1, name)
    assert.ok(names.indexOf('models/gemini-4-argon') < names.indexOf('models/gemini-2.5-pro'))
  })

  test('hides what no project sees', async () => {
    await using scene = await openDisposable(
      KEYS,
      KEYS.map((key) => ({ key, hides: ['gemini-4-argon'] })),
    )
    const { models } = await get(scene, 'pageSize=1000')
    assert.ok(!models.some(({ name }) => name === 'models/gemini-4-argon'))
  })

  test('gives one model by its name, and Google’s 404 for one that there is not', async () => {
    await using scene = await openDisposable(KEYS)
    const found = await list(scene, '', '/gemini-3.8-flash')
    assert.equal(((await found.json()) as { name: string }).name, 'models/gemini-3.8-flash')
    const missing = await list(scene, '', '/gemini-none')
    assert.equal(missing.status, 404)
    assert.match(((await missing.json()) as { error: { message: string } }).error.message, /gemini-none/)
  })

  test('costs a handful of questions with 200 keys and 100 lists', async () => {
    await using scene = await openDisposable(fakeKeys(200))
    const lists = await Promise.all(Array.from({ length: 100 }, () => get(scene, 'pageSize=1000')))
    for (const page of lists) assert.deepEqual(page, lists[0])
    assert.ok(lists[0]!.models.length > 50)
    const asked = scene.google.calls.filter(({ operation }) => operation === 'listModels')
    assert.ok(asked.length <= 3, `${asked.length} questions`)
  })

  test('moves past keys that Google refuses, and takes them out', async () => {
    await using scene = await openDisposable(KEYS)
    scene.google.script(KEYS[0]!, { kind: 'keyInvalid', times: 'forever' })
    scene.google.script(KEYS[1]!, { kind: 'serviceDisabled', times: 'forever' })
    assert.ok((await get(scene, 'pageSize=1000')).models.length > 50)
    const states = (await scene.keys()).map(({ state }) => state)
    assert.deepEqual(states, ['invalid', 'restricted', 'active'])
  })

  test('is learned while one good key is left among many bad ones', async () => {
    const keys = fakeKeys(30)
    await using scene = await openDisposable(keys)
    for (const key of keys.slice(1)) scene.google.script(key, { kind: 'keyInvalid', times: 'forever' })
    assert.ok((await get(scene, 'pageSize=1000')).models.length > 50)
  })

  test('is kept over a restart while Google is gone', async () => {
    await using scene = await openDisposable(KEYS)
    const before = await get(scene, 'pageSize=1000')
    await scene.gateway.end('SIGTERM')
    await scene.google.stop()
    await scene.gateway.start()
    assert.deepEqual(await get(scene, 'pageSize=1000'), before)
  })

  test('is kept over a kill, too', async () => {
    await using scene = await openDisposable(KEYS)
    const before = await get(scene, 'pageSize=1000')
    await scene.gateway.end('SIGKILL')
    await scene.google.stop()
    await scene.gateway.start()
    assert.deepEqual(await get(scene, 'pageSize=1000'), before)
  })

  test('is an error in Google’s shape where it was never learned, and comes when Google is back', async () => {
    await using scene = await openDisposable(KEYS)
    scene.google.script('*', { kind: 'overloaded503', times: 'forever' }, { method: 'listModels' })
    for (let times = 0; times < 3; times++) {
      const response = await list(scene, '')
      assert.equal(response.status, 503)
      const { error } = (await response.json()) as { error: { code: number; status: string } }
      assert.deepEqual([error.code, error.status], [503, 'UNAVAILABLE'])
    }
    scene.google.reset()
    assert.equal((await get(scene, '')).models.length, 50)
  })

  test('is never empty or null, whatever Google says instead of one', async () => {
    const bodies = ['null', '{}', '{"models":null}', '{"models":[]}', '[]', '"text"', '<html>', '']
    await using scene = await openDisposable(KEYS.slice(0, 1))
    for (const body of bodies) {
      scene.google.reset()
      const headers = { 'content-type': 'application/json' }
      scene.google.script('*', { kind: 'raw', headers, body, times: 'forever' }, { method: 'listModels' })
      const response = await list(scene, '')
      assert.ok(response.status >= 500, `${body}: ${response.status}`)
      assert.ok(((await response.json()) as { error: unknown }).error)
    }
  })

  test('without any key says so: 503, and that trying again is no use', async () => {
    await using scene = await openDisposable([])
    const response = await list(scene, '')
    assert.equal(response.status, 503)
    assert.equal(response.headers.get('x-should-retry'), 'false')
  })
})

/** A scene that closes itself. */
async function openDisposable(
  keys: readonly string[],
  simulated?: readonly SimulatedKey[],
): Promise<Scene & AsyncDisposable> {
  const scene = await openScene(
    keys,
    { plugins: AS_GOOGLE_LISTS },
    simulated ? { google: { keys: simulated } } : {},
  )
  return { ...scene, [Symbol.asyncDispose]: scene.close }
}

function list(scene: Scene, query: string, model = ''): Promise<Response> {
  return fetch(`${scene.gateway.url}/v1beta/models${model}?${query}`, {
    headers: { 'x-goog-api-key': scene.gateway.clientToken },
  })
}

async function get(scene: Scene, query: string): Promise<Page> {
  const response = await list(scene, query)
  assert.equal(response.status, 200)
  return (await response.json()) as Page
}

async function listedBy(google: SimulatedGoogle, key: string) {
  const response = await fetch(`${google.url}/v1beta/models?pageSize=1000`, {
    headers: { 'x-goog-api-key': key },
  })
  return ((await response.json()) as Page).models
}
