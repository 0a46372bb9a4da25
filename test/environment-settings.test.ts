import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Type } from '@sinclair/typebox'
import { variableOf } from '../core/settings/environment-settings.ts'
import { loadSettings } from '../core/settings/load-settings.ts'

const pluginOptions = {
  'fake-stream': Type.Object({ models: Type.Array(Type.String(), { default: ['*'] }) }),
}

function load(environment: Record<string, string>, text = '') {
  return loadSettings({ text, path: 'geminate.yaml', environment, pluginOptions })
}

test("environment: a variable's name is the setting's path in upper snake case", () => {
  assert.equal(variableOf(['server', 'port']), 'GEMINATE_SERVER_PORT')
  assert.equal(variableOf(['upstream', 'gemini', 'baseUrl']), 'GEMINATE_UPSTREAM_GEMINI_BASE_URL')
  assert.equal(variableOf(['plugins', 'fake-stream', 'models']), 'GEMINATE_PLUGINS_FAKE_STREAM_MODELS')
})

test('environment: numbers, switches and choices are read as the setting wants them', () => {
  const { settings } = load({
    GEMINATE_ROUTING_DEADLINE_SECONDS: '12.5',
    GEMINATE_LOG_BODIES: 'true',
    GEMINATE_LOG_LEVEL: 'debug',
    GEMINATE_SERVER_ADMIN_TOKEN: '1234567890',
  })
  assert.equal(settings.routing.deadlineSeconds, 12.5)
  assert.equal(settings.log.bodies, true)
  assert.equal(settings.log.level, 'debug')
  assert.equal(settings.server.adminToken, '1234567890')
})

for (const text of ['k1,k2', 'k1 k2', 'k1\nk2\n', ' k1 ,\n k2,', '["k1", "k2"]', '[k1, k2]']) {
  test(`environment: keys may be written as ${JSON.stringify(text)}`, () => {
    assert.deepEqual(load({ GEMINATE_KEYS: text }).settings.keys, ['k1', 'k2'])
  })
}

test('environment: lists of maps and free maps are YAML or JSON', () => {
  const { settings } = load({
    GEMINATE_CLIENTS: '[{name: me, token: sk-12345678}]',
    GEMINATE_UPSTREAM_GEMINI_HEADERS: '{"x-team": "a"}',
  })
  assert.deepEqual(settings.clients, [{ name: 'me', token: 'sk-12345678' }])
  assert.deepEqual(settings.upstream.gemini.headers, { 'x-team': 'a' })
})

test('environment: a wrong value is refused by the name of its variable', () => {
  assert.throws(() => load({ GEMINATE_SERVER_PORT: 'eighty' }), {
    message:
      'Setting "server.port" from GEMINATE_SERVER_PORT is "eighty", but must be an integer from 0 to 65535',
  })
})

test('environment: an empty variable states nothing', () => {
  const { settings } = load({ GEMINATE_SERVER_PORT: '', GEMINATE_KEYS: ' ' }, 'server: { port: 1 }')
  assert.equal(settings.server.port, 1)
})

test('environment: an unknown variable of ours is a warning that names the nearest', () => {
  const { warnings } = load({
    GEMINATE_SERVER_PROT: '1',
    GEMINATE_SOMETHING: '1',
    GEMINATE_CONFIG: 'x',
    GEMINATE_GOOGLE_DATA: 'x',
    OTHER: 'x',
  })
  assert.deepEqual(warnings, [
    'The variable GEMINATE_SERVER_PROT is no setting; did you mean "GEMINATE_SERVER_PORT"?',
    'The variable GEMINATE_SOMETHING is no setting',
  ])
})

test('environment: PORT is the port, and opens the gateway to other machines', () => {
  const { settings, origins } = load({ PORT: '3000' }, 'server: { port: 9 }')
  assert.equal(settings.server.port, 3000)
  assert.equal(settings.server.host, '0.0.0.0')
  assert.equal(origins.get('server.host'), 'environment')
})

test('environment: a stated host stays where PORT is set', () => {
  assert.equal(load({ PORT: '3000' }, 'server: { host: ::1 }').settings.server.host, '::1')
  assert.equal(load({ PORT: '3000', GEMINATE_SERVER_HOST: 'a' }).settings.server.host, 'a')
})

test('environment: GEMINATE_SERVER_PORT goes before PORT, which then changes nothing', () => {
  const { settings } = load({ PORT: '3000', GEMINATE_SERVER_PORT: '3001' })
  assert.equal(settings.server.port, 3001)
  assert.equal(settings.server.host, '127.0.0.1')
})

test('environment: a plugin is switched, and its options are set, beside what the file says', () => {
  assert.equal(load({ GEMINATE_PLUGINS_FAKE_STREAM: 'false' }).settings.plugins['fake-stream'], false)
  const { settings, origins } = load(
    { GEMINATE_PLUGINS_FAKE_STREAM_MODELS: 'a b' },
    'plugins: { ./mine.ts: { x: 1 } }',
  )
  assert.deepEqual(settings.plugins, { './mine.ts': { x: 1 }, 'fake-stream': { models: ['a', 'b'] } })
  assert.equal(origins.get('plugins.fake-stream'), 'environment')
})

test('keys: the same key twice counts once, with a warning that names both places and not the key', () => {
  const { settings, warnings } = load({}, 'keys: [abc, " abc ", { key: abc, name: x }, d]')
  assert.deepEqual(settings.keys, ['abc', 'd'])
  assert.deepEqual(warnings, [
    'The key "keys[1]" in geminate.yaml is the same as "keys[0]"; it counts once',
    'The key "keys[2]" in geminate.yaml is the same as "keys[0]"; it counts once',
  ])
})
test('plugins: options get their defaults, a bare name is on, and the order of the file is kept', () => {
  const { settings } = load({}, 'plugins:\n  ./b.ts:\n  fake-stream: {}\n  /a.ts: false\n')
  assert.deepEqual(Object.entries(settings.plugins), [
    ['./b.ts', true],
    ['fake-stream', { models: ['*'] }],
    ['/a.ts', false],
  ])
})
