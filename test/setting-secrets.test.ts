// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are texts of config files

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadSettings } from '../core/settings/load-settings.ts'
import { readYaml } from '../core/settings/read-yaml.ts'
import { isSecretSetting, secretsIn, withoutSecrets } from '../core/settings/setting-secrets.ts'
import { SettingsError } from '../core/settings/settings-error.ts'

function load(text: string) {
  return loadSettings({ text, path: 'geminate.yaml', environment: {}, pluginOptions: {} })
}

const UNREADABLE = [
  'keys:\n  - AIzaHush: paid-1',
  'keys:\n  - { key: a, AIzaHush: "${NONE}" }',
  'clients:\n  - { name: a, token: 12345678x, AIzaHush: 1 }',
  'clients:\n  - { name: a, token: 12345678x, toHush: 1 }',
  'server:\n  adminToken: *Hush',
  'server:\n  adminToken: "${TOKEN:-Hush}"',
  'server:\n  adminToken: "\\Hush"',
  'server:\n  adminToken: | Hush\n    x',
  'server:\n  adminToken: "a" Hush',
  '%TAG ! Hush\n---\nserver: { port: x }',
  'server:\n  adminToken: [Hush',
  'server: {\n  adminToken: "a" Hush: b }',
]

for (const text of UNREADABLE) {
  test(`settings: what is said of ${JSON.stringify(text)} holds no part of a secret`, () => {
    assert.throws(
      () => load(text),
      (thrown) => {
        assert.ok(thrown instanceof SettingsError)
        assert.doesNotMatch(thrown.message, /hush/i)
        return true
      },
    )
  })
}

test('yaml: an alias without an anchor is named by its line only', () => {
  assert.deepEqual(readYaml('a: 1\nadminToken: *sup3rsecret', 'x.yaml'), {
    problem:
      'x.yaml, line 2, is not valid YAML: There is no anchor for this alias; put quotes around a text that begins with *',
  })
})

test('settings: an unknown name in a key gives no nearest name away', () => {
  assert.throws(() => load('keys: [{ key: a, nmae: b }]'), {
    message:
      'Unknown setting "keys[0].…" in geminate.yaml; it may hold key, name, project, weight, tags, maxConcurrent, proxy, upstream',
  })
})

const SECRET = [
  'keys[3]',
  'keys[0].key',
  'keys[0].proxy',
  'clients[1].token',
  'server.adminToken',
  'upstream.gemini.headers.x-custom',
  'plugins.mine.extraHeaders.x-custom',
  'plugins.mine.apiKeys[0]',
  'plugins.mine.tokens',
  'plugins.mine.tokens.first',
  'plugins.mine.passphrase',
  'plugins.mine.auth',
  'plugins.mine.secrets[1][2]',
]

for (const path of SECRET) {
  test(`settings: ${path} is a secret`, () => assert.ok(isSecretSetting(path)))
}

for (const path of ['keys[0].name', 'clients[0].name', 'server.host', 'plugins.mine.author', 'storage.url']) {
  test(`settings: ${path} is no secret`, () => assert.ok(!isSecretSetting(path)))
}

const ADDRESSES: [address: string, shown: string][] = [
  ['https://a.example/x?key=hush&b=1', 'https://a.example/x?key=***&b=1'],
  ['https://a.example/?b=1&token=hush#c', 'https://a.example/?b=1&token=***#c'],
  ['https://a.example/?access_token=hush', 'https://a.example/?access_token=***'],
  ['postgres://me:hush@db/x', 'postgres://me:***@db/x'],
  ['https://hush@a.example', 'https://***@a.example'],
  ['https://a.example/@b', 'https://a.example/@b'],
]

for (const [address, shown] of ADDRESSES) {
  test(`settings: ${address} is shown as ${shown}`, () => {
    assert.equal(withoutSecrets('plugins.mine.url', address), shown)
  })
}

test('settings: every secret is listed with a label for the log, and words are not', () => {
  const { settings } = load(`
server: { adminToken: " admin-token" }
clients: [{ name: me, token: client-token }]
upstream: { gemini: { headers: { X-Custom: custom-value, x-short: word } } }
keys: [not-listed-here]
storage: { url: "sqlite://me:pass%20word@x" }
plugins:
  ./token.ts:
    apiKeys: [plugin-key-1, short]
    greeting: hello-everybody
    url: https://a.example/?token=query-token`)
  const plugin = 'plugins../token.ts'
  assert.deepEqual(secretsIn(settings), [
    { text: 'admin-token', label: 'admin token' },
    { text: 'client-token', label: 'token of me' },
    { text: 'pass%20word', label: 'storage.url' },
    { text: 'pass word', label: 'storage.url' },
    { text: 'custom-value', label: 'header x-custom' },
    { text: 'plugin-key-1', label: `${plugin}.apiKeys[0]` },
    { text: 'query-token', label: `${plugin}.url` },
  ])
})
