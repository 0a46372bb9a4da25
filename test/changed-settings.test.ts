import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changedSettings } from '../core/settings/changed-settings.ts'
import { loadSettings } from '../core/settings/load-settings.ts'

const settingsOf = (text: string) =>
  loadSettings({ text, path: 'geminate.yaml', environment: {}, pluginOptions: { media: undefined } }).settings

test('settings that need a new start are named by their paths', () => {
  const before = settingsOf('server: { port: 1 }\nkeys: [a-key-of-mine]')
  const after = settingsOf('server: { port: 2 }\nkeys: [another-key]\nstreaming: { commitSeconds: 9 }')
  assert.deepEqual(
    changedSettings(before, after),
    ['server.port', 'streaming.commitSeconds', 'keys'].sort(byOrder(after)),
  )
  assert.deepEqual(changedSettings(before, before), [])
})

test('plugins, the strategy and the affinity need no new start', () => {
  const after = settingsOf('plugins: { media: false }\nrouting: { strategy: other, affinity: false }')
  assert.deepEqual(changedSettings(settingsOf(''), after), [])
})

/** As the sections stand in the settings. */
function byOrder(settings: object) {
  const sections = Object.keys(settings)
  const place = (path: string) => sections.indexOf(path.split('.')[0] ?? '')
  return (one: string, other: string) => place(one) - place(other)
}
