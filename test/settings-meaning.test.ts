import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadSettings } from '../core/settings/load-settings.ts'
import { SettingsError } from '../core/settings/settings-error.ts'

function load(text: string) {
  return loadSettings({ text, path: 'geminate.yaml', environment: {}, pluginOptions: {} })
}

function problemsOf(text: string): readonly string[] {
  try {
    load(text)
  } catch (thrown) {
    assert.ok(thrown instanceof SettingsError)
    return thrown.problems
  }
  return []
}

const header = (name: string, value = 'x') =>
  `upstream: { gemini: { headers: { ${JSON.stringify(name)}: ${JSON.stringify(value)} } } }`
const base = (url: string) => `upstream: { gemini: { baseUrl: ${JSON.stringify(url)} } }`

const MISTAKES: [title: string, text: string, sentence: RegExp][] = [
  ['a key of another script', 'keys: [ключ]', /^Setting "keys\[0\]" in .* must be visible ASCII characters/],
  ['a key with a line break', 'keys: ["a\\nb"]', /"keys\[0\]" .* holds white space, .* several keys in one$/],
  [
    'a key with a space',
    'keys: [{ key: "a b" }]',
    /"keys\[0\]" .* holds white space, .* several keys in one$/,
  ],
  [
    'a name of two clients',
    'clients: [{ name: a, token: 12345678x }, { name: b, token: 12345678y }, { name: a, token: 12345678z }]',
    /^Settings "clients\[0\]" and "clients\[2\]" in geminate.yaml have the same name$/,
  ],
  ['a header name with a space', header('x y hush'), /headers\.…" .* has a name that no header can have/],
  [
    'a header value with a line break',
    header('x', 'hush\nb'),
    /headers\.x" .* Latin-1 text without line breaks$/,
  ],
  [
    'a header value beyond Latin-1',
    header('x', 'hush €'),
    /headers\.x" .* Latin-1 text without line breaks$/,
  ],
  [
    'a header stated twice',
    'upstream: { gemini: { headers: { X-a: b, x-A: c } } }',
    /"[^"]*x-a" .* is stated twice$/,
  ],
  ['an address with a query', base('https://a.example/?key=hush'), /baseUrl" .* must not hold a query/],
  ['an address with a bare question mark', base('https://a.example/?'), /baseUrl" .* must not hold a query/],
  ['an address with a fragment', base('https://a.example/#hush'), /baseUrl" .* must not hold a fragment/],
  ['an address with a password', base('https://me:hush@a.example'), /baseUrl" .* must not hold a user/],
  ['an address with a user', base('https://hush@a.example'), /baseUrl" .* must not hold a user/],
  ['an address with a version', base('https://a.example/v1beta'), /version, .* take away "\/v1beta"$/],
  ['an address with a version and a slash', base('https://a.example/x/v1/'), /version, .* take away "\/v1"$/],
  [
    "a model of Vertex's with its place before it",
    'upstream: { vertex: { models: [gemini-a, models/gemini-b] } }',
    /^Setting "upstream.vertex.models\[1\]" in geminate.yaml must be .* name alone; take away "models\/"$/,
  ],
  [
    "a pattern in the list of Vertex's models",
    "upstream: { vertex: { listed: ['gemini-*'] } }",
    /^Setting "upstream.vertex.listed\[0\]" .* patterns go into "upstream.vertex.models"$/,
  ],
  ['an address without a host', base('https://'), /baseUrl" .* is no address/],
]

for (const [title, text, sentence] of MISTAKES) {
  test(`settings: ${title} is refused in one sentence without what may be secret`, () => {
    const problems = problemsOf(text)
    assert.equal(problems.length, 1)
    assert.match(problems[0] ?? '', sentence)
    assert.doesNotMatch(problems[0] ?? '', /hush/)
  })
}

const OURS =
  'X-Goog-Api-Key Authorization Cookie Host Content-Length Content-Type Accept-Encoding Connection Transfer-Encoding'

for (const name of OURS.split(' ')) {
  test(`settings: the header ${name} cannot be stated, because the gateway sets it itself`, () => {
    assert.match(problemsOf(header(name)).join('\n'), /cannot be stated: the gateway sets it itself$/)
  })
}

test('settings: names of headers are given in lower case, values as they are', () => {
  assert.deepEqual(load(header('X-Team', 'Café')).settings.upstream.gemini.headers, { 'x-team': 'Café' })
})

test('settings: an address may have a path that only looks like a version', () => {
  assert.deepEqual(problemsOf(base('https://a.example/v1beta/proxy')), [])
  assert.deepEqual(problemsOf(base('http://127.0.0.1:8001/')), [])
})

test('settings: a comma inside a key is a warning without the key', () => {
  assert.deepEqual(load('keys: [hush, "hush1,hush2"]').warnings, [
    'The key "keys[1]" in geminate.yaml holds a comma; it looks like several keys in one',
  ])
})

test('settings: bodies that are allowed but can never be held are a warning', () => {
  const { warnings } = load('server: { maxBodyMegabytes: 300 }')
  assert.equal(warnings.length, 1)
  assert.match(warnings[0] ?? '', /"server.maxBodyMegabytes" in geminate.yaml is 300, .* which is 256/)
  assert.deepEqual(load('server: { maxBodyMegabytes: 256 }').warnings, [])
})
