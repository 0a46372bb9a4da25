// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are texts of config files

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Type } from '@sinclair/typebox'
import { type LoadedSettings, loadSettings, type SettingsSources } from '../core/settings/load-settings.ts'
import { SettingsError } from '../core/settings/settings-error.ts'

const pluginOptions = {
  plain: undefined,
  'fake-stream': Type.Object({
    models: Type.Array(Type.String(), { default: ['*'] }),
    pieces: Type.Integer({ minimum: 1, default: 8 }),
  }),
}

function load(text: string | undefined, environment: SettingsSources['environment'] = {}): LoadedSettings {
  return loadSettings({ text, path: 'geminate.yaml', environment, pluginOptions })
}

function problemsOf(text: string | undefined, environment: SettingsSources['environment'] = {}) {
  try {
    load(text, environment)
  } catch (thrown) {
    assert.ok(thrown instanceof SettingsError)
    return thrown.problems
  }
  return []
}

test('settings: without a file and an environment every default holds', () => {
  const { settings, origins, warnings } = load(undefined)
  assert.equal(settings.server.host, '127.0.0.1')
  assert.equal(settings.server.port, 8000)
  assert.equal(settings.upstream.gemini.baseUrl, 'https://generativelanguage.googleapis.com')
  assert.deepEqual(settings.keys, [])
  assert.deepEqual(settings.plugins, {})
  assert.equal(origins.get('server.port'), 'default')
  assert.deepEqual(warnings, [])
})

for (const text of ['', '# nothing but a comment', '---\n', 'server:\nkeys:\n']) {
  test(`settings: a file of ${JSON.stringify(text)} states nothing`, () => {
    assert.deepEqual(load(text).settings, load(undefined).settings)
  })
}

test('settings: the file goes over the default and the environment over the file', () => {
  const text = 'server: { port: 9000, host: localhost }\nrouting: { deadlineSeconds: 30 }'
  const { settings, origins, variables } = load(text, { GEMINATE_SERVER_PORT: '9100' })
  assert.equal(settings.server.port, 9100)
  assert.equal(settings.server.host, 'localhost')
  assert.equal(settings.routing.deadlineSeconds, 30)
  assert.equal(origins.get('server.port'), 'environment')
  assert.equal(variables.get('server.port'), 'GEMINATE_SERVER_PORT')
  assert.equal(origins.get('server.host'), 'file')
  assert.equal(origins.get('routing.strategy'), 'default')
})

test('settings: a file may use aliases, merged maps and any script', () => {
  const text =
    'log: &log { level: debug }\nserver: &s { port: 1 }\nkeys: [{ key: a, name: "ключ 一" }]\nquota: { <<: {} }'
  const { settings } = load(text)
  assert.equal(settings.log.level, 'debug')
  assert.deepEqual(settings.keys, [{ key: 'a', name: 'ключ 一' }])
})

const MISTAKES: [title: string, text: string, sentence: string][] = [
  [
    'an unknown setting',
    'server: { prot: 1 }',
    'Unknown setting "server.prot" in geminate.yaml; did you mean "server.port"?',
  ],
  [
    'an unknown group',
    'sever: { port: 1 }',
    'Unknown setting "sever" in geminate.yaml; did you mean "server"?',
  ],
  [
    'a setting one level too high',
    'port: 1',
    'Unknown setting "port" in geminate.yaml; did you mean "server.port"?',
  ],
  [
    'an unknown part of a key',
    'keys: [a, { key: b, wieght: 2 }]',
    'Unknown setting "keys[1].…" in geminate.yaml; it may hold key, name, project, weight, tags, maxConcurrent, proxy, upstream',
  ],
  [
    'a word where a number belongs',
    'server: { port: eighty }',
    'Setting "server.port" in geminate.yaml is "eighty", but must be an integer from 0 to 65535',
  ],
  [
    'a number out of range',
    'server: { port: 65536 }',
    'Setting "server.port" in geminate.yaml is 65536, but must be an integer from 0 to 65535',
  ],
  [
    'a list where a group belongs',
    'server: [1]',
    'Setting "server" in geminate.yaml is a list, but must be a map',
  ],
  [
    'none of the words of a choice',
    'log: { level: loud }',
    'Setting "log.level" in geminate.yaml is "loud", but must be one of "trace", "debug", "info", "warn", "error", "silent"',
  ],
  [
    'a missing part',
    'clients: [{ name: me }]',
    'Setting "clients[0].token" in geminate.yaml is missing, but must be text of at least 8 characters',
  ],
  [
    'an unknown plugin',
    'plugins: { fake-strem: true }',
    'Unknown setting "plugins.fake-strem" in geminate.yaml; did you mean "plugins.fake-stream"?',
  ],
  [
    'an unknown option of a plugin',
    'plugins: { fake-stream: { model: [x] } }',
    'Unknown setting "plugins.fake-stream.model" in geminate.yaml; did you mean "plugins.fake-stream.models"?',
  ],
  [
    'a wrong option of a plugin',
    'plugins: { fake-stream: { pieces: 0 } }',
    'Setting "plugins.fake-stream.pieces" in geminate.yaml is 0, but must be an integer of at least 1',
  ],
  ['an empty key', 'keys: [a, "  "]', 'Setting "keys[1]" in geminate.yaml is empty, but must be a key'],
  [
    'a key with a proxy of an unknown scheme',
    'keys: [{ key: a, proxy: "user:secret@127.0.0.1:1080" }]',
    'The proxy of setting "keys[0]" in geminate.yaml must begin with http://, https://, socks5:// or socks5h://',
  ],
  [
    'text that is not YAML',
    'server:\n  port: 1\n host: x\n',
    'geminate.yaml, line 3, is not valid YAML: All mapping items must start at the same column',
  ],
  [
    'the same name twice',
    'server: { port: 1 }\nserver: { port: 2 }',
    'geminate.yaml, line 2, is not valid YAML: Map keys must be unique',
  ],
  ['a list as a whole', '- a', 'geminate.yaml must hold a map of settings, such as "server:"'],
  ['a name that every object has', 'constructor: 1', 'Unknown setting "constructor" in geminate.yaml'],
  [
    'a name that is like none beside it',
    'plugins: { something-else: true }',
    'Unknown setting "plugins.something-else" in geminate.yaml',
  ],
  [
    'a time longer than a timer can wait',
    'upstream: { timeoutSeconds: 2147484 }',
    'Setting "upstream.timeoutSeconds" in geminate.yaml is 2147484, but must be a number above 0 and up to 2000000',
  ],
  [
    'too many hours between two checks',
    'routing: { checkHours: 600 }',
    'Setting "routing.checkHours" in geminate.yaml is 600, but must be a number from 0 to 500',
  ],
  [
    'an endless time',
    'streaming: { heartbeatSeconds: .inf }',
    'Setting "streaming.heartbeatSeconds" in geminate.yaml is .inf, but must be a number above 0 and up to 2000000',
  ],
  [
    'what is no number',
    'log: { keepDays: .nan }',
    'Setting "log.keepDays" in geminate.yaml is .nan, but must be a number above 0',
  ],
  [
    'storage of another kind',
    'storage: { url: "postgres://me:hush@db/x" }',
    'Setting "storage.url" in geminate.yaml is "postgres://me:***@db/x", but must be text that begins with sqlite:',
  ],
]

const SECONDS = [
  'upstream.timeoutSeconds',
  'routing.deadlineSeconds',
  'quota.minuteSeconds',
  'streaming.commitSeconds',
  'streaming.heartbeatSeconds',
]

for (const path of SECONDS) {
  test(`settings: ${path} ends where a timer can still wait`, () => {
    const variable = `GEMINATE_${path.replace('.', '_').replace(/[A-Z]/g, '_$&').toUpperCase()}`
    assert.deepEqual(problemsOf('', { [variable]: '2000000' }), [])
    assert.match(problemsOf('', { [variable]: '2000001' }).join(), /is 2000001, but must be a number/)
    assert.match(problemsOf('', { [variable]: '1e999' }).join(), /is \.inf, but must be a number/)
  })
}

for (const [title, text, sentence] of MISTAKES) {
  test(`settings: ${title} is refused in one sentence`, () => assert.deepEqual(problemsOf(text), [sentence]))
}

test('settings: every problem is told at once', () => {
  assert.equal(problemsOf('server: { prot: 1, port: x }\nkeys: { a: b }').length, 3)
})

test('settings: no sentence shows a secret', () => {
  const text =
    'server: { adminToken: hush }\nclients: [{ name: a, token: hush }]\nkeys: hush\nplugins: { plain: { apiKey: hush } }'
  const problems = problemsOf(text)
  assert.equal(problems.length, 4)
  assert.doesNotMatch(problems.join('\n'), /hush/)
})

test('settings: a text is filled from the environment after parsing, never before', () => {
  const { settings } = load('clients: [{ name: "a ${ODD} b", token: 12345678x }]\nkeys: ["${KEY}"]', {
    ODD: "'}\nserver: { port: 1 }",
    KEY: '[k:["',
  })
  assert.equal(settings.clients[0]?.name, "a '}\nserver: { port: 1 } b")
  assert.deepEqual(settings.keys, ['[k:["'])
  assert.equal(settings.server.port, 8000)
})

test('settings: a filled text becomes the number, switch or list that is wanted', () => {
  const text =
    'server: { port: "${P}" }\nlog: { bodies: "${YES}" }\nkeys: "${KEYS}"\nquota: { minuteSeconds: "1${P}" }'
  const { settings } = load(text, { P: '81', YES: 'true', KEYS: 'a, b\nc' })
  assert.equal(settings.server.port, 81)
  assert.equal(settings.log.bodies, true)
  assert.deepEqual(settings.keys, ['a', 'b', 'c'])
  assert.equal(settings.quota.minuteSeconds, 181)
})

test('settings: a number in quotes without a variable stays text', () => {
  assert.match(problemsOf('server: { port: "81" }')[0] ?? '', /is "81", but must be an integer/)
})

test('settings: $${ stands for a plain ${', () => {
  assert.equal(load('server: { host: "$${NAME}" }').settings.server.host, '${NAME}')
})

test('settings: a variable that is not set is named with its setting, and only once', () => {
  assert.deepEqual(problemsOf('server: { adminToken: "${ADMIN_TOKEN}" }'), [
    'Setting "server.adminToken" in geminate.yaml needs the variable ADMIN_TOKEN, which is not set',
  ])
})

test('settings: what only looks like a variable is refused', () => {
  assert.deepEqual(problemsOf('server: { host: "${HOST:-x}" }'), [
    'Setting "server.host" in geminate.yaml holds "${HOST:-x}", but only ${NAME} is replaced; write $${ for a plain ${',
  ])
})
