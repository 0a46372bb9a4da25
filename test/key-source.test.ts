import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { configuredKeysOf } from '../core/commands/key-source.ts'
import { loadSettings } from '../core/settings/load-settings.ts'

function placesOf(text: string, environment: Record<string, string> = {}) {
  const loaded = loadSettings({ text, path: 'geminate.yaml', environment, pluginOptions: {} })
  const keys = configuredKeysOf({ ...loaded, path: 'geminate.yaml', environment })
  return keys.map(({ secret, origin, writtenIn }) => [secret, origin, writtenIn])
}

describe('where a key is written', () => {
  test('is its place in the file, also behind one that stands there twice', () => {
    assert.deepEqual(placesOf('keys: [AQ.one, AQ.one, { key: AQ.two }]'), [
      ['AQ.one', 'config', 'in geminate.yaml under keys[0]'],
      ['AQ.two', 'config', 'in geminate.yaml under keys[2]'],
    ])
  })

  test('is the variable that states the keys', () => {
    assert.deepEqual(placesOf('keys: [AQ.one]', { GEMINATE_KEYS: 'AQ.two,AQ.three' }), [
      ['AQ.two', 'environment', 'in GEMINATE_KEYS'],
      ['AQ.three', 'environment', 'in GEMINATE_KEYS'],
    ])
  })
})
