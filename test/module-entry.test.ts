import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { moduleEntry } from '../adapters/runtime/module-entry.ts'

describe('the entry of a plugin', () => {
  let root: string
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'geminate-entry-'))
  })
  after(() => rm(root, { recursive: true }))

  async function folder(name: string, files: Record<string, string>): Promise<string> {
    for (const [file, text] of Object.entries(files)) {
      await mkdir(dirname(join(root, name, file)), { recursive: true })
      await writeFile(join(root, name, file), text)
    }
    return join(root, name)
  }

  const manifests: Record<string, object> = {
    'a text in exports': { exports: './lib/a.ts' },
    'conditions in exports': { exports: { types: './no.d.ts', import: './lib/a.ts', default: './no.js' } },
    'a dot in exports': { exports: { '.': { default: './lib/a.ts' }, './more': './no.ts' } },
    'the module before the main': { module: 'lib/a.ts', main: 'no.js' },
    'the main': { main: 'lib/a.ts' },
  }
  for (const [title, manifest] of Object.entries(manifests)) {
    test(`is what its package.json says by ${title}`, async () => {
      const files = { 'package.json': JSON.stringify(manifest), 'lib/a.ts': '', 'index.ts': '' }
      const path = await folder(title.replaceAll(' ', '-'), files)
      assert.equal(await moduleEntry(path), join(path, 'lib/a.ts'))
    })
  }

  test('is the file itself, or the index of a folder whose package.json names none', async () => {
    const path = await folder('plain', { 'package.json': '{"type":"module"}', 'index.js': '' })
    assert.equal(await moduleEntry(path), join(path, 'index.js'))
    assert.equal(await moduleEntry(join(path, 'index.js')), join(path, 'index.js'))
  })

  test('that is not there is said so', async () => {
    const names = await folder('names', { 'package.json': '{"main":"gone.js"}' })
    await assert.rejects(moduleEntry(names), /names gone\.js, which is not there/)
    const empty = await folder('empty', { 'readme.md': '' })
    await assert.rejects(moduleEntry(empty), /neither a package\.json that names its entry nor an index\.ts/)
    const junk = await folder('junk', { 'package.json': '{' })
    await assert.rejects(moduleEntry(junk), /is no JSON/)
    await assert.rejects(moduleEntry(join(root, 'nowhere')), /There is no file or folder .*nowhere/)
  })
})
