import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { PROGRAM, underTest } from '../gateway-command.ts'
import { startInFolder } from './gateway-process.ts'
import { fakeKeys, openScene, pathOf, QUESTION } from './scene.ts'

const skip = underTest === 'binary' ? false : 'is about the binary alone: GEMINATE_UNDER_TEST=binary'

describe('The binary', () => {
  let folder = ''
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'geminate-binary-'))
  })
  after(() => rm(folder, { recursive: true, force: true }))

  test('runs alone in an empty folder, and says what it was built from', { skip }, async () => {
    const alone = join(folder, 'geminate')
    await copyFile(PROGRAM, alone)
    const said = execFileSync(alone, ['version'], { cwd: folder, env: {}, encoding: 'utf8' })
    const build = /build ([0-9a-f]{10}\+? of \d{4}-\d\d-\d\d|of no known commit)/.source
    assert.match(said, new RegExp(`^geminate \\d+\\.\\d+\\.\\d+ \\(${build}, bun [\\d.]+\\)\\n$`))
    assert.deepEqual(await readdir(folder), ['geminate'])
    await rm(alone)
  })

  test('obeys neither a bunfig.toml nor an .env of the folder it is started in', { skip }, async () => {
    await writeFile(join(folder, 'bunfig.toml'), 'preload = ["./preload.ts"]')
    await writeFile(join(folder, 'preload.ts'), 'console.log("preloaded"); process.exit(9)')
    await writeFile(join(folder, '.env'), 'GEMINATE_KEYS=a,b,c')
    const gateway = await startInFolder(folder, { GEMINATE_SERVER_PORT: '0' })
    try {
      assert.doesNotMatch(gateway.output(), /preloaded/)
      assert.match(gateway.output(), /no key yet/)
    } finally {
      await gateway.end('SIGTERM')
    }
  })

  test('names no folder of the machine that built it', { skip }, async () => {
    const root = fileURLToPath(new URL('../..', import.meta.url))
    assert.ok(!(await readFile(PROGRAM)).includes(root))
  })

  test('takes a plugin in TypeScript that imports nothing at run time', { skip }, async () => {
    const plugin = `
      import type { PluginDefinition } from 'geminate/sdk'
      enum Mark { Seen = 'seen by a plugin' }
      const plugin: PluginDefinition = {
        name: 'bare', api: 1, description: 'Marks replies.',
        setup: () => ({ reply: (reply) => ({ ...reply, modelVersion: Mark.Seen }) }),
      }
      export default plugin`
    const files = { 'plugins/bare.ts': plugin }
    const scene = await openScene(fakeKeys(1), { plugins: { './plugins/bare.ts': true } }, { files })
    try {
      const reply = (await (await scene.post(pathOf('whole'), QUESTION)).json()) as { modelVersion: string }
      assert.equal(reply.modelVersion, 'seen by a plugin')
    } finally {
      await scene.close()
    }
  })
})
