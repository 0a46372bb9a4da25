import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, beforeEach, describe, test } from 'node:test'
import { openNativeScene, sdkOf, send, tokenOf } from './native-scene.ts'
import { fakeKeys, type Scene, until } from './scene.ts'
import { watchMemory } from './watch-memory.ts'

const START = {
  'x-goog-upload-protocol': 'resumable',
  'x-goog-upload-command': 'start',
  'x-goog-upload-header-content-type': 'text/plain',
}
const FILES = '/upload/v1beta/files'

describe('A resumable upload', () => {
  let scene: Scene
  before(async () => {
    scene = await openNativeScene()
  })
  after(() => scene.close())
  beforeEach(() => scene.google.reset())

  const start = async (path = FILES, client: 'one' | 'two' = 'one') => {
    const response = await send(scene, client, path, {
      json: { file: { display_name: 'x' } },
      headers: START,
    })
    assert.equal(response.status, 200)
    assert.equal(response.headers.get('x-goog-upload-status'), 'active')
    return new URL(response.headers.get('x-goog-upload-url') ?? '')
  }
  const part = (url: URL, command: string, offset = 0, body?: string, client: 'one' | 'two' = 'one') =>
    send(scene, client, url.pathname + url.search, {
      method: 'POST',
      ...(body !== undefined && { body }),
      headers: { 'x-goog-upload-command': command, 'x-goog-upload-offset': String(offset) },
    })
  const statusOf = ({ headers }: Response) => headers.get('x-goog-upload-status')

  test('starts at an address of the gateway’s own, prefix included', async () => {
    for (const prefix of ['', '/gemini']) {
      const url = await start(prefix + FILES)
      assert.equal(url.origin, scene.gateway.url)
      assert.equal(url.pathname, prefix + FILES)
      assert.match(url.search, /^\?upload_id=\w+&upload_protocol=resumable$/)
    }
  })

  test('names https where a proxy before the gateway says so', async () => {
    const response = await send(scene, 'one', FILES, {
      json: {},
      headers: { ...START, 'x-forwarded-proto': 'https' },
    })
    assert.match(response.headers.get('x-goog-upload-url') ?? '', /^https:\/\/127\.0\.0\.1:/)
  })

  test('takes its parts in turn, says how far it is, and ends as a file', async () => {
    const url = await start()
    assert.equal(statusOf(await part(url, 'upload', 0, 'hello ')), 'active')
    const asked = await part(url, 'query')
    assert.equal(asked.headers.get('x-goog-upload-size-received'), '6')
    const ended = await part(url, 'upload, finalize', 6, 'world')
    assert.equal(statusOf(ended), 'final')
    const { file } = (await ended.json()) as {
      file: { name: string; sizeBytes: string; displayName: string }
    }
    assert.deepEqual([file.sizeBytes, file.displayName], ['11', 'x'])
    assert.equal(new Set(scene.google.calls.map(({ key }) => key)).size, 1)
    const shown = await send(scene, 'one', `/v1beta/${file.name}`)
    assert.equal(shown.status, 200)
    assert.equal((await part(url, 'query')).status, 404, 'it is over')
  })

  test('goes on after the gateway was killed', async () => {
    const url = await start()
    await part(url, 'upload', 0, 'hello ')
    await scene.gateway.end('SIGKILL')
    await scene.gateway.start()
    const ended = await part(url, 'upload, finalize', 6, 'world')
    assert.equal(statusOf(ended), 'final')
    assert.equal(new Set(scene.google.calls.map(({ key }) => key)).size, 1)
  })

  test('is told of an offset that is wrong, and goes on from the right one', async () => {
    const url = await start()
    await part(url, 'upload', 0, 'hello ')
    const refused = await part(url, 'upload', 3, 'x')
    assert.equal(refused.status, 400)
    assert.match(await refused.text(), /offset does not match: 6 bytes/)
    assert.equal(statusOf(refused), 'active')
    assert.equal(statusOf(await part(url, 'upload, finalize', 6, 'world')), 'final')
  })

  test('that is cancelled is over', async () => {
    const url = await start()
    assert.equal(statusOf(await part(url, 'cancel')), 'cancelled')
    const after = await part(url, 'upload', 0, 'x')
    assert.deepEqual([after.status, statusOf(after)], [404, 'final'])
  })

  test('of another client is not there', async () => {
    const url = await start()
    const before = scene.google.calls.length
    const other = await part(url, 'upload, finalize', 0, 'x', 'two')
    assert.deepEqual([other.status, statusOf(other)], [404, 'final'])
    assert.equal(scene.google.calls.length, before)
  })

  test('starts with another key where the first is bad', async () => {
    scene.google.script('*', { kind: 'perMinute429' }, { method: 'POST' })
    const response = await send(scene, 'one', FILES, { json: {}, headers: START })
    assert.equal(response.headers.get('x-geminate-attempts'), '2')
    assert.equal(response.status, 200)
  })

  test('that goes up whole needs no start: raw, and with its metadata', async () => {
    const raw = await send(scene, 'one', FILES, {
      method: 'POST',
      body: 'raw bytes',
      headers: { 'x-goog-upload-protocol': 'raw', 'content-type': 'text/plain' },
    })
    assert.equal(statusOf(raw), 'final')
    const { file } = (await raw.json()) as { file: { name: string; mimeType: string } }
    assert.equal(file.mimeType, 'text/plain')
    assert.equal((await send(scene, 'one', `/v1beta/${file.name}`)).status, 200)
    const body = [
      '--b\r\ncontent-type: application/json\r\n\r\n{"file":{"displayName":"two parts"}}\r\n',
      '--b\r\ncontent-type: text/plain\r\n\r\nbytes\r\n--b--\r\n',
    ].join('')
    const multipart = await send(scene, 'one', `${FILES}?uploadType=multipart`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'multipart/related; boundary=b' },
    })
    const answer = (await multipart.json()) as { file: { displayName: string } }
    assert.equal(answer.file.displayName, 'two parts')
  })

  test('that goes up whole arrives byte for byte, and is not searched for names', async () => {
    const bytes = '\ufeff{"fileUri":"files/of-another"}'
    const headers = { 'x-goog-upload-protocol': 'raw', 'content-type': 'application/json' }
    const sent = await send(scene, 'one', FILES, { method: 'POST', body: bytes, headers })
    const { file } = (await sent.json()) as { file: { sizeBytes: string; sha256Hash: string } }
    const expected = createHash('sha256').update(bytes).digest('base64')
    assert.deepEqual([file.sizeBytes, file.sha256Hash], [String(Buffer.byteLength(bytes)), expected])
  })

  test('that is small and goes up whole moves to another key where one is spent', async () => {
    scene.google.script('*', { kind: 'perMinute429' }, { method: 'POST' })
    const headers = { 'x-goog-upload-protocol': 'raw', 'content-type': 'text/plain' }
    const sent = await send(scene, 'one', FILES, { method: 'POST', body: 'small', headers })
    assert.deepEqual([sent.status, sent.headers.get('x-geminate-attempts')], [200, '2'])
  })

  test('that flows is told at once where its key is refused, or goes whole to another', async () => {
    const headers = { 'x-goog-api-key': tokenOf('one'), 'x-goog-upload-protocol': 'raw' }
    for (let round = 0; round < 5; round++) {
      scene.google.script('*', { kind: 'overloaded503' }, { method: 'POST' })
      const body = new Blob(['x'.repeat(3_000_000)]).stream()
      const init = { method: 'POST', body, duplex: 'half', headers } as RequestInit
      const response = await fetch(scene.gateway.url + FILES, init)
      if (response.status !== 200) {
        assert.equal(response.status, 503)
        continue
      }
      const { file } = (await response.json()) as { file: { sizeBytes: string } }
      assert.equal(file.sizeBytes, '3000000')
    }
  })

  test('into a file search store goes to the store’s project', async () => {
    const ai = sdkOf(scene, 'one')
    const stores = []
    for (let index = 0; index < 3; index++)
      stores.push(await ai.fileSearchStores.create({ config: { displayName: `s${index}` } }))
    for (const { name } of stores) {
      const operation = await ai.fileSearchStores.uploadToFileSearchStore({
        fileSearchStoreName: name!,
        file: new Blob(['content'], { type: 'text/plain' }),
      })
      assert.ok(operation.name?.startsWith(name!))
    }
    const listed = await Array.fromAsync(await ai.fileSearchStores.list())
    assert.deepEqual(listed.map(({ name }) => name).toSorted(), stores.map(({ name }) => name).toSorted())
  })

  test('that breaks off on the client’s side frees the upstream', async () => {
    const url = await start()
    const leaving = new AbortController()
    const endless = new ReadableStream<Uint8Array>({
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, 5))
        controller.enqueue(new Uint8Array(1000))
      },
    })
    const sending = fetch(url, {
      method: 'POST',
      body: endless,
      duplex: 'half',
      signal: leaving.signal,
      headers: { 'x-goog-api-key': tokenOf('one'), 'x-goog-upload-command': 'upload' },
    } as RequestInit)
    sending.catch(() => {})
    await until(() => scene.google.open() === 1, 'the part has begun')
    leaving.abort()
    await until(() => scene.google.open() === 0, 'the part was given up')
  })
})

test('Every part of an upload goes to the key that started it, although its project has others', async () => {
  const keys = fakeKeys(4)
  const ofOneProject = keys.map((key) => ({ key, project: '4711' }))
  const scene = await openNativeScene({ keys: ofOneProject }, { google: { keys: ofOneProject } })
  try {
    for (let round = 0; round < 8; round++) {
      scene.google.reset()
      await sdkOf(scene, 'one').files.upload({
        file: new Blob(['x'.repeat(9_000_000)], { type: 'video/mp4' }),
      })
      assert.equal(scene.google.calls.length, 3)
      assert.equal(new Set(scene.google.calls.map(({ key }) => key)).size, 1)
    }
  } finally {
    await scene.close()
  }
})

test('An upload address on another host than Google’s is refused', async () => {
  const scene = await openNativeScene({}, { google: { uploadHost: 'https://elsewhere.example' } })
  try {
    const response = await send(scene, 'one', FILES, { json: {}, headers: START })
    assert.equal(response.status, 502)
    assert.equal(response.headers.get('x-goog-upload-url'), null)
    assert.match(await response.text(), /address for the upload that is not its own/)
  } finally {
    await scene.close()
  }
})

test('500 MB go up in memory that stays flat, however slowly Google takes them', {
  timeout: 120_000,
}, async () => {
  const scene = await openNativeScene({}, { google: { uploadPauseMilliseconds: 1 } })
  try {
    const memory = watchMemory(scene)
    const piece = new Uint8Array(1024 * 1024)
    let left = 500
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (left-- > 0) controller.enqueue(piece)
        else controller.close()
      },
    })
    const response = await fetch(scene.gateway.url + FILES, {
      method: 'POST',
      body,
      duplex: 'half',
      headers: {
        'x-goog-api-key': tokenOf('one'),
        'x-goog-upload-protocol': 'raw',
        'content-type': 'video/mp4',
      },
    } as RequestInit)
    const { file } = (await response.json()) as { file: { sizeBytes: string } }
    assert.equal(file.sizeBytes, String(500 * 1024 * 1024))
    const grown = memory.end()
    assert.ok(grown < 200, `it grew by ${grown} MB`)
  } finally {
    await scene.close()
  }
})
