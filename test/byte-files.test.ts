import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { currentRuntime } from '../adapters/runtime/index.ts'

const { byteFiles } = currentRuntime()
const bytes = (text: string) => new TextEncoder().encode(text)
const textOf = async (path: string, length: number) => new Response(byteFiles.read(path, length)).text()

describe('Files of bytes', () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'geminate-'))
  })
  after(() => rm(folder, { recursive: true, force: true }))

  test('are made with their folder, for their owner alone', async () => {
    const path = join(folder, 'deep', 'new')
    await (await byteFiles.create(path)).close()
    assert.equal((await stat(path)).mode & 0o777, 0o600)
    assert.equal((await stat(join(folder, 'deep'))).mode & 0o777, 0o700)
    await assert.rejects(byteFiles.create(path), 'not over one that is there')
  })

  test('are written at any place, gone on with later, and cut', async () => {
    const path = join(folder, 'written')
    const first = await byteFiles.create(path)
    await first.write(bytes('hello there'), 0)
    await first.close()
    const second = await byteFiles.open(path)
    await second.write(bytes('world, and more'), 6)
    await second.cut(11)
    await second.close()
    assert.equal(await textOf(path, 11), 'hello world')
  })

  test('that are not there are not opened, not read, and removed all the same', async () => {
    const path = join(folder, 'none')
    await assert.rejects(byteFiles.open(path))
    await assert.rejects(textOf(path, 4))
    await byteFiles.remove(path)
    assert.deepEqual(await byteFiles.list(join(folder, 'nowhere')), [])
  })

  test('are listed with their lengths, folders left out', async () => {
    await writeFile(join(folder, 'listed'), 'four')
    const listed = await byteFiles.list(folder)
    assert.deepEqual(
      listed.find(({ name }) => name === 'listed'),
      { name: 'listed', length: 4 },
    )
    assert.ok(!listed.some(({ name }) => name === 'deep'))
  })

  test('are not read where they are not as long as they were, or no more as soon as that shows', async () => {
    const path = join(folder, 'changed')
    await writeFile(path, new Uint8Array(1_000_000))
    for (const length of [999_999, 1_000_001, 0]) await assert.rejects(textOf(path, length), /not/)
    const reader = byteFiles.read(path, 1_000_000).getReader()
    await reader.read()
    await truncate(path, 300_000)
    await reader.read()
    await assert.rejects(reader.read(), /was cut/)
  })

  test('are closed where they cannot be read, or nobody wants them any more', async (context) => {
    const open = async () => (await readdir('/proc/self/fd').catch(() => [])).length
    const before = await open()
    if (before === 0) return context.skip('open files cannot be counted here')
    const path = join(folder, 'unread')
    await writeFile(path, 'four')
    for (let round = 0; round < 20; round++) {
      await assert.rejects(textOf(path, 5))
      const reader = byteFiles.read(path, 4).getReader()
      const reading = reader.read()
      await reader.cancel()
      await reading
    }
    assert.ok((await open()) < before + 10)
  })

  test('are read in pieces, as far as they are taken', async () => {
    const path = join(folder, 'long')
    await writeFile(path, new Uint8Array(1_000_000).fill(7))
    let length = 0
    for await (const piece of byteFiles.read(path, 1_000_000)) {
      assert.ok(piece.length <= 256 * 1024)
      length += piece.length
    }
    assert.equal(length, 1_000_000)
    const reader = byteFiles.read(path, 1_000_000).getReader()
    await reader.read()
    await reader.cancel()
  })
})
