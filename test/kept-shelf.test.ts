import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { KeptFile } from '../core/kept-files/kept-file.ts'
import { clearShelf, openShelf } from '../core/kept-files/shelf.ts'
import { memoryDocuments, memoryFiles } from './memory-files.ts'

const FOLDER = '/data/kept-files'
let ids = 0

function file(name: string, fields: Partial<KeptFile> = {}): KeptFile {
  const id = `00000000-0000-0000-0000-${String(++ids).padStart(12, '0')}`
  const plain = { id, name: `files/${name}`, keyId: 'k1', mimeType: 'text/plain', length: 10 }
  return { ...plain, hasBytes: true, usedAt: ids, copies: [], ...fields }
}

function setUp(maxBytes = 100) {
  const [byteFiles, documents] = [memoryFiles(), memoryDocuments()]
  const warnings: string[] = []
  const open = (options: { maxBytes?: number; isThere?: (file: { name: string }) => boolean } = {}) =>
    openShelf({
      folder: FOLDER,
      maxBytes,
      byteFiles,
      documents,
      isThere: () => true,
      warn: (message) => warnings.push(message),
      ...options,
    })
  const lay = (kept: KeptFile) => byteFiles.contents.set(`${FOLDER}/${kept.id}`, new Uint8Array(kept.length))
  return { byteFiles, documents, open, lay, warnings }
}

const copy = { name: 'files/copy', keyId: 'k2', project: 'p2', expiresAt: 9e12, isActive: true }

describe('The shelf of kept files', () => {
  test('gives room, for which what was used longest ago gives way', async () => {
    const { open } = setUp()
    const { shelf } = await open()
    const files = ['a', 'b', 'c'].map((name) => file(name, { length: 30 }))
    for (const each of files) {
      assert.ok(shelf.claim(30))
      await shelf.put(each)
    }
    shelf.touch(files[0]!)
    assert.ok(shelf.claim(30))
    assert.deepEqual(
      files.map((each) => shelf.find(each)?.hasBytes),
      [true, false, true],
    )
  })

  test('lets nothing give way for what has no room all the same', async () => {
    const { open } = setUp()
    const { shelf } = await open()
    const kept = file('a', { length: 60 })
    shelf.claim(60)
    await shelf.put(kept)
    assert.equal(shelf.claim(101), false)
    assert.ok(shelf.claim(30))
    assert.equal(shelf.claim(71), false, 'an upload under way does not give way')
    assert.equal(shelf.find(kept)?.hasBytes, true)
    shelf.give(30)
    assert.ok(shelf.claim(100))
    assert.equal(shelf.find(kept)?.hasBytes, false)
    assert.equal(shelf.couldHold(1), false, 'room that came free is not counted twice')
  })

  test('still knows the copies of a file whose bytes gave way', async () => {
    const { open, lay } = setUp()
    const { shelf } = await open()
    const kept = file('a', { length: 60, copies: [copy] })
    shelf.claim(60)
    lay(kept)
    await shelf.put(kept)
    assert.ok(shelf.claim(100))
    assert.deepEqual(shelf.find(kept), { ...kept, hasBytes: false })
    const { shelf: later } = await open()
    assert.deepEqual(later.find(kept)?.copies, [copy])
  })

  test('is as it was after a restart, without what nobody owns and what belongs to nothing', async () => {
    const { open, lay, byteFiles } = setUp()
    const { shelf } = await open()
    const [whole, short, gone, missing] = [file('whole'), file('short'), file('gone'), file('missing')]
    for (const each of [whole, short, gone, missing]) {
      shelf.claim(each.length)
      await shelf.put(each)
    }
    for (const each of [whole, gone, file('leftover')]) lay(each)
    byteFiles.contents.set(`${FOLDER}/${short.id}`, new Uint8Array(3))
    byteFiles.contents.set(`${FOLDER}/notes.txt`, new Uint8Array(3))
    const again = await open({ isThere: ({ name }) => name !== gone.name })
    assert.deepEqual(again.gone, [gone])
    assert.deepEqual(
      [whole, short, gone, missing].map((each) => again.shelf.find(each)?.hasBytes),
      [true, false, undefined, false],
    )
    assert.deepEqual([...byteFiles.contents.keys()].toSorted(), [
      `${FOLDER}/${whole.id}`,
      `${FOLDER}/notes.txt`,
    ])
    assert.ok(again.shelf.couldHold(100))
  })

  test('keeps what was used last where it has less room after a restart', async () => {
    const { open, lay } = setUp()
    const { shelf } = await open()
    const files = ['a', 'b', 'c'].map((name) => file(name))
    for (const each of files.toReversed()) {
      shelf.claim(each.length)
      lay(each)
      await shelf.put(each)
    }
    const { shelf: smaller } = await open({ maxBytes: 25 })
    assert.deepEqual(
      files.map((each) => smaller.find(each)?.hasBytes),
      [false, true, true],
    )
  })

  test('has one of two that were left of the same name, and the room of one', async () => {
    const { open, lay, documents, byteFiles } = setUp(20)
    const [older, newer] = [file('a'), file('a')]
    for (const each of [older, newer]) {
      await documents.put('kept-files', each.id, each)
      lay(each)
    }
    const { shelf } = await open()
    assert.equal(shelf.find(older)?.id, newer.id)
    assert.deepEqual(await documents.names('kept-files'), [newer.id])
    assert.deepEqual([...byteFiles.contents.keys()], [`${FOLDER}/${newer.id}`])
    assert.deepEqual([shelf.couldHold(20), shelf.couldHold(21)], [true, false])
  })

  test('opens though its folder cannot be read, without the bytes', async () => {
    const { open, byteFiles, warnings } = setUp()
    const { shelf } = await open()
    await shelf.put(file('a', { copies: [copy] }))
    byteFiles.list = async () => {
      throw new Error('not permitted')
    }
    const again = await open()
    assert.equal(again.shelf.find({ name: 'files/a', keyId: 'k1' })?.hasBytes, false)
    assert.equal(warnings.length, 1)
  })

  test('tells apart what two keys call the same', async () => {
    const { open } = setUp()
    const { shelf } = await open()
    const [mine, theirs] = [file('a'), file('a', { keyId: 'k2' })]
    for (const each of [mine, theirs]) {
      shelf.claim(each.length)
      await shelf.put(each)
    }
    assert.deepEqual(shelf.remove([mine]), [mine])
    assert.deepEqual(shelf.find(theirs), theirs)
    assert.deepEqual(shelf.remove([mine]), [])
  })

  test('passes over what is no record of it, and can be cleared', async () => {
    const { open, lay, documents, byteFiles } = setUp()
    await documents.put('kept-files', 'x', { name: 'files/a' })
    const { shelf } = await open()
    assert.deepEqual(await documents.names('kept-files'), [])
    const kept = file('a')
    shelf.claim(kept.length)
    lay(kept)
    await shelf.put(kept)
    await clearShelf({ folder: FOLDER, byteFiles, documents, warn() {} })
    assert.deepEqual([await documents.names('kept-files'), byteFiles.contents.size], [[], 0])
  })
})
