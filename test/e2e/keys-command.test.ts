import assert from 'node:assert/strict'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { newKeys } from './admin-client.ts'
import { runProgram } from './gateway-process.ts'
import { openScene, type Scene, until } from './scene.ts'

const [CONFIGURED = ''] = newKeys(1, 'configured')
const FRESH = newKeys(3, 'fresh')
const LONG = { timeout: 60_000 }

describe('geminate keys', () => {
  let scene: Scene
  before(async () => {
    scene = await openScene([CONFIGURED], {}, { google: { keys: [CONFIGURED, ...FRESH.slice(0, 2)] } })
  })
  after(() => scene.close())
  const run = (args: readonly string[], input?: string) =>
    runProgram(scene.gateway.folder, ['keys', ...args], input)

  test(
    'imports from standard input while a gateway runs, which takes the keys in by itself',
    LONG,
    async () => {
      const { code, stdout, stderr } = await run(
        ['import', '--tags', 'a,b'],
        `${FRESH.join('\n')}\n${CONFIGURED}\nodd-key\n`,
      )
      assert.deepEqual(
        [code, stdout, stderr],
        [0, 'Added 3 keys; 1 known already\n', 'Left line 5: It does not look like a key\n'],
      )
      await until(async () => (await scene.keys()).length === 4, 'the gateway has them')
    },
  )

  test('imports from a file, and says beforehand what it would do', LONG, async () => {
    await writeFile(
      join(scene.gateway.folder, 'more.csv'),
      `key,name\nmore-key-0001,more\n${FRESH[0]},again\n`,
    )
    const dry = await run(['import', 'more.csv', '--dry-run'])
    assert.equal(dry.stdout, 'Would add 1 key; 1 known already\n')
    const { stdout } = await run(['import', 'more.csv', '--json'])
    assert.deepEqual(JSON.parse(stdout).added, 1)
    const { stdout: list } = await run(['list', '--text', 'more'])
    assert.match(list, /^ID .*\nk_\w+ +more +mor…1 +active +admin +gemini\n$/)
  })

  test('lists masked keys as a table and as JSON, those that are meant', LONG, async () => {
    const { stdout } = await run(['list', '--json', '--tag', 'a'])
    const { items, total } = JSON.parse(stdout)
    assert.deepEqual([total, items[0].masked, items[0].tags], [3, 'AQ.fre…mnop', ['a', 'b']])
    const table = (await run(['list', '--origin', 'config'])).stdout
    assert.match(table, /key-1 +AQ\.con…mnop +active +config +gemini/)
    for (const key of [CONFIGURED, ...FRESH]) assert.ok(!(stdout + table).includes(key))
  })

  test('tests keys, and fails where one is not valid', LONG, async () => {
    const { code, stdout } = await run(['test', '--tag', 'a', '--json'])
    assert.deepEqual(
      JSON.parse(stdout).items.map(({ result }: { readonly result: string }) => result),
      ['valid', 'valid', 'dead'],
    )
    assert.equal(code, 1)
    assert.equal((await run(['test', '--origin', 'config'])).code, 0)
  })

  test('exports only where --yes is said, and what it exports can be imported again', LONG, async () => {
    const { code, stdout, stderr } = await run(['export'])
    assert.deepEqual([code, stdout], [2, ''])
    assert.match(stderr, /--yes/)
    assert.equal((await run(['export', '--yes', '--tag', 'a'])).stdout, `${FRESH.join('\n')}\n`)
    for (const name of ['keys.json', 'keys.csv', 'keys.txt']) {
      assert.equal((await run(['export', name, '--yes'])).code, 0)
      const path = join(scene.gateway.folder, name)
      assert.equal((await stat(path)).mode & 0o777, 0o600)
      assert.ok((await readFile(path, 'utf8')).includes(CONFIGURED))
      const any = name.endsWith('txt') ? ['--any-shape'] : []
      const again = await run(['import', name, '--dry-run', ...any])
      assert.equal(again.stdout, 'Would add 0 keys; 5 known already\n', name)
    }
  })

  test('imports keys of Vertex, and lists them alone', LONG, async () => {
    const added = await run(['import', '--upstream', 'vertex', '--any-shape'], 'vertex-key-0001\n')
    assert.equal(added.stdout, 'Added 1 key; 0 known already\n')
    const again = await run(['import', '--upstream', 'gemini', '--any-shape'], 'vertex-key-0001\n')
    assert.deepEqual(
      [again.stdout, again.stderr],
      [
        'Added 0 keys; 1 known already\n',
        'Left 1 key with another service than is said here; PATCH /admin/api/keys changes it\n',
      ],
    )
    const { stdout } = await run(['list', '--upstream', 'vertex', '--json'])
    const { items, total } = JSON.parse(stdout)
    assert.deepEqual([total, items[0].upstream, items[0].masked], [1, 'vertex', 'ver…01'])
    assert.match(
      (await run(['import', '--upstream', 'vortex'], '')).stderr,
      /--upstream is vortex, but must be/,
    )
    assert.match(
      (await run(['export', '--yes', '--format', 'csv', '--upstream', 'vertex'])).stdout,
      /,vertex,/,
    )
  })

  test('says what is wrong with how it was called', LONG, async () => {
    for (const [args, message] of [
      [[], /Write "geminate keys/],
      [['lst'], /did you mean "list"/],
      [['list', '--state', 'dead'], /--state is dead, but must be one of/],
      [['import', 'missing.txt'], /There is no file missing\.txt/],
      [['import', '--pattern', '('], /--pattern cannot be used/],
      [['export', '--yes', '--format', 'xml'], /--format must be/],
    ] as const) {
      const { code, stderr } = await run(args, '')
      assert.equal(code, 2, stderr)
      assert.match(stderr, message)
    }
  })
})
