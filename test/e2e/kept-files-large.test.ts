import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { ask, openKeptScene, upload, uploadsIn } from './kept-scene.ts'
import { tokenOf } from './native-scene.ts'
import { watchMemory } from './watch-memory.ts'

const FILES = '/upload/v1beta/files'
const MEGABYTE = 1024 * 1024

interface FileAnswer {
  readonly file: { readonly name: string; readonly uri: string; readonly sizeBytes: string }
}

test('A file that Google’s SDK sends in parts is the same in another project', async () => {
  const scene = await openKeptScene()
  try {
    const large = await upload(scene, new Blob([randomBytes(20 * MEGABYTE)], { type: 'audio/mpeg' }))
    const own = scene.google.keys.find((key) => scene.google.projectOf(key) === large.project)!
    scene.google.script(own, { kind: 'perMinute429', retrySeconds: 60 })
    assert.equal((await ask(scene, [large])).status, 200)
    const [file, copy] = scene.google.files()
    assert.equal(copy?.value.sizeBytes, String(20 * MEGABYTE))
    assert.equal(copy?.value.sha256Hash, file?.value.sha256Hash)
    assert.notEqual(copy?.project, file?.project)
  } finally {
    await scene.close()
  }
})

test('300 MB are kept and uploaded again byte for byte, in memory that stays flat', {
  timeout: 120_000,
}, async () => {
  const scene = await openKeptScene({}, { google: { uploadPauseMilliseconds: 1 } })
  try {
    const memory = watchMemory(scene)
    const hash = createHash('sha256')
    let left = 300
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (left-- === 0) return controller.close()
        const piece = randomBytes(MEGABYTE)
        hash.update(piece)
        controller.enqueue(piece)
      },
    })
    const headers = { 'x-goog-api-key': tokenOf('one'), 'x-goog-upload-protocol': 'raw' }
    const init = {
      method: 'POST',
      body,
      duplex: 'half',
      headers: { ...headers, 'content-type': 'video/mp4' },
    }
    const sent = (await (await fetch(scene.gateway.url + FILES, init as RequestInit)).json()) as FileAnswer
    const large = { ...sent.file, project: scene.google.projectOf(scene.google.calls.at(-1)!.key!) }
    const expected = hash.digest('base64')
    const own = scene.google.keys.find((key) => scene.google.projectOf(key) === large.project)!
    scene.google.script(own, { kind: 'perMinute429', retrySeconds: 60 })
    const { status } = await ask(scene, [large])
    assert.equal(status, 200)
    assert.equal(uploadsIn(scene), 1)
    assert.deepEqual(
      scene.google.files().map(({ value }) => [value.sizeBytes, value.sha256Hash]),
      [
        [String(300 * MEGABYTE), expected],
        [String(300 * MEGABYTE), expected],
      ],
    )
    const grown = memory.end()
    assert.ok(grown < 150, `it grew by ${grown} MB`)
  } finally {
    await scene.close()
  }
})
