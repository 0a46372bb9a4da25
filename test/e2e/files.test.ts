import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { about, CLIENTS, type ClientName, olderSdkOf, openNativeScene, sdkOf, send } from './native-scene.ts'
import { MODEL, type Scene } from './scene.ts'

const GENERATE = `/v1beta/models/${MODEL}:generateContent`
const text = (content: string) => new Blob([content], { type: 'text/plain' })

describe('Files of three clients over five projects', () => {
  let scene: Scene
  before(async () => {
    scene = await openNativeScene()
  })
  after(() => scene.close())
  beforeEach(() => scene.google.reset())

  test('are always used through their own project, over a restart too', async () => {
    const files: { client: ClientName; uri: string; project: string }[] = []
    for (let index = 0; index < 10; index++) {
      const client = CLIENTS[index % 3]!
      const file = await sdkOf(scene, client).files.upload({ file: text(`file ${index}`) })
      const { key = '' } = scene.google.calls.at(-1)!
      files.push({ client, uri: file.uri!, project: scene.google.projectOf(key) })
    }
    assert.equal(new Set(files.map(({ project }) => project)).size, 5)
    for (let round = 0; round < 20; round++) {
      if (round === 10) {
        await scene.gateway.end('SIGKILL')
        await scene.gateway.start()
      }
      for (const { client, uri, project } of files) {
        const response = await send(scene, client, GENERATE, { json: about(uri) })
        assert.equal(response.status, 200, await response.text())
        assert.equal(scene.google.projectOf(scene.google.calls.at(-1)!.key!), project)
      }
    }
  })

  for (const [line, sdk] of [
    ['of today', sdkOf],
    ['of the first line', olderSdkOf],
  ] as const) {
    test(`go up, are listed, shown and deleted by the SDK ${line}`, async () => {
      const { files } = sdk(scene, 'one')
      const names: string[] = []
      for (const content of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) {
        const file = await files.upload({ file: text(content), config: { displayName: content } })
        names.push(file.name!)
      }
      await sdk(scene, 'two').files.upload({ file: text('not yours') })
      const listed: string[] = []
      for await (const { name } of await files.list({ config: { pageSize: 2 } })) listed.push(name!)
      assert.deepEqual(listed.toSorted(), names.toSorted())
      const shown = await files.get({ name: names[3]! })
      assert.deepEqual([shown.displayName, shown.state, shown.sizeBytes], ['d', 'ACTIVE', '1'])
      await files.delete({ name: names[3]! })
      await assert.rejects(files.get({ name: names[3]! }), { status: 404 })
      const left = await Array.fromAsync(await files.list())
      assert.equal(left.length, 6)
    })
  }

  test('of another client are not there', async () => {
    const file = await sdkOf(scene, 'one').files.upload({ file: text('mine') })
    const { files } = sdkOf(scene, 'two')
    await assert.rejects(files.get({ name: file.name! }), { status: 404 })
    await assert.rejects(files.delete({ name: file.name! }), { status: 404 })
    const used = await send(scene, 'two', GENERATE, { json: about(file.uri) })
    assert.equal(used.status, 403)
    assert.match(await used.text(), /You do not have permission to access the File \S+ or it may not exist/)
    assert.deepEqual(await Array.fromAsync(await files.list()), [])
    assert.equal((await sdkOf(scene, 'one').files.get({ name: file.name! })).name, file.name)
  })

  test('are used by an OpenAI client through their project as well', async () => {
    const { files } = sdkOf(scene, 'one')
    for (let round = 0; round < 4; round++) {
      const file = await files.upload({ file: text('a picture'), config: { mimeType: 'image/png' } })
      const { key } = scene.google.calls.at(-1)!
      const url = `https://generativelanguage.googleapis.com/v1beta/${file.name}`
      const content = [{ type: 'image_url', image_url: { url } }]
      const response = await send(scene, 'one', '/v1/chat/completions', {
        json: { model: MODEL, messages: [{ role: 'user', content }] },
      })
      assert.equal(response.status, 200, await response.text())
      assert.equal(scene.google.calls.at(-1)!.key, key)
    }
  })

  test('are used through their project in what goes on from an earlier response', async () => {
    const file = await sdkOf(scene, 'one').files.upload({ file: text('a picture') })
    const { key } = scene.google.calls.at(-1)!
    const image_url = `https://generativelanguage.googleapis.com/v1beta/${file.name}`
    const ask = async (more: object) => {
      const response = await send(scene, 'one', '/v1/responses', { json: { model: MODEL, ...more } })
      const body = await response.text()
      assert.equal(response.status, 200, body)
      assert.equal(scene.google.calls.at(-1)!.key, key)
      return (JSON.parse(body) as { id: string }).id
    }
    const content = [{ type: 'input_image', image_url }]
    let id = await ask({ input: [{ role: 'user', content }] })
    for (let round = 0; round < 5; round++) id = await ask({ previous_response_id: id, input: 'And?' })
  })

  test('of two projects cannot be in one request, and the client is told', async () => {
    const { files } = sdkOf(scene, 'one')
    const [one, two] = [await files.upload({ file: text('1') }), await files.upload({ file: text('2') })]
    const response = await send(scene, 'one', GENERATE, {
      json: {
        contents: [{ parts: [{ fileData: { fileUri: one.uri } }, { file_data: { file_uri: two.uri } }] }],
      },
    })
    assert.equal(response.status, 400)
    const { error } = (await response.json()) as { error: { message: string } }
    assert.match(error.message, /two different Google projects/)
    assert.ok(error.message.includes(one.name!) && error.message.includes(two.name!))
  })
})
