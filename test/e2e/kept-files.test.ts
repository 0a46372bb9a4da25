import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { createPartFromUri } from '@google/genai'
import {
  aboutAll,
  ask,
  GENERATE,
  keptIn,
  lastProject,
  openKeptScene,
  STREAM,
  text,
  type Uploaded,
  upload,
  uploadsIn,
  uploadTwo,
} from './kept-scene.ts'
import { about, openNativeScene, sdkOf, send } from './native-scene.ts'
import { MODEL, readAnswer, type Scene, until } from './scene.ts'

describe('Files whose bytes are kept', () => {
  let scene: Scene
  before(async () => {
    scene = await openKeptScene()
  })
  after(() => scene.close())
  beforeEach(() => scene.google.reset())

  const copyOf = ({ name }: Uploaded) => {
    const [original] = scene.google.files().filter((file) => file.name === name)
    const { sha256Hash } = original!.value
    return scene.google.files().find((file) => file.name !== name && file.value.sha256Hash === sha256Hash)
  }

  test('come together in one request by uploading the smaller one again', async () => {
    const small = await upload(scene, text('the first'), 'one', 'First')
    const large = await upload(scene, text('the second, which is longer'))
    const { models } = sdkOf(scene, 'one')
    const parts = [small, large].map(({ uri }) => createPartFromUri(uri, 'text/plain'))
    const answer = await models.generateContent({ model: MODEL, contents: [{ role: 'user', parts }] })
    assert.ok(answer.candidates?.length)
    assert.equal(lastProject(scene), large.project)
    const copy = copyOf(small)
    assert.deepEqual(
      [copy?.project, copy?.bytes?.toString(), copy?.value.displayName, copy?.value.mimeType],
      [large.project, 'the first', 'First', 'text/plain;charset=utf-8'],
    )
  })

  test('are uploaded again once, and used from then on, over a restart too', async () => {
    const files = await uploadTwo(scene)
    assert.match((await ask(scene, files)).notes, new RegExp(`^${files[0].name} was uploaded again`))
    for (let round = 0; round < 4; round++) {
      if (round === 2) {
        await scene.gateway.end('SIGKILL')
        await scene.gateway.start()
      }
      const { status, notes } = await ask(scene, files)
      assert.deepEqual([status, notes.includes('the copy of')], [200, true])
    }
    assert.equal(uploadsIn(scene), 3)
  })

  test('come together in a stream, and for calls at the same time once', async () => {
    const files = await uploadTwo(scene)
    const answers = await Promise.all(
      Array.from({ length: 8 }, async () =>
        readAnswer(await send(scene, 'one', STREAM, { json: aboutAll(files) })),
      ),
    )
    for (const { status, error, said } of answers)
      assert.deepEqual([status, error, said !== ''], [200, undefined, true])
    assert.equal(uploadsIn(scene), 3)
  })

  test('are named anew in the body, of which nothing else is different', async () => {
    const [one, two] = await uploadTwo(scene)
    const body = (first: string) =>
      `{ "contents" :[{"parts":[ {"text":"See ${one.name} and \\"${one.uri}\\""},{"fileData":{"fileUri":"${first}"}},\n` +
      `{"file_data":{"file_uri":"${two.uri.replaceAll('/', '\\/')}"}}], "role":"user"}],` +
      '"generationConfig":{"seed":1,"temperature":1.00}}'
    const response = await scene.post(GENERATE, body(one.uri), {
      headers: { 'x-goog-api-key': 'sk-test-client-of-files-one' },
    })
    assert.equal(response.status, 200, await response.text())
    const sent = scene.google.calls.at(-1)!.body.toString()
    assert.equal(sent, body(one.uri.replace(one.name, copyOf(one)!.name)))
  })

  test('of another client are neither used nor copied', async () => {
    const [mine] = await uploadTwo(scene, 'one')
    const [theirs, others] = await uploadTwo(scene, 'two')
    const far = [theirs, others].find(({ project }) => project !== mine.project)!
    const { status, error } = await ask(scene, [mine, far])
    assert.deepEqual([status, error?.status], [403, 'PERMISSION_DENIED'])
    assert.equal(scene.google.files().length, 4)
  })

  test('are listed, shown and deleted without their copies, which go with them', async () => {
    const kept = (await keptIn(scene)).length
    const files = await uploadTwo(scene)
    await ask(scene, files)
    const { files: api } = sdkOf(scene, 'one')
    const listed = await Array.fromAsync(await api.list(), ({ name }) => name)
    assert.deepEqual(listed.toSorted(), files.map(({ name }) => name).toSorted())
    assert.equal((await api.get({ name: files[0].name })).name, files[0].name)
    const copy = copyOf(files[0])!
    await assert.rejects(api.get({ name: copy.name }), { status: 404 })
    assert.equal((await keptIn(scene)).length, kept + 2)
    await api.delete({ name: files[0].name })
    await until(() => scene.google.files().length === 1, 'the copy was deleted')
    await until(async () => (await keptIn(scene)).length === kept + 1, 'its bytes were removed')
    assert.equal((await ask(scene, [files[1]])).status, 200)
  })

  test('are named as they are in what tools were told', async () => {
    const files = await uploadTwo(scene)
    const { contents } = aboutAll(files)
    const said = { functionCall: { name: 'f', args: { uri: files[0].uri } } }
    const signed = { ...said, thoughtSignature: 'c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3I=' }
    const answered = { functionResponse: { name: 'f', response: { uri: files[0].uri } } }
    const json = {
      contents: [...contents, { role: 'model', parts: [signed] }, { role: 'user', parts: [answered] }],
    }
    const response = await send(scene, 'one', GENERATE, { json })
    assert.equal(response.status, 200, await response.text())
    const sent = JSON.parse(scene.google.calls.at(-1)!.body.toString())
    assert.deepEqual(sent.contents.slice(1), json.contents.slice(1))
    assert.notDeepEqual(sent.contents[0], json.contents[0])
  })

  test('are brought to the project of a cache, which cannot move', async () => {
    const caches = []
    for (let index = 0; index < 2; index++) {
      const config = { contents: [{ role: 'user' as const, parts: [{ text: 'long' }] }] }
      caches.push({ ...(await sdkOf(scene, 'one').caches.create({ model: MODEL, config })) })
    }
    const file = await upload(scene, text('a file'))
    for (const { name } of caches) {
      const json = { ...about(file.uri), cachedContent: name }
      const response = await send(scene, 'one', GENERATE, { json })
      assert.equal(response.status, 200, await response.text())
    }
    assert.equal(uploadsIn(scene), 2)
    const [one, two] = caches.map(({ name }) => name)
    const json = { contents: [], cachedContent: one, tools: [{ retrieval: { fileSearchStoreNames: [two] } }] }
    const refused = await send(scene, 'one', GENERATE, { json })
    assert.equal(refused.status, 400)
    assert.match(await refused.text(), /two different Google projects/)
  })

  test('are made anew where other hands have deleted a copy', async () => {
    const files = await uploadTwo(scene)
    await ask(scene, files)
    const { name } = copyOf(files[0])!
    const { key = '' } = scene.google.calls.at(-1)!
    await fetch(`${scene.google.url}/v1beta/${name}`, {
      method: 'DELETE',
      headers: { 'x-goog-api-key': key },
    })
    assert.equal((await ask(scene, files)).status, 200)
    assert.equal(uploadsIn(scene), 4)
  })

  test('go where a key is left when their own project rests', async () => {
    const file = await upload(scene, text('a file'))
    const other = scene.google.keys.find((key) => scene.google.projectOf(key) !== file.project)!
    const own = scene.google.keys.find((key) => scene.google.projectOf(key) === file.project)!
    scene.google.script(own, { kind: 'perMinute429', retrySeconds: 30 })
    for (const note of [/was uploaded again/, /the copy of/]) {
      const { status, notes } = await ask(scene, [file])
      assert.equal(status, 200)
      assert.match(notes, note)
      assert.equal(scene.google.calls.at(-1)!.key, other)
    }
    assert.equal(uploadsIn(scene), 2)
    scene.google.script(other, { kind: 'perMinute429', retrySeconds: 30 })
    const { status, error } = await ask(scene, [file])
    assert.equal(status, 429)
    assert.match(error?.message ?? '', /resting.*returns in \d+ s/)
  })
})

test('A batch goes elsewhere with its file, unless the lines name what is only where they are', async () => {
  const scene = await openKeptScene({}, { keys: 3 })
  try {
    const { name } = await upload(scene, text('a file that lines name'))
    for (const [line, status] of [
      [{ request: { contents: [] } }, 200],
      [{ request: aboutAll([{ name, uri: name, project: '' }]) }, 429],
    ] as const) {
      const lines = await upload(
        scene,
        new Blob([`${JSON.stringify(line)}\n`], { type: 'application/jsonl' }),
      )
      const own = scene.google.keys.find((key) => scene.google.projectOf(key) === lines.project)!
      scene.google.script(own, { kind: 'perMinute429', retrySeconds: 30 })
      const json = { batch: { displayName: 'b', inputConfig: { fileName: lines.name } } }
      const response = await send(scene, 'one', `/v1beta/models/${MODEL}:batchGenerateContent`, { json })
      assert.equal(response.status, status, await response.text())
    }
  } finally {
    await scene.close()
  }
})

test('A file whose project has no good key any more is used through another', async () => {
  const scene = await openKeptScene()
  try {
    const file = await upload(scene, text('a file'))
    const own = scene.google.keys.find((key) => scene.google.projectOf(key) === file.project)!
    scene.google.script(own, { kind: 'keyInvalid', times: 'forever' })
    for (let round = 0; round < 3; round++) assert.equal((await ask(scene, [file])).status, 200)
    assert.equal(uploadsIn(scene), 2)
  } finally {
    await scene.close()
  }
})

test('A copy that cannot be uploaded is charged to its key, and the other file is brought instead', async () => {
  const scene = await openKeptScene()
  try {
    const files = await uploadTwo(scene)
    const target = scene.google.keys.find((key) => scene.google.projectOf(key) === files[1].project)!
    scene.google.script(target, { kind: 'keyInvalid', times: 'forever' })
    const { status, notes } = await ask(scene, files)
    assert.equal(status, 200)
    assert.ok(notes.startsWith(`${files[1].name} was uploaded again`), notes)
    const states = (await scene.keys()).map(({ state }) => state)
    assert.deepEqual(states.toSorted(), ['active', 'invalid'])
  } finally {
    await scene.close()
  }
})

test('A copy that Google still looks through is waited for', async () => {
  const scene = await openKeptScene({}, { google: { processingMilliseconds: 1_200 } })
  try {
    const film = await upload(scene, new Blob(['film'], { type: 'video/mp4' }))
    const large = await upload(scene, text('a text that is larger than the film'))
    const before = performance.now()
    assert.equal((await ask(scene, [film, large])).status, 200)
    assert.ok(performance.now() - before > 1_200)
    assert.equal((await ask(scene, [film, large])).status, 200)
  } finally {
    await scene.close()
  }
})

test('Where all is shared, so are copies', async () => {
  const scene = await openKeptScene({ shared: true })
  try {
    const files = [await upload(scene, text('a'), 'one'), await upload(scene, text('bb'), 'two')] as const
    assert.equal((await ask(scene, files, 'three')).status, 200)
  } finally {
    await scene.close()
  }
})

test('Files that were uploaded while nothing was kept stay apart, and the client is told', async () => {
  const scene = await openNativeScene({}, { keys: 2 })
  try {
    const files = await uploadTwo(scene)
    const { status, error } = await ask(scene, files)
    assert.equal(status, 400)
    assert.match(error?.message ?? '', /two different Google projects/)
    await assert.rejects(keptIn(scene))
  } finally {
    await scene.close()
  }
})
