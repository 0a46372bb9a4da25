import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, beforeEach, describe, test } from 'node:test'
import { pluginOf, pluginsOf, reload, rewriteConfig } from './plugin-admin.ts'
import { ask, fakeKeys, openScene, pathOf, QUESTION, readAnswer, type Scene, until } from './scene.ts'

/** Marks every chunk and every reply with its option. */
const MARK = `
import { definePlugin, Type } from 'geminate/sdk'
const mark = (reply, text) => ({
  ...reply,
  candidates: reply.candidates?.map((each) => ({ ...each, content: { ...each.content, parts: [...(each.content?.parts ?? []), { text }] } })),
})
export default definePlugin({
  name: 'mark', api: 1, description: 'Marks.',
  options: Type.Object({ text: Type.String({ default: '1' }) }),
  setup({ text }, host) {
    if (text === 'bad') throw new Error('bad is no mark')
    let stopped = false
    const check = () => { if (stopped) throw new Error('used after its stop') }
    return {
      request() { check() },
      reply(reply) { check(); return mark(reply, '[' + text + ']') },
      chunk(chunk) { check(); return mark(chunk, '[' + text + ']') },
      routes: (app) => void app.get('/mark', () => text),
      async stop() { stopped = true; host.log('stopped ' + text) },
    }
  },
})
`

const named = (text: string) => ({ plugins: { './mark.ts': { text } } })

describe('Plugins of a running gateway', () => {
  let scene: Scene
  before(async () => {
    scene = await openScene(fakeKeys(4), { ...named('1') }, { files: { 'mark.ts': MARK } })
  })
  after(() => scene.close())
  beforeEach(async () => {
    scene.google.reset()
    await writeFile(join(scene.gateway.folder, 'mark.ts'), MARK)
    await rewriteConfig(scene, named('1'))
    assert.equal((await reload(scene)).status, 200)
  })

  const route = async () => {
    const headers = { 'x-goog-api-key': scene.gateway.clientToken }
    return (await fetch(`${scene.gateway.url}/mark`, { headers })).text()
  }

  test('take other options, hooks and routes alike', async () => {
    assert.match((await ask(scene, 'whole')).said, /\[1\]$/)
    await rewriteConfig(scene, named('2'))
    const { status, body } = await reload(scene)
    assert.deepEqual([status, body], [200, { problems: [], waiting: [] }])
    assert.match((await ask(scene, 'whole')).said, /\[2\]$/)
    assert.equal(await route(), '2')
    assert.deepEqual((await pluginOf(scene, 'mark'))?.options, { text: '2' })
    await until(() => scene.gateway.output().includes('stopped 1'), 'the old one is stopped')
  })

  test('are switched off and on again, and calls pass raw meanwhile', async () => {
    await rewriteConfig(scene, { plugins: { './mark.ts': false } })
    await reload(scene)
    assert.doesNotMatch((await ask(scene, 'whole')).said, /\[/)
    assert.match(await route(), /Nothing is served at \/mark/)
    await rewriteConfig(scene, named('3'))
    await reload(scene)
    assert.match((await ask(scene, 'sse')).said, /\[3\]$/)
  })

  test('serve 1 000 calls during 50 reloads without one failure', async () => {
    let isOver = false
    const failures: string[] = []
    let calls = 0
    const caller = async (form: 'whole' | 'sse') => {
      while (!isOver || calls < 1_000) {
        calls++
        const { status, text, said } = await ask(scene, form)
        if (status !== 200 || !/\[\d+\]$/.test(said)) failures.push(`${status} ${text.slice(0, 300)}`)
      }
    }
    const callers = Array.from({ length: 8 }, (_, index) => caller(index % 2 ? 'sse' : 'whole'))
    for (let round = 0; round < 50; round++) {
      await rewriteConfig(scene, named(String(round)))
      const { status, body } = await reload(scene)
      if (status !== 200 || (body.problems as string[]).length > 0) failures.push(JSON.stringify(body))
    }
    isOver = true
    await Promise.all(callers)
    assert.deepEqual(failures, [])
    assert.ok(calls >= 1_000)
    assert.equal(await route(), '49')
  })

  test('let a stream end with the plugin that it began with', async () => {
    scene.google.script('*', { kind: 'slow', chunkMilliseconds: 100, text: 'one two three four' })
    const response = await scene.post(pathOf('sse'), QUESTION)
    await rewriteConfig(scene, named('2'))
    await reload(scene)
    const marks = (await readAnswer(response)).said.match(/\[\d\]/g) ?? []
    assert.ok(marks.length > 1)
    assert.deepEqual([...new Set(marks)], ['[1]'])
  })

  test('stay as they are where the new settings are wrong, and the reason is told', async () => {
    await rewriteConfig(scene, { plugins: { './mark.ts': { text: '5' }, gemni: {} } })
    const { status, body } = await reload(scene)
    assert.equal(status, 400)
    assert.match(JSON.stringify(body), /plugins\.gemni/)
    assert.match((await ask(scene, 'whole')).said, /\[1\]$/)
    await until(
      () => /cannot be used.*gemni|gemni.*cannot be used/.test(scene.gateway.output()),
      'it is logged',
    )
  })

  test('stay as they are where the new one cannot be set up', async () => {
    for (const [text, reason] of [
      ['bad', /stays as it was: bad is no mark/],
      [5, /stays as it was: .*mark\.ts\.text.* is 5, but must be text/],
    ] as const) {
      await rewriteConfig(scene, { plugins: { './mark.ts': { text } } })
      const { status, body } = await reload(scene)
      assert.equal(status, 200)
      assert.match(String((body.problems as string[])[0]), reason)
      assert.match((await ask(scene, 'whole')).said, /\[1\]$/)
    }
  })

  test('are read again where their file was changed', async () => {
    await writeFile(join(scene.gateway.folder, 'mark.ts'), MARK.replaceAll("'['", "'<new '"))
    await reload(scene)
    assert.match((await ask(scene, 'whole')).said, /<new 1\]$/)
    await writeFile(join(scene.gateway.folder, 'mark.ts'), 'export default {{')
    const { body } = await reload(scene)
    assert.match(String((body.problems as string[])[0]), /mark\.ts" stays as it was/)
    assert.match((await ask(scene, 'whole')).said, /<new 1\]$/)
  })

  test('are not exchanged for two on one path', async () => {
    const other = MARK.replace("name: 'mark'", "name: 'other'")
    await writeFile(join(scene.gateway.folder, 'other.ts'), other)
    await rewriteConfig(scene, { plugins: { './mark.ts': {}, './other.ts': {} } })
    const { status, body } = await reload(scene)
    assert.equal(status, 400)
    assert.match(JSON.stringify(body), /both serve GET \/mark/)
    assert.equal(await route(), '1')
  })

  test('are not exchanged for two that answer WebSockets at one path, nor is the key strategy', async () => {
    const talker = (
      name: string,
    ) => `export default { name: '${name}', api: 1, description: 'Talks.', setup: () => ({
      sockets: { '/talk': () => ({ message() {} }) }, strategies: { '${name}': () => ({ pick: () => undefined }) } }) }`
    for (const name of ['one', 'two']) await writeFile(join(scene.gateway.folder, `${name}.js`), talker(name))
    const plugins = { './mark.ts': {}, './one.js': true, './two.js': true }
    await rewriteConfig(scene, { plugins, routing: { strategy: 'two' } })
    const { status, body } = await reload(scene)
    assert.equal(status, 400)
    assert.match(JSON.stringify(body), /both answer WebSockets at \/talk/)
    assert.match((await ask(scene, 'whole')).said, /\[1\]$/)
    await rewriteConfig(scene, { routing: { strategy: 'round-robin' } })
  })

  test('are read again on SIGHUP', async () => {
    await rewriteConfig(scene, named('hup'))
    process.kill(scene.gateway.pid, 'SIGHUP')
    await until(async () => (await route()) === 'hup', 'the new option counts')
  })

  test('are read again where the config was changed', async () => {
    await rewriteConfig(scene, named('seen'))
    await until(async () => (await route()) === 'seen', 'the new option counts')
  })

  test('bring another key strategy, and settings that wait for a new start are named', async () => {
    await rewriteConfig(scene, { routing: { strategy: 'random', deadlineSeconds: 7 } })
    const { body } = await reload(scene)
    assert.deepEqual(body, { problems: [], waiting: ['routing.deadlineSeconds'] })
    await rewriteConfig(scene, { routing: { strategy: 'wise' } })
    assert.match(JSON.stringify((await reload(scene)).body), /routing\.strategy\\" is \\"wise\\"/)
    await rewriteConfig(scene, { routing: { strategy: 'round-robin' } })
  })

  test('are listed with their state, options and the time that their hooks took', async () => {
    await ask(scene, 'whole')
    await ask(scene, 'sse')
    const mark = await pluginOf(scene, 'mark')
    assert.equal(mark?.state, 'on')
    assert.equal(mark?.onFailure, 'closed')
    assert.ok(mark.hooks!.reply!.count >= 1 && mark.hooks!.chunk!.count >= 1)
    assert.ok(mark.hooks!.reply!.milliseconds >= mark.hooks!.reply!.longest)
    assert.ok((await pluginsOf(scene)).some(({ name, state }) => name === 'gemini' && state === 'on'))
  })
})
