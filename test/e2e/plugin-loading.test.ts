import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { GatewayFiles } from './gateway-process.ts'
import { type PluginItem, pluginOf, pluginsOf } from './plugin-admin.ts'
import { ask, fakeKeys, openScene, type Scene, until } from './scene.ts'

/** A plugin that serves its name. */
const serving = (name: string, above = '', value = `'${name}'`) => `
import { definePlugin } from 'geminate/sdk'
${above}
export default definePlugin({
  name: '${name}', api: 1, description: 'Serves its name.',
  setup: () => ({ routes: (app) => void app.get('/${name}', () => ${value}) }),
})`

async function inScene(
  plugins: Record<string, unknown>,
  files: GatewayFiles,
  run: (scene: Scene) => Promise<void>,
): Promise<void> {
  const scene = await openScene(fakeKeys(1), { plugins }, { files })
  try {
    await run(scene)
  } finally {
    await scene.close()
  }
}

async function serves(scene: Scene, name: string): Promise<string> {
  const headers = { 'x-goog-api-key': scene.gateway.clientToken }
  return (await fetch(`${scene.gateway.url}/${name}`, { headers })).text()
}

describe('A plugin of somebody’s own is loaded', () => {
  test('from a file in TypeScript or JavaScript', async () => {
    const files = { 'one.ts': serving('one', 'enum Kind { Some }'), 'sub/two.js': serving('two') }
    await inScene({ './one.ts': true, './sub/two.js': true }, files, async (scene) => {
      for (const name of ['one', 'two']) assert.equal(await serves(scene, name), name)
    })
  })

  test('from a folder with a package.json and packages of its own', async () => {
    const files = {
      'mine/package.json': '{"type":"module","exports":{".":{"import":"./src/main.ts"}}}',
      'mine/src/main.ts': serving(
        'mine',
        `import { word } from 'left-word'\nimport { half } from './half.ts'`,
        'word + half',
      ),
      'mine/src/half.ts': `export const half: string = ' and half'`,
      'mine/node_modules/left-word/package.json':
        '{"name":"left-word","type":"module","exports":{".":"./lib/word.js"}}',
      'mine/node_modules/left-word/lib/word.js': `export const word = 'a word'`,
    }
    await inScene({ './mine': true }, files, async (scene) => {
      assert.equal(await serves(scene, 'mine'), 'a word and half')
    })
  })

  test('as an installed package, by its name', async () => {
    const files = {
      'node_modules/@some/plugin/package.json': '{"name":"@some/plugin","type":"module","main":"plugin.js"}',
      'node_modules/@some/plugin/plugin.js': serving('packaged'),
    }
    await inScene({ 'npm:@some/plugin': {} }, files, async (scene) => {
      assert.equal(await serves(scene, 'packaged'), 'packaged')
    })
  })

  test('from the plugins folder beside the config, unless it is switched off there', async () => {
    const files = {
      'plugins/alone.ts': serving('alone'),
      'plugins/folder/index.ts': serving('folder'),
      'plugins/off.ts': serving('off'),
      'plugins/alone.test.ts': 'throw new Error("a test is no plugin")',
      'plugins/_draft.ts': 'throw new Error("a draft is no plugin")',
      'plugins/notes/readme.md': 'no plugin',
    }
    await inScene({ './plugins/off.ts': false }, files, async (scene) => {
      for (const name of ['alone', 'folder']) assert.equal(await serves(scene, name), name)
      assert.match(await serves(scene, 'off'), /Nothing is served/)
      assert.doesNotMatch(scene.gateway.output(), /Warning/)
    })
  })
})

/** A plugin with this set-up and onFailure. */
const troubled = (setup: string, more = '') => `
import { definePlugin } from 'geminate/sdk'
export default definePlugin({ name: 'troubled', api: 1, description: 'Has trouble.', ${more} setup: ${setup} })`

const left: Record<string, readonly [file: string, reason: RegExp]> = {
  'that is not done in ten seconds': [
    troubled('() => new Promise(() => {})'),
    /set-up was not done within 10 s/,
  ],
  'that never ends its import': [`await new Promise(() => {})\n${troubled('() => ({})')}`, /left out: /],
  'that fails in its routes': [
    troubled(`() => ({ routes() { throw new Error('no way') } })`),
    /left out: no way/,
  ],
  'that fails in its routes a moment later': [
    troubled(`() => ({ async routes() { await null; throw new Error('no way') } })`),
    /left out: no way/,
  ],
  'whose set-up returns what is no hook': [
    troubled(`() => ({ requset() {} })`),
    /left out: there is no hook "requset"; did you mean "request"\?/,
  ],
  'with a suffix that is nothing': [
    troubled(`() => ({ suffixes: { '': () => true } })`),
    /left out: its suffix "" must begin with a hyphen/,
  ],
  'of a name that is taken': [
    troubled('() => ({})').replace('troubled', 'gemini'),
    /a plugin "gemini" already/,
  ],
}

describe('A plugin in trouble', () => {
  for (const [title, [file, reason]] of Object.entries(left)) {
    test(`${title} is left out, named and listed with its reason`, async () => {
      await inScene({ './troubled.ts': true }, { 'troubled.ts': file }, async (scene) => {
        assert.equal((await ask(scene, 'whole')).status, 200)
        const warning = scene.gateway
          .output()
          .split('\n')
          .find((line) => line.startsWith('Warning: '))
        assert.match(warning ?? '', reason)
        const listed = (await pluginsOf(scene)).find(({ state }: PluginItem) => state === 'left_out')
        assert.match(listed?.source ?? '', /troubled\.ts$/)
        assert.match(`left out: ${listed?.reason}`, reason)
      })
    })
  }

  test('that fails in its routes is stopped all the same', async () => {
    const file = troubled(
      `(_, host) => ({ routes() { throw new Error('no way') }, stop: () => host.log('let go') })`,
    )
    await inScene({ './troubled.ts': true }, { 'troubled.ts': file }, async (scene) => {
      await until(() => scene.gateway.output().includes('let go'), 'it is stopped')
    })
  })

  test('that keeps throwing and fails open costs no call, and is shown as failing', async () => {
    const file = troubled(`() => ({ request() { throw new Error('my own secret') } })`, `onFailure: 'open',`)
    await inScene({ './troubled.ts': true }, { 'troubled.ts': file }, async (scene) => {
      for (let call = 0; call < 7; call++) assert.equal((await ask(scene, 'sse')).status, 200)
      const troubledOne = await pluginOf(scene, 'troubled')
      assert.equal(troubledOne?.state, 'failing')
      assert.equal(troubledOne.lastError?.message, 'my own secret')
      assert.match(scene.gateway.output(), /keeps failing; calls go on without it for a minute/)
    })
  })

  test('that keeps throwing and fails closed fails its calls by name, and no others', async () => {
    const file = troubled(
      `() => ({ when: (head) => head.stream, request() { throw new Error('my own secret') } })`,
      `onFailure: 'closed',`,
    )
    await inScene({ './troubled.ts': true }, { 'troubled.ts': file }, async (scene) => {
      for (let call = 0; call < 7; call++) {
        const { status, error } = await ask(scene, 'sse')
        assert.equal(status, 500)
        assert.match(error?.message ?? '', /"troubled" failed in its request hook/)
        assert.equal((await ask(scene, 'whole')).status, 200)
      }
      assert.equal((await pluginOf(scene, 'troubled'))?.state, 'failing')
    })
  })

  test('shows no option to the admin that is a secret, however short', async () => {
    const options = `options: Type.Object({ password: Type.String(), host: Type.String(), logins: Type.Any() }),`
    const file = troubled('() => ({})', options).replace('{ definePlugin', '{ Type, definePlugin')
    const logins = [{ user: 'ann', token: 'pw-two' }]
    const plugins = { './troubled.ts': { password: 'pw-one', host: 'a.example', logins } }
    await inScene(plugins, { 'troubled.ts': file }, async (scene) => {
      const shown = (await pluginOf(scene, 'troubled'))?.options
      const hidden = [{ user: 'ann', token: '***' }]
      assert.deepEqual(shown, { password: '***', host: 'a.example', logins: hidden })
    })
  })

  test('that is no program is in the log with its reason', async () => {
    await inScene({ './troubled.ts': true }, { 'troubled.ts': 'export default {{' }, async (scene) => {
      const lines = scene.gateway.output().split('\n')
      const line = lines.find((each) => each.includes('could not be set up')) ?? ''
      assert.match(JSON.parse(line).reason, /\w/)
    })
  })

  const strays: Record<string, string> = {
    'throws in a timer of its own': `() => { setTimeout(() => { throw new Error('stray') }); return {} }`,
    'rejects where nobody waits': `() => { setTimeout(() => Promise.reject(new Error('stray'))); return {} }`,
    'has an asynchronous filter that rejects': `() => ({
      when: async () => { throw new Error('stray') }, request() {} })`,
    'has an asynchronous chunk hook that rejects': `() => ({ async chunk() { throw new Error('stray') } })`,
  }
  for (const [title, setup] of Object.entries(strays)) {
    test(`that ${title} does not take the gateway down, and is in the log`, async () => {
      const files = { 'troubled.ts': troubled(setup, `onFailure: 'open',`) }
      await inScene({ './troubled.ts': true }, files, async (scene) => {
        assert.equal((await ask(scene, 'sse')).status, 200)
        await until(() => /"message":"stray".*"msg":/.test(scene.gateway.output()), 'the log has it')
        assert.equal((await ask(scene, 'sse')).status, 200)
      })
    })
  }

  test('whose path has another form of another plugin’s keeps it from starting, and is named', async () => {
    const routes = (name: string) =>
      troubled(`() => ({ routes: (app) => void app.get('/of/:${name}', () => 'mine') })`)
    const files = { 'troubled.ts': routes('id'), 'other.ts': routes('name').replace('troubled', 'other') }
    const opening = inScene({ './troubled.ts': true, './other.ts': true }, files, async () => {})
    await assert.rejects(opening, /The plugin "other" cannot serve GET \/of\/:name/)
  })

  test('whose key strategy cannot be made keeps it from starting, and is named', async () => {
    const file = troubled(`() => ({ strategies: { mine() { throw new Error('no choice today') } } })`)
    const settings = { plugins: { './troubled.ts': true }, routing: { strategy: 'mine' } }
    const opening = openScene(fakeKeys(1), settings, { files: { 'troubled.ts': file } })
    await assert.rejects(
      opening,
      /The plugin "troubled" cannot make the key strategy "mine": no choice today/,
    )
  })

  test('that wants a path of the gateway’s own keeps it from starting, and is named', async () => {
    const file = troubled(`() => ({ routes: (app) => void app.get('/healthz', () => 'mine') })`)
    const opening = inScene({ './troubled.ts': true }, { 'troubled.ts': file }, async () => {})
    await assert.rejects(opening, /The plugin "troubled" serves GET \/healthz, which is the gateway's own/)
  })
})
