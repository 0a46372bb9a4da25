import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadSettings } from '../core/settings/load-settings.ts'
import { isSecretSetting, secretsIn } from '../core/settings/setting-secrets.ts'
import { SettingsError } from '../core/settings/settings-error.ts'

type Environment = Record<string, string>

const load = (settings: object, environment: Environment = {}) =>
  loadSettings({ text: JSON.stringify(settings), path: 'g.yaml', environment, pluginOptions: {} }).settings

const MISTAKES: readonly [title: string, settings: object, sentence: RegExp][] = [
  [
    'a proxy of an unknown scheme',
    { proxies: { urls: ['http://good:1', 'socks4://hush:1'] } },
    /^Setting "proxies\.urls\[1\]" in g\.yaml must begin with http:\/\/, https:\/\/, socks5:\/\/ or socks5h:\/\/$/,
  ],
  [
    'a bad proxy of a tag',
    { proxies: { byTag: { paid: ['http://hush:1/path'] } } },
    /^Setting "proxies\.byTag\.paid\[0\]" in g\.yaml must end after host and port; /,
  ],
  [
    'a tag without a proxy',
    { proxies: { byTag: { paid: [] } } },
    /is a list of 0, but must be a list of at least 1$/,
  ],
  [
    'a bad proxy of a key',
    { keys: [{ key: 'a', proxy: 'http://us:h%ush@b:1' }] },
    /^The proxy of setting "keys\[0\]" in g\.yaml has a user or password with a bare %/,
  ],
  [
    'a key that no proxy is for',
    {
      keys: [{ key: 'a', proxy: 'http://good:1' }, 'hush', { key: 'c', tags: ['t'] }],
      proxies: { byTag: { t: ['http://good:1'] } },
    },
    /^The key "keys\[1\]" in g\.yaml has no way out: give it a "proxy", .* set "proxies\.direct" to true$/,
  ],
  [
    'a proxy that the environment does not name',
    { proxies: { fromEnvironment: true } },
    /^Setting "proxies\.fromEnvironment" in g\.yaml is on, but none of HTTPS_PROXY, HTTP_PROXY and ALL_PROXY /,
  ],
  [
    'an assignment that there is not',
    { proxies: { assignment: 'sticky' } },
    /must be one of "stable", "random"$/,
  ],
  ['a base path without a slash', { server: { basePath: 'gateway' } }, /"server\.basePath" .* must be/],
  [
    'a base path that ends in a slash',
    { server: { basePath: '/gateway/' } },
    /"server\.basePath" .* must be/,
  ],
  [
    'a trusted proxy that is no address',
    { server: { trustedProxies: ['10.0.0.0/8', 'nginx'] } },
    /^Setting "server\.trustedProxies\[1\]" in g\.yaml is "nginx", but must be an address or a network/,
  ],
  [
    'a public address without the base path',
    { server: { basePath: '/gateway', publicUrl: 'https://example.com/' } },
    /^Setting "server\.publicUrl" in g\.yaml must end in the prefix that "server\.basePath" states$/,
  ],
  [
    'a public address with a password',
    { server: { publicUrl: 'https://a:hush@example.com' } },
    /^Setting "server\.publicUrl" in g\.yaml must hold no user/,
  ],
]

for (const [title, settings, sentence] of MISTAKES) {
  test(`settings: ${title} is refused in one sentence`, () => {
    assert.throws(
      () => load(settings),
      (thrown) => {
        assert.ok(thrown instanceof SettingsError)
        assert.equal(thrown.problems.length, 1)
        assert.match(thrown.problems[0] ?? '', sentence)
        assert.doesNotMatch(thrown.message, /hush/)
        return true
      },
    )
  })
}

test('settings: keys need no proxy where none is named, and none of their own where all have some', () => {
  load({ keys: ['a'] })
  load({ keys: ['a', { key: 'b', proxy: 'http://good:1' }], proxies: { urls: ['socks5://u:p@good:1'] } })
  load({ keys: ['a', { key: 'b', proxy: 'http://good:1' }], proxies: { direct: true } })
  load({ server: { basePath: '/a/b', publicUrl: 'https://example.com/x/a/b/' } })
})

const ENVIRONMENTS: readonly [
  title: string,
  environment: Environment,
  baseUrl: string | undefined,
  expected: string,
][] = [
  [
    'HTTPS_PROXY for Google',
    { HTTPS_PROXY: 'http://s:1', HTTP_PROXY: 'http://p:1' },
    undefined,
    'http://s:1',
  ],
  ['small letters first', { HTTPS_PROXY: 'http://s:1', https_proxy: 'http://t:1' }, undefined, 'http://t:1'],
  [
    'HTTP_PROXY for a plain upstream',
    { HTTPS_PROXY: 'http://s:1', HTTP_PROXY: 'http://p:1' },
    'http://g',
    'http://p:1',
  ],
  ['ALL_PROXY for want of others', { ALL_PROXY: 'socks5://a:1' }, undefined, 'socks5://a:1'],
  ['an HTTP proxy where no scheme is stated', { HTTPS_PROXY: 's:1' }, undefined, 'http://s:1'],
]

for (const [title, environment, baseUrl, expected] of ENVIRONMENTS) {
  test(`settings: proxies.fromEnvironment takes ${title}`, () => {
    const upstream = baseUrl === undefined ? {} : { upstream: { gemini: { baseUrl } } }
    const { proxies } = load(
      { ...upstream, proxies: { urls: ['http://own:1'], fromEnvironment: true } },
      environment,
    )
    assert.deepEqual(proxies.urls, ['http://own:1', expected])
  })
}

test('settings: proxies of the environment are never used unasked', () => {
  assert.deepEqual(load({}, { HTTPS_PROXY: 'http://s:1', ALL_PROXY: 'http://a:1' }).proxies.urls, [])
})

test('settings: GEMINATE_PROXIES_URLS is a list of proxies', () => {
  const { proxies } = load({}, { GEMINATE_PROXIES_URLS: 'http://a:1, socks5h://u:p@b:2' })
  assert.deepEqual(proxies.urls, ['http://a:1', 'socks5h://u:p@b:2'])
})

test('settings: addresses of proxies are secrets, and what says how to use them is not', () => {
  for (const path of ['proxies.urls[0]', 'proxies.byTag.paid[0]', 'keys[0].proxy'])
    assert.ok(isSecretSetting(path))
  for (const path of [
    'proxies.assignment',
    'proxies.exitAddressUrl',
    'server.trustedProxies[0]',
    'server.publicUrl',
  ])
    assert.ok(!isSecretSetting(path), path)
})

test('settings: users and passwords of all proxies are known as secrets', () => {
  const settings = load({
    keys: [{ key: 'a', proxy: 'http://first-user:first-word@h:1' }],
    proxies: { urls: ['http://u:second-w%40rd@h:1'], byTag: { t: ['socks5://u:third-word@h:1'] } },
  })
  const texts = secretsIn(settings).map(({ text }) => text)
  for (const secret of ['first-user', 'first-word', 'second-w@rd', 'third-word', btoa('u:third-word')])
    assert.ok(texts.includes(secret), secret)
})
