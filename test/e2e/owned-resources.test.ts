import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { about, openNativeScene, sdkOf, send } from './native-scene.ts'
import { MODEL, type Scene } from './scene.ts'

const GENERATE = `/v1beta/models/${MODEL}:generateContent`
const CACHED = { contents: [{ role: 'user' as const, parts: [{ text: 'a long text' }] }] }

describe('What projects own', () => {
  let scene: Scene
  before(async () => {
    scene = await openNativeScene()
  })
  after(() => scene.close())
  beforeEach(() => scene.google.reset())

  const lastProject = () => scene.google.projectOf(scene.google.calls.at(-1)?.key ?? '')
  const makeCache = async () => {
    const cache = await sdkOf(scene, 'one').caches.create({ model: MODEL, config: CACHED })
    return { name: cache.name!, project: lastProject() }
  }

  test('caches are used by their project alone, in either spelling, and by counting too', async () => {
    const caches = [await makeCache(), await makeCache(), await makeCache()]
    assert.equal(new Set(caches.map(({ project }) => project)).size, 3)
    const contents = [{ role: 'user', parts: [{ text: 'Hi' }] }]
    for (const { name, project } of [...caches, ...caches]) {
      for (const body of [
        { contents, cachedContent: name },
        { contents, cached_content: name },
      ]) {
        assert.equal((await send(scene, 'one', GENERATE, { json: body })).status, 200)
        assert.equal(lastProject(), project)
      }
      const generateContentRequest = { model: `models/${MODEL}`, contents, cachedContent: name }
      const counted = await send(scene, 'one', `/v1beta/models/${MODEL}:countTokens`, {
        json: { generateContentRequest },
      })
      assert.equal(counted.status, 200)
      assert.equal(lastProject(), project)
    }
  })

  test('caches are listed over all projects, page by page, changed and deleted', async () => {
    const names = []
    for (let index = 0; index < 7; index++) names.push((await makeCache()).name)
    await sdkOf(scene, 'two').caches.create({ model: MODEL, config: CACHED })
    const { caches } = sdkOf(scene, 'one')
    const pager = await caches.list({ config: { pageSize: 3 } })
    const pages = [pager.page.map(({ name }) => name)]
    while (pager.hasNextPage()) pages.push((await pager.nextPage()).map(({ name }) => name))
    assert.deepEqual(
      pages.map(({ length }) => length),
      [3, 3, 1],
    )
    assert.deepEqual(pages.flat().toSorted(), names.toSorted())
    const { expireTime } = await caches.update({ name: names[0]!, config: { ttl: '7200s' } })
    assert.ok(Date.parse(expireTime!) > Date.now() + 7_000_000)
    for (const name of names) await caches.delete({ name })
    assert.deepEqual(await Array.fromAsync(await caches.list()), [])
  })

  test('a list asks only the projects in which the client has something', async () => {
    await sdkOf(scene, 'one').fileSearchStores.create({})
    const project = lastProject()
    scene.google.reset()
    await send(scene, 'one', '/v1beta/fileSearchStores')
    await send(scene, 'three', '/v1beta/fileSearchStores')
    assert.deepEqual(
      scene.google.calls.map(({ key }) => scene.google.projectOf(key!)),
      [project],
    )
  })

  test('a page token of another list, or of nobody’s, is refused', async () => {
    const response = await send(scene, 'one', '/v1beta/files?pageToken=bm90aGluZw')
    assert.equal(response.status, 400)
    assert.match(await response.text(), /Invalid page token/)
  })

  test('batches are made of files of their project, and their results are the client’s', async () => {
    const { files, batches } = sdkOf(scene, 'one')
    for (let round = 0; round < 3; round++) {
      const src = await files.upload({ file: new Blob(['{}'], { type: 'application/jsonl' }) })
      const project = lastProject()
      const batch = await batches.create({ model: MODEL, src: src.name! })
      assert.equal(lastProject(), project)
      const response = await send(scene, 'one', `/v1beta/${batch.name}`)
      const { response: made } = (await response.json()) as { response: { responsesFile: string } }
      const results = await send(scene, 'one', `/download/v1beta/${made.responsesFile}:download?alt=media`)
      assert.equal(await results.text(), `made by ${project}`)
      const other = await send(scene, 'two', `/download/v1beta/${made.responsesFile}:download?alt=media`)
      assert.equal(other.status, 404)
      await batches.cancel({ name: batch.name! })
      assert.equal(lastProject(), project)
    }
    const listed = await send(scene, 'one', '/v1beta/batches')
    assert.equal(((await listed.json()) as { operations: unknown[] }).operations.length, 3)
    assert.deepEqual(await (await send(scene, 'two', '/v1beta/batches')).json(), {})
  })

  test('a film is asked for, and fetched, where it was begun', async () => {
    for (let round = 0; round < 3; round++) {
      const begun = await send(scene, 'one', '/v1beta/models/veo-3:predictLongRunning', {
        json: { instances: [{ prompt: 'A sea' }] },
      })
      const { name } = (await begun.json()) as { name: string }
      const project = lastProject()
      const asked = await send(scene, 'one', `/v1beta/${name}`)
      const operation = (await asked.json()) as {
        response: { generateVideoResponse: { generatedSamples: { video: { uri: string } }[] } }
      }
      const [sample] = operation.response.generateVideoResponse.generatedSamples
      const { pathname, search } = new URL(sample!.video.uri)
      const film = await send(scene, 'one', pathname + search)
      assert.equal(await film.text(), `made by ${project}`)
      assert.equal((await send(scene, 'two', `/v1beta/${name}`)).status, 404)
    }
  })

  test('tokens, corpora and tuned models are the client’s as well', async () => {
    for (const [path, listed] of [
      ['/v1alpha/auth_tokens', false],
      ['/v1beta/corpora', true],
      ['/v1beta/tunedModels', true],
    ] as const) {
      const made = await send(scene, 'one', path, { json: { displayName: 'x' } })
      const { name } = (await made.json()) as { name: string }
      const project = lastProject()
      assert.equal((await send(scene, 'one', `/v1beta/${name}`)).status, 200)
      assert.equal(lastProject(), project)
      assert.equal((await send(scene, 'two', `/v1beta/${name}`)).status, 404)
      if (listed) assert.ok((await (await send(scene, 'one', path)).text()).includes(name))
    }
  })

  test('the owner’s quota is told truthfully, and other projects are not asked', async () => {
    const { name, project } = await makeCache()
    const owner = scene.google.keys.find((key) => scene.google.projectOf(key) === project)!
    scene.google.script(owner, { kind: 'perMinute429' })
    const before = scene.google.calls.length
    const body = { contents: [{ parts: [{ text: 'Hi' }] }], cachedContent: name }
    for (let round = 0; round < 2; round++) {
      const refused = await send(scene, 'one', GENERATE, { json: body })
      assert.equal(refused.status, 429)
      assert.ok(Number(refused.headers.get('retry-after')) >= 1)
      assert.match(await refused.text(), /belongs to a Google project that is resting/)
    }
    assert.equal(scene.google.calls.length, before + 1)
  })

  test('of two projects of which one cannot answer, a list shows the other’s and says so', async () => {
    const [one] = [await makeCache(), await makeCache()]
    const owner = scene.google.keys.find((key) => scene.google.projectOf(key) === one!.project)!
    scene.google.script(owner, { kind: 'keyInvalid', times: 'forever' })
    const listed = await send(scene, 'one', '/v1beta/cachedContents')
    const { cachedContents } = (await listed.json()) as { cachedContents: unknown[] }
    assert.equal(cachedContents.length, 1)
    assert.match(listed.headers.get('x-geminate-notes') ?? '', /not all projects answered/)
    const gone = await send(scene, 'one', `/v1beta/${one!.name}`)
    assert.equal(gone.status, 503)
    assert.match(await gone.text(), /no key can be used any more/)
  })
})

test('With files.shared every client uses what any has made', async () => {
  const scene = await openNativeScene({ files: { shared: true } })
  try {
    const { uri, name } = await sdkOf(scene, 'one').files.upload({
      file: new Blob(['x'], { type: 'text/plain' }),
    })
    assert.equal((await send(scene, 'two', GENERATE, { json: about(uri) })).status, 200)
    assert.equal((await Array.fromAsync(await sdkOf(scene, 'two').files.list()))[0]?.name, name)
    await sdkOf(scene, 'two').files.delete({ name: name! })
    assert.deepEqual(await Array.fromAsync(await sdkOf(scene, 'one').files.list()), [])
  } finally {
    await scene.close()
  }
})

test('What is over is forgotten', async () => {
  const scene = await openNativeScene({}, { google: { fileHours: 1 / 3600 } })
  try {
    const { files } = sdkOf(scene, 'one')
    const { name } = await files.upload({ file: new Blob(['x'], { type: 'text/plain' }) })
    assert.equal((await Array.fromAsync(await files.list())).length, 1)
    await new Promise((resolve) => setTimeout(resolve, 1_050))
    assert.deepEqual(await Array.fromAsync(await files.list()), [])
    await assert.rejects(files.get({ name: name! }), { status: 404 })
  } finally {
    await scene.close()
  }
})
