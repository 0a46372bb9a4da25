import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, beforeEach, describe, test } from 'node:test'
import {
  ask,
  folderOf,
  keptIn,
  openKeptScene,
  text,
  type Uploaded,
  upload,
  uploadsIn,
  uploadTwo,
} from './kept-scene.ts'
import { openNativeScene, sdkOf, send } from './native-scene.ts'
import { type Scene, until } from './scene.ts'

const FILES = '/upload/v1beta/files'

interface FileAnswer {
  readonly file: { readonly name: string; readonly uri: string; readonly sizeBytes: string }
}

describe('What is kept of an upload', () => {
  let scene: Scene
  before(async () => {
    scene = await openKeptScene()
  })
  after(() => scene.close())
  beforeEach(async () => {
    scene.google.reset()
    await scene.gateway.end('SIGTERM')
    await rm(folderOf(scene.gateway), { recursive: true, force: true })
    await scene.gateway.start()
  })

  const kept = async () => {
    const names = await keptIn(scene).catch(() => [])
    return Promise.all(names.map((name) => readFile(join(folderOf(scene.gateway), name))))
  }
  const texts = async () => (await kept()).map(String)
  const raw = (body: BodyInit, headers: Record<string, string>) =>
    send(scene, 'one', FILES, { method: 'POST', body, headers })
  const start = async () => {
    const response = await send(scene, 'one', FILES, {
      json: { file: {} },
      headers: {
        'x-goog-upload-protocol': 'resumable',
        'x-goog-upload-command': 'start',
        'x-goog-upload-header-content-type': 'text/plain',
      },
    })
    const { pathname, search } = new URL(response.headers.get('x-goog-upload-url')!)
    return (command: string, offset: number, body?: string) =>
      send(scene, 'one', pathname + search, {
        method: 'POST',
        ...(body !== undefined && { body }),
        headers: { 'x-goog-upload-command': command, 'x-goog-upload-offset': String(offset) },
      })
  }

  test('is its bytes, in a file of its owner’s alone whose name says nothing', async () => {
    const { name } = await upload(scene, text('hello'), 'one', '../../etc/passwd')
    const [file, ...others] = await keptIn(scene)
    assert.deepEqual(others, [])
    assert.match(file!, /^[0-9a-f-]{36}$/)
    assert.ok(!name.includes(file!))
    assert.deepEqual(await texts(), ['hello'])
    const { mode } = await stat(join(folderOf(scene.gateway), file!))
    assert.equal(mode & 0o777, 0o600)
    assert.equal((await stat(folderOf(scene.gateway))).mode & 0o777, 0o700)
  })

  test('is the file alone where it comes with its description, or raw', async () => {
    const parts = [
      '--b\r\ncontent-type: application/json\r\n\r\n{"file":{"displayName":"two parts"}}\r\n',
      '--b\r\ncontent-type: text/plain\r\n\r\nbytes with\r\n--a mark\r\n--b--\r\n',
    ]
    const type = 'multipart/related; boundary="b"'
    await raw(parts.join(''), { 'x-goog-upload-protocol': 'multipart', 'content-type': type })
    await raw('raw bytes', { 'x-goog-upload-protocol': 'raw', 'content-type': 'text/plain' })
    await raw('', { 'x-goog-upload-protocol': 'raw', 'content-type': 'text/plain' })
    assert.deepEqual((await texts()).toSorted(), ['', 'bytes with\r\n--a mark', 'raw bytes'])
  })

  test('is right however its parts come', async () => {
    const part = await start()
    await part('upload', 0, 'hello ')
    assert.equal((await part('upload', 3, 'wrong')).status, 400)
    assert.equal((await part('upload', 100, 'far off')).status, 400)
    await part('query', 0)
    await part('upload', 6, 'wor')
    await part('upload', 9, 'ld')
    const ended = await part('finalize', 11)
    assert.equal(((await ended.json()) as FileAnswer).file.sizeBytes, '11')
    assert.deepEqual(await texts(), ['hello world'])
  })

  test('is right where Google refused a part that was sent again', async () => {
    const part = await start()
    await part('upload', 0, 'hello ')
    scene.google.script('*', { kind: 'overloaded503' }, { method: 'POST' })
    assert.equal((await part('upload', 6, 'what never came')).status, 503)
    await part('upload, finalize', 6, 'world')
    assert.deepEqual(await texts(), ['hello world'])
  })

  test('is nothing where the upload was cancelled, or is not a file', async () => {
    const part = await start()
    await part('upload', 0, 'hello ')
    await until(async () => (await texts())[0] === 'hello ', 'what came is written')
    await part('cancel', 0)
    const store = await sdkOf(scene, 'one').fileSearchStores.create({})
    const [fileSearchStoreName, file] = [store.name!, text('of a store')]
    await sdkOf(scene, 'one').fileSearchStores.uploadToFileSearchStore({ fileSearchStoreName, file })
    await until(async () => (await texts()).length === 0, 'nothing is kept')
  })

  test('is not there after a crash where the upload was under way, which goes on', async () => {
    await upload(scene, text('whole'))
    const part = await start()
    await part('upload', 0, 'hello ')
    await writeFile(join(folderOf(scene.gateway), randomUUID()), 'a leftover')
    await writeFile(join(folderOf(scene.gateway), 'notes.txt'), 'not ours')
    await scene.gateway.end('SIGKILL')
    await scene.gateway.start()
    assert.deepEqual((await texts()).toSorted(), ['not ours', 'whole'])
    assert.equal((await part('upload, finalize', 6, 'world')).status, 200)
    assert.deepEqual((await texts()).toSorted(), ['not ours', 'whole'])
  })

  test('is removed where the next start is told to keep nothing', async () => {
    await upload(scene, text('hello'))
    await scene.gateway.end('SIGTERM')
    const config = join(scene.gateway.folder, 'geminate.yaml')
    const before = await readFile(config, 'utf8')
    await writeFile(config, before.replace('"keepBytes":true', '"keepBytes":false'))
    await scene.gateway.start()
    assert.deepEqual(await texts(), [])
    await writeFile(config, before)
  })

  test('is of no use where it was changed or removed, and the client is told', async () => {
    const files = await uploadTwo(scene)
    await rm(folderOf(scene.gateway), { recursive: true })
    const { status, error } = await ask(scene, files)
    assert.equal(status, 400)
    assert.match(error?.message ?? '', /cannot be read any more; upload it again/)
    assert.match(scene.gateway.output(), /The bytes that were kept of a file cannot be read/)
  })

  test('cannot be where the folder cannot be made: the upload goes well, and the log says it once', async () => {
    await mkdir(join(scene.gateway.folder, 'data'), { recursive: true })
    await writeFile(folderOf(scene.gateway), 'a file in its place')
    const files = await uploadTwo(scene)
    assert.equal((await ask(scene, [files[0]])).status, 200)
    const { status, error } = await ask(scene, files)
    assert.equal(status, 400)
    assert.match(error?.message ?? '', /nor did the gateway keep/)
    assert.equal(scene.gateway.output().match(/cannot be kept/g)?.length, 1)
    await rm(folderOf(scene.gateway))
  })
})

test('Bytes that were cut are not sent, and nobody else is blamed', async () => {
  const scene = await openKeptScene()
  try {
    const file = await upload(scene, text('hello'.repeat(100_000)))
    const [name = ''] = await keptIn(scene)
    await truncate(join(folderOf(scene.gateway), name), 300_000)
    const own = scene.google.keys.find((key) => scene.google.projectOf(key) === file.project)!
    scene.google.script(own, { kind: 'perMinute429', retrySeconds: 60 })
    for (let round = 0; round < 2; round++) assert.equal((await ask(scene, [file])).status, 429)
    assert.equal(uploadsIn(scene), 1)
    assert.deepEqual(await keptIn(scene), [])
    assert.deepEqual((await scene.keys()).map(({ state }) => state).toSorted(), ['active', 'resting'])
    assert.equal(scene.gateway.output().match(/The bytes that were kept/g)?.length, 1)
  } finally {
    await scene.close()
  }
})

test('What is kept beside one database is none of another’s in the same folder', async () => {
  const scene = await openKeptScene()
  const url = `sqlite:${join(scene.gateway.folder, 'data', 'other.db')}`
  try {
    await upload(scene, text('hello'))
    for (const keepBytes of [true, false])
      await (await openNativeScene({ storage: { url }, files: { keepBytes } })).close()
    assert.equal((await keptIn(scene)).length, 1)
  } finally {
    await scene.close()
  }
})

test('Of kept files those give way that were used longest ago', async () => {
  const scene = await openKeptScene({ keepMegabytes: 1 })
  try {
    const part = (letter: string) => text(letter.repeat(400_000))
    const [a, b] = [await upload(scene, part('a')), await upload(scene, part('b'))]
    assert.equal((await ask(scene, [a])).status, 200)
    const c = await upload(scene, part('c'))
    assert.equal((await keptIn(scene)).length, 2)
    assert.equal((await ask(scene, [b])).status, 200, 'it is still at Google')
    assert.equal((await ask(scene, [b, c])).status, 200, 'the other one moves')
    const large = await upload(scene, text('d'.repeat(1_200_000)))
    assert.equal((await keptIn(scene)).length, 2, 'what is larger than all room makes nothing give way')
    const far = [b, large].find(({ project }) => project !== a.project) as Uploaded
    assert.equal((await ask(scene, [a, far])).status, 200)
  } finally {
    await scene.close()
  }
})

test('What is over is not kept over a restart', async () => {
  const scene = await openKeptScene({}, { google: { fileHours: 1.5 / 3600 } })
  try {
    await uploadTwo(scene)
    assert.equal((await keptIn(scene)).length, 2)
    await scene.gateway.end('SIGKILL')
    await new Promise((resolve) => setTimeout(resolve, 1_600))
    await scene.gateway.start()
    await until(async () => (await keptIn(scene)).length === 0, 'what is over is removed')
  } finally {
    await scene.close()
  }
})
