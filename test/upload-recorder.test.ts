import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openShelf } from '../core/kept-files/shelf.ts'
import { createUploadRecorder, type Recording } from '../core/kept-files/upload-recorder.ts'
import { memoryDocuments, memoryFiles } from './memory-files.ts'

const FOLDER = '/data/kept-files'
const KEY = { id: 'k1' }
const bytes = (text: string) => new TextEncoder().encode(text)

async function setUp(maxBytes = 1_000) {
  const [byteFiles, documents] = [memoryFiles(), memoryDocuments()]
  const warnings: string[] = []
  const warn = (message: string) => warnings.push(message)
  const shared = { byteFiles, documents, warn }
  const { shelf } = await openShelf({ ...shared, folder: FOLDER, maxBytes, isThere: () => true })
  const waits: { readonly end: () => void }[] = []
  const recorder = createUploadRecorder({
    ...shared,
    shelf,
    now: () => 1,
    wait: (_, signal) =>
      new Promise<void>((resolve) => {
        waits.push({ end: resolve })
        signal.addEventListener('abort', () => resolve())
      }),
  })
  const texts = () => [...byteFiles.contents.values()].map((each) => new TextDecoder().decode(each))
  const part = (at: number, upload = 'uploads/a') =>
    recorder.record(
      upload,
      new Headers({ 'x-goog-upload-command': 'upload', 'x-goog-upload-offset': String(at) }),
    )
  return { byteFiles, shelf, recorder, warnings, waits, texts, part }
}

function answer(length: number, name = 'files/a') {
  return {
    file: { name, mimeType: 'text/plain', displayName: 'A', sizeBytes: String(length), sha256Hash: 'h' },
  }
}

async function pass(recording: Recording, ...pieces: readonly string[]): Promise<void> {
  for (const piece of pieces) await recording.take(bytes(piece))
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 5))

describe('The recorder of uploads', () => {
  test('keeps a file that comes whole, with what Google says of it', async () => {
    const { recorder, shelf, texts } = await setUp()
    const recording = recorder.record(undefined, new Headers())
    await pass(recording, 'hello ', 'world')
    await recording.taken(answer(11), KEY, true)
    const { id, ...kept } = shelf.find({ name: 'files/a', keyId: 'k1' })!
    assert.match(id, /^[0-9a-f-]{36}$/)
    assert.deepEqual(kept, {
      name: 'files/a',
      keyId: 'k1',
      displayName: 'A',
      mimeType: 'text/plain',
      length: 11,
      sha256Hash: 'h',
      hasBytes: true,
      usedAt: 1,
      copies: [],
    })
    assert.deepEqual(texts(), ['hello world'])
  })

  for (const [title, ending] of [
    ['has another length at Google', (each: Recording) => each.taken(answer(4), KEY, true)],
    ['is no file', (each: Recording) => each.taken({ name: 'operations/a' }, KEY, true)],
    ['has a name that is none', (each: Recording) => each.taken(answer(5, 'files/../a'), KEY, true)],
    [
      'has a type that goes into no header',
      (each: Recording) => each.taken({ file: { ...answer(5).file, mimeType: 'text/✓' } }, KEY, true),
    ],
    ['was refused', async (each: Recording) => each.refused()],
  ] as const) {
    test(`keeps nothing that ${title}`, async () => {
      const { recorder, shelf, texts } = await setUp(5)
      const recording = recorder.record(undefined, new Headers())
      await pass(recording, 'hello')
      await ending(recording)
      await settled()
      assert.deepEqual(texts(), [])
      assert.ok(shelf.couldHold(5), 'its room is free again')
    })
  }

  test('goes on where a part broke off that Google has more of, or less', async () => {
    const { recorder, part, texts } = await setUp()
    const first = part(0)
    await pass(first, 'hello wor')
    first.refused()
    const second = part(6)
    await pass(second, 'there')
    await second.taken({}, KEY, false)
    const last = recorder.record('uploads/a', new Headers({ 'x-goog-upload-command': 'finalize' }))
    await last.taken(answer(11), KEY, true)
    assert.deepEqual(texts(), ['hello there'])
  })

  test('keeps nothing of a part that Google refused, where the upload ends without it', async () => {
    const { recorder, part, texts } = await setUp()
    const first = part(0)
    await pass(first, 'hello')
    await first.taken({}, KEY, false)
    const second = part(5)
    await pass(second, ' what never came')
    second.refused()
    const last = recorder.record('uploads/a', new Headers({ 'x-goog-upload-command': 'finalize' }))
    await last.taken(answer(5), KEY, true)
    await settled()
    assert.deepEqual(texts(), ['hello'])
  })

  test('passes by a part that leaves a hole or comes again, and drops the copy where Google takes it', async () => {
    const { part, texts } = await setUp()
    const first = part(0)
    await pass(first, 'hello ')
    await first.taken({}, KEY, false)
    for (const at of [3, 7]) {
      const wrong = part(at)
      await pass(wrong, 'wrong')
      wrong.refused()
    }
    assert.deepEqual(texts(), ['hello '])
    await part(3).taken({}, KEY, false)
    await settled()
    assert.deepEqual(texts(), [])
  })

  test('keeps none of two parts at once', async () => {
    const { part, texts } = await setUp()
    const [one, other] = [part(0), part(0)]
    await pass(one, 'one')
    await pass(other, 'other')
    await one.taken({}, KEY, false)
    await other.taken(answer(3), KEY, true)
    await settled()
    assert.deepEqual(texts(), [])
  })

  test('reads the ranges of older clients', async () => {
    const { recorder, texts } = await setUp()
    for (const [range, text, said] of [
      ['bytes 0-4/11', 'hello', {}],
      ['bytes */11', '', {}],
      ['bytes 5-10/11', ' world', answer(11)],
    ] as const) {
      const recording = recorder.record('uploads/a', new Headers({ 'content-range': range }))
      if (text !== '') await pass(recording, text)
      await recording.taken(said, KEY, false)
    }
    assert.deepEqual(texts(), ['hello world'])
  })

  test('lets a disk that fails end the copy and nothing else, and says so once', async () => {
    const { byteFiles, recorder, shelf, warnings, texts } = await setUp(10)
    byteFiles.failure = new Error('disk full')
    for (let round = 0; round < 3; round++) {
      const recording = recorder.record(undefined, new Headers())
      await pass(recording, 'hello')
      await recording.taken(answer(5), KEY, true)
    }
    assert.deepEqual([warnings.length, texts(), shelf.couldHold(10)], [1, [], true])
    byteFiles.failure = undefined
    const recording = recorder.record(undefined, new Headers())
    await pass(recording, 'hello')
    await recording.taken(answer(5), KEY, true)
    assert.deepEqual(texts(), ['hello'])
  })

  test('holds an upload up only so long for a disk that stands still', async () => {
    const { byteFiles, recorder, waits, warnings } = await setUp(100_000_000)
    byteFiles.standstill = new Promise(() => {})
    const recording = recorder.record(undefined, new Headers())
    const piece = new Uint8Array(1024 * 1024)
    for (let count = 0; count < 4; count++) assert.equal(recording.take(piece), undefined)
    const held = recording.take(piece)
    waits.at(-1)?.end()
    await held
    assert.equal(warnings.length, 1)
    assert.equal(recording.take(piece), undefined)
  })

  test('does not follow what says to be larger than all room, or is packed', async () => {
    const { recorder, part, texts, shelf } = await setUp(10)
    recorder.announced('uploads/a', new Headers({ 'x-goog-upload-header-content-length': '11' }))
    await pass(part(0), 'hello')
    const stated = recorder.record(undefined, new Headers({ 'content-length': '11' }))
    await pass(stated, 'hello')
    const packed = recorder.record(undefined, new Headers({ 'content-encoding': 'gzip' }))
    await pass(packed, 'hello')
    await settled()
    assert.deepEqual([texts(), shelf.claim(10)], [[], true])
  })

  for (const [isKept, title, ...pieces] of [
    [false, 'a file', '{"request":{"contents":[{"fileData":{"fileUri":"files/abc"}}]}}'],
    [false, 'a file by its address, in pieces', '{"uri":"https://g/v1', 'beta/fil', 'es/abc"}'],
    [false, 'a cache', '{"a":1}\n', '{"cached_content":"cachedContents\\/c"}'],
    [true, 'nothing but a path', '{"text":"See src/files/a.ts, \\"v1/files/abc\\" and https://x/files/a"}'],
    [true, 'something, and is no JSON', '"files/abc" is a file'],
  ] as const) {
    test(`keeps ${isKept ? 'a file that names' : 'none whose lines name'} ${title}`, async () => {
      const { recorder, texts } = await setUp()
      const recording = recorder.record(undefined, new Headers())
      await pass(recording, ...pieces)
      await recording.taken(answer(pieces.join('').length), KEY, true)
      assert.deepEqual(texts(), isKept ? [pieces.join('')] : [])
    })
  }

  test('leaves nothing under way when it ends', async () => {
    const { part, recorder, texts } = await setUp()
    await pass(part(0), 'hello')
    await recorder.close()
    assert.deepEqual(texts(), [])
  })

  test('ends though the disk stands still', async () => {
    const { byteFiles, recorder, part, waits } = await setUp()
    byteFiles.standstill = new Promise(() => {})
    part(0).take(bytes('hello'))
    const ending = recorder.close()
    waits.at(-1)?.end()
    await ending
  })
})
