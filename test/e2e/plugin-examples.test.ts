import assert from 'node:assert/strict'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { runProgram } from './gateway-process.ts'
import { pluginsOf } from './plugin-admin.ts'
import { ask, fakeKeys, openScene, type Scene } from './scene.ts'

const EXAMPLES = fileURLToPath(new URL('../../docs/examples', import.meta.url))
const NAMES = ['house-rules', 'plain-text', 'tally', 'two-choices', 'upload-bed']

describe('The example plugins', () => {
  test('pass their own tests, wherever they lie', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'geminate-examples-'))
    try {
      await cp(EXAMPLES, join(folder, 'plugins'), { recursive: true })
      const { code, stdout, stderr } = await runProgram(folder, ['plugin', 'test'])
      assert.equal(code, 0, stdout + stderr)
      assert.match(stdout, /2\d passed, 0 failed/)
      for (const name of NAMES) assert.match(stdout, new RegExp(`plugins/${name}/${name}\\.test\\.ts`))
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  describe('all in one gateway', () => {
    let scene: Scene
    before(async () => {
      const plugins = {
        [join(EXAMPLES, 'house-rules')]: { rules: 'Be kind.', strike: ['Hello'] },
        [join(EXAMPLES, 'plain-text')]: true,
        [join(EXAMPLES, 'tally')]: { saveSeconds: 1 },
        [join(EXAMPLES, 'two-choices')]: true,
        [join(EXAMPLES, 'upload-bed')]: {
          folder: 'https://pictures.example/',
          token: 'secret-of-the-image-bed',
        },
      }
      scene = await openScene(fakeKeys(3), { plugins, routing: { strategy: 'two-choices' } })
    })
    after(() => scene.close())

    test('are on', async () => {
      const states = new Map((await pluginsOf(scene)).map(({ name, state }) => [name, state]))
      for (const name of NAMES) assert.equal(states.get(name), 'on', name)
    })

    test('show their options to the admin, but no secret among them', async () => {
      const items = await pluginsOf(scene)
      const bed = items.find(({ name }) => name === 'upload-bed')
      assert.equal(bed?.options?.folder, 'https://pictures.example/')
      assert.ok(bed.options.token)
      assert.doesNotMatch(JSON.stringify(items) + scene.gateway.output(), /secret-of-the-image-bed/)
    })

    test('work together: a protocol of a stranger, hooks on it, and routes that tell of it', async () => {
      const body = { model: 'gemini-3.8-flash', ask: 'Hi', stream: true }
      const text = await (await scene.post('/plain', body)).text()
      assert.match(text, /▇▇▇▇▇! You said: Hi/)
      assert.match((await ask(scene, 'whole')).said, /^▇▇▇▇▇/)
      const headers = { 'x-goog-api-key': scene.gateway.clientToken }
      const tally = await (await fetch(`${scene.gateway.url}/tally`, { headers })).json()
      assert.ok((tally as { calls: number }).calls >= 1)
    })
  })
})
