import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { underTest } from '../gateway-command.ts'
import { runProgram } from './gateway-process.ts'

const KINDS = ['hook', 'protocol', 'key-strategy', 'image-bed', 'routes']
const TSC = fileURLToPath(new URL('../../node_modules/.bin/tsc', import.meta.url))

/** What the compiler says of a folder of plugins, a line each. */
async function typeErrors(folder: string): Promise<string[]> {
  const run = promisify(execFile)(TSC, ['-p', folder, '--pretty', 'false'])
  const { stdout } = await run.catch((failed: { stdout: string }) => failed)
  return stdout.split('\n').filter((line) => line.includes('error'))
}

describe('geminate plugin', () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'geminate-plugin-'))
  })
  after(() => rm(folder, { recursive: true }))

  const run = (...args: string[]) => runProgram(folder, ['plugin', ...args])

  test('new writes a plugin whose tests pass and that the gateway finds', async () => {
    const made = await run('new', 'my-first')
    assert.equal(made.code, 0, made.stderr)
    assert.match(made.stdout, /plugins\/my-first\/index\.ts\nplugins\/my-first\/my-first\.test\.ts\n/)
    const tested = await run('test')
    assert.equal(tested.code, 0, tested.stdout)
    assert.match(tested.stdout, /2 passed, 0 failed\n$/)
    const listed = await run('list')
    assert.equal(listed.code, 0, listed.stderr)
    assert.match(listed.stdout, /^my-first +on +Puts a text/m)
    assert.match(listed.stdout, /^gemini +on /m)
  })

  test('new starts a plugin of each kind, whose tests pass', async () => {
    const place = join(folder, 'kinds')
    await mkdir(place)
    const runThere = (...args: string[]) => runProgram(place, ['plugin', ...args])
    for (const kind of KINDS) {
      const { code, stderr } = await runThere('new', `some-${kind}`, '--kind', kind)
      assert.equal(code, 0, stderr)
    }
    const tested = await runThere('test')
    assert.equal(tested.code, 0, tested.stdout)
    for (const kind of KINDS) assert.match(tested.stdout, new RegExp(`some-${kind}\\.test\\.ts\n +ok `))
    const { code, stderr } = await runThere('new', 'odd', '--kind', 'protocl')
    assert.equal(code, 2)
    assert.match(stderr, /no kind "protocl".*did you mean "protocol"/)
  })

  test('new leaves types for editors, so that a folder with nothing else in it compiles, and mistakes show', async () => {
    const plugins = join(folder, 'kinds', 'plugins')
    assert.deepEqual(await typeErrors(plugins), [])
    await writeFile(
      join(plugins, 'wrong.ts'),
      `import { definePlugin, Type } from 'geminate/sdk'
       export default definePlugin({ name: 'wrong', api: 1, description: '',
         options: Type.Object({ count: Type.Number() }),
         setup({ count }, host) { const text: string = count; host.nothing(text); return {} } })`,
    )
    const errors = await typeErrors(plugins)
    assert.equal(errors.length, 2, errors.join('\n'))
    assert.match(errors[0]!, /wrong\.ts.*'number' is not assignable to type 'string'/)
    assert.match(errors[1]!, /wrong\.ts.*'nothing' does not exist on type 'Host'/)
  })

  test('new refuses a name that is taken or none, and says why', async () => {
    for (const [name, reason] of [
      ['gemini', /it ships/],
      ['My Plugin', /write it as my-plugin/],
      ['../up', /is no name/],
    ] as const) {
      const { code, stderr } = await run('new', name)
      assert.equal(code, 2)
      assert.match(stderr, reason)
    }
    await run('new', 'twice')
    assert.match((await run('new', 'twice')).stderr, /plugins\/twice is there already/)
  })

  test('new leaves the folder of the plugins that ship alone', {
    skip: underTest === 'binary' && 'a binary has no such folder',
  }, async () => {
    const config = fileURLToPath(new URL('../../geminate.yaml', import.meta.url))
    const { code, stderr } = await run('new', 'own', '--config', config)
    assert.equal(code, 2)
    assert.match(stderr, /holds the plugins that ship: go to a folder of your own/)
  })

  test('test names what failed, hung or could not be imported, and exits with 1', async () => {
    const place = join(folder, 'bad')
    await mkdir(place)
    await writeFile(
      join(place, 'bad.test.ts'),
      `import { test } from 'geminate/testing'
       test('adds up', () => {})
       test('goes wrong', () => { throw new Error('two is not three') })`,
    )
    await writeFile(join(place, 'broken.test.ts'), `import './missing.ts'`)
    const { code, stdout } = await run('test', 'bad')
    assert.equal(code, 1)
    assert.match(stdout, /ok +adds up\n +FAILED +goes wrong\n +Error: two is not three/)
    assert.match(stdout, /FAILED +can be imported\n[\s\S]*missing\.ts/)
    assert.match(stdout, /1 passed, 2 failed\n$/)
    assert.match((await run('test', 'nowhere')).stderr, /There is no \*\.test\.ts in nowhere/)
  })

  test('list names a plugin that cannot be set up, and why', async () => {
    await writeFile(join(folder, 'old.ts'), `export default { name: 'old', api: 7, setup: () => ({}) }`)
    await writeFile(join(folder, 'geminate.yaml'), 'plugins: { ./old.ts: true, media: false }')
    const { code, stdout, stderr } = await run('list')
    assert.equal(code, 2)
    assert.match(stdout, /old\.ts +left out/)
    assert.match(stdout, /^media +off/m)
    assert.match(stderr, /old\.ts" is left out: it was written for version 7 of the plugin contract/)
  })

  test('wants to be told what to do', async () => {
    const { code, stderr } = await run('lst')
    assert.equal(code, 2)
    assert.match(stderr, /Write "geminate plugin new NAME".*did you mean "?list/i)
  })
})
