import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { openStore } from '../adapters/storage/open-store.ts'
import type { PluginDefinition } from '../core/plugin.ts'
import { closedSurroundings } from '../core/plugins/closed-gateway.ts'
import type { LoadedPlugin } from '../core/plugins/loaded-plugin.ts'
import { setUpPlugins } from '../core/plugins/set-up-plugins.ts'
import type { Settings } from '../core/settings/settings.ts'
import type { Store } from '../core/store.ts'
import { createKeptLog } from './kept-log.ts'

const named = (name: string): PluginDefinition => ({ name, api: 1, description: '', setup: () => ({}) })
const broken: PluginDefinition = { ...named('mine'), setup: () => assert.fail('not today') }

describe('A plugin that cannot be set up', () => {
  let store: Store
  before(async () => {
    store = await openStore('sqlite::memory:')
  })
  after(() => store.close())

  /** Sets up plugins by their files, in this order. */
  async function setUp(files: Readonly<Record<string, PluginDefinition>>, running?: readonly LoadedPlugin[]) {
    const rooms = { plugins: [], importPlugin: async (file: string) => files[file] }
    const plugins = Object.fromEntries(Object.keys(files).map((file) => [file, true]))
    const settings = { plugins, media: {} as Settings['media'] }
    return setUpPlugins(rooms, settings, closedSurroundings(store, createKeptLog()), running)
  }

  test('stays as it was where it ran before', async () => {
    const { plugins: running } = await setUp({ '/mine.js': named('mine') })
    const { plugins, leftOut, problems } = await setUp({ '/mine.js': broken }, running)
    assert.deepEqual([plugins, leftOut], [running, []])
    assert.deepEqual(problems, ['The plugin "/mine.js" stays as it was: not today'])
  })

  test('is left out, and said to be, where another has taken its name', async () => {
    const { plugins: running } = await setUp({ '/mine.js': named('mine') })
    const { plugins, leftOut, problems } = await setUp(
      { '/other.js': named('mine'), '/mine.js': broken },
      running,
    )
    assert.deepEqual(
      [plugins.map(({ source }) => source), leftOut.map(({ source }) => source)],
      [['/other.js'], ['/mine.js']],
    )
    assert.match(problems[0] ?? '', /^The plugin "\/mine\.js" is left out: /)
  })
})
