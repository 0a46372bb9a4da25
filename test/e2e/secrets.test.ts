import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { Behaviour } from '../../adapters/simulated-google/index.ts'
import { ADMIN_TOKEN, CLIENT_TOKEN, runProgram } from './gateway-process.ts'
import { filesIn, rowsIn } from './kept-data.ts'
import { type Form, MODEL, openScene, pathOf, QUESTION, type Scene, until } from './scene.ts'

/** Each call spoils at most one key; their odd characters are written otherwise in an address and in JSON. */
const KEYS = Array.from({ length: 60 }, (_, index) => {
  const number = String(index).padStart(3, '0')
  return index % 2 === 0 ? `AIzaSecretKey${number}+/="\\end` : `AQ.SecretKey${number}_-~%&end`
})
const HEADER = 'the-secret-header-value-0001'
const SECRETS = [...KEYS, HEADER, ADMIN_TOKEN, CLIENT_TOKEN]

const everyForm = SECRETS.flatMap(formsOf)
const seen: { what: string; text: string }[] = []

describe('A secret', () => {
  let scene: Scene
  before(async () => {
    scene = await openScene(KEYS, {
      log: { level: 'debug', bodies: true },
      streaming: { commitSeconds: 0.05 },
      upstream: { gemini: { headers: { 'x-operator-secret': HEADER } } },
    })
    for (const path of PATHS) {
      for (const behaviour of SPOILING) await seeOnce(behaviour.kind, path, behaviour)
      for (const [title, behaviour] of Object.entries(ECHOES)) await see(title, path, behaviour)
    }
    for (const [title, [form, behaviour]] of Object.entries(ERRORS_INSIDE)) {
      await see(title, pathOf(form), behaviour)
    }
    // These look like an outage, and stop the traffic for a while.
    for (const [title, behaviour] of Object.entries(OUTAGES)) {
      // A success of a method that the gateway does not read passes byte for byte.
      for (const path of PATHS.slice(0, 4)) await see(title, path, behaviour)
    }
    await see('a wrong token', `${pathOf('whole')}?key=sk-wrong-token`)
    await see('a token in the query', `${pathOf('whole')}?key=${CLIENT_TOKEN}`)
    await see('an unknown path', `/v1beta/nothing?key=${CLIENT_TOKEN}`)
    await seeAdmin('/admin/api/keys?limit=1000')
    await seeAdmin('/admin/api/nothing')
    await seeAdmin('/admin/api/keys?limit=x')
  })
  after(() => scene.close())

  test('was in what Google answered, so that these tests have something to find', async () => {
    assert.ok(seen.length > 60)
    const labels = seen.filter(({ text }) => /\[key[^\]]*\]/i.test(text))
    assert.ok(labels.length > 10, `${labels.length} answers show where a key was`)
  })

  test('is in no answer and in no header', () => {
    for (const { what, text } of seen) assertClean(what, text)
  })

  test('is in nothing that the gateway prints', () => {
    assert.match(scene.gateway.output(), /"level":"debug"/)
    assertClean('the output', scene.gateway.output())
  })

  test('is in no file of its data folder, neither while it runs nor afterwards', async () => {
    const { folder } = scene.gateway
    const isWritten = async () => (await rowsIn(folder)).length >= seen.length - 10
    await until(isWritten, 'the log is written')
    await assertCleanFolder(folder)
    assert.equal(await scene.gateway.end('SIGTERM'), 0)
    await assertCleanFolder(folder)
    assertClean('the output at the end', scene.gateway.output())
  })

  test('is in nothing that the other commands print', async () => {
    for (const args of [['plan'], ['check'], ['help'], ['version']]) {
      const { code, stdout, stderr } = await runProgram(scene.gateway.folder, args)
      assert.equal(code, 0)
      assertClean(args.join(' '), stdout + stderr)
    }
  })

  async function see(what: string, path: string, behaviour?: (key: string) => Behaviour) {
    scene.google.reset()
    for (const key of behaviour ? KEYS : []) scene.google.script(key, behaviour!(key))
    await send(what, path)
  }

  /** The simulated Google repeats the key by itself; only the first attempt may spoil one. */
  async function seeOnce(what: string, path: string, behaviour: Behaviour) {
    scene.google.reset()
    scene.google.script('*', behaviour)
    await send(what, path)
  }

  async function send(what: string, path: string) {
    const response = await scene.post(path, QUESTION)
    keep(what, response, await response.text().catch(String))
  }

  async function seeAdmin(path: string) {
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}` }
    const response = await fetch(scene.gateway.url + path, { headers })
    keep(path, response, await response.text())
  }
})

const EVENTS = { 'content-type': 'text/event-stream' }
const JSON_TYPE = { 'content-type': 'application/json' }
const echoed = (text: string, status = 'INVALID_ARGUMENT') =>
  JSON.stringify({ error: { code: 400, message: text, status } })

const PATHS = [
  ...(['whole', 'sse', 'array', 'countTokens'] as const).map((form) => pathOf(form)),
  `/v1beta/models/${MODEL}:predict`,
]

/** Google's own answers that repeat the key, or are near it. */
const SPOILING: readonly Behaviour[] = [
  { kind: 'ok' },
  { kind: 'keySuspended' },
  { kind: 'keyInvalid' },
  { kind: 'streamError', after: 'thoughts', error: 'keySuspended' },
  { kind: 'streamError', after: 'content', error: 'keyInvalid' },
  { kind: 'html502' },
]

/** Refusals that repeat the key, or the operator's header. */
const ECHOES: Record<string, (key: string) => Behaviour> = {
  'the key as it is': (key) => raw(400, echoed(`bad call with ${key} here`)),
  'the key in an address': (key) =>
    raw(400, echoed(`GET /v1beta/models?key=${encodeURIComponent(key)}&x failed`)),
  'the key in a detail': (key) =>
    raw(400, JSON.stringify({ error: { code: 400, details: [{ [key]: key }] } })),
  'the key in a text that is no JSON': (key) => raw(400, `what is ${key} to me`),
  'the operator’s header': () => raw(400, echoed(`bad header ${HEADER} here`)),
  'the key in a header': (key) =>
    raw(400, echoed('bad call'), { ...JSON_TYPE, 'server-timing': encodeURI(key) }),
}

/** Errors with the status 200, each for the form of answer that it fits. */
const ERRORS_INSIDE: Record<string, readonly [Form, (key: string) => Behaviour]> = {
  'the key in an error inside a 200': ['whole', (key) => raw(200, echoed(`bad call with ${key} here`))],
  'the key in an error event': [
    'sse',
    (key) => raw(200, `data: ${echoed(`bad call with ${key} here`)}\r\n\r\n`, EVENTS),
  ],
  'the key in an element': ['array', (key) => raw(200, `[${echoed(`bad call with ${key} here`)}]`)],
}

/** The same in what looks like broken servers. */
const OUTAGES: Record<string, (key: string) => Behaviour> = {
  'the key in a 200 that is no JSON': (key) => raw(200, `what is ${key} to me`),
  'the key in a 503': (key) => raw(503, `overloaded by ${key}`),
  'the key in an HTML page': (key) =>
    raw(502, `<html>${key} ${encodeURIComponent(key)}</html>`, { 'content-type': 'text/html' }),
}

function raw(status: number, body: string, headers: Record<string, string> = JSON_TYPE): Behaviour {
  return { kind: 'raw', status, body, headers }
}

function keep(what: string, { status, headers }: Response, body: string) {
  seen.push({ what, text: `${status} ${JSON.stringify([...headers])} ${body}` })
}

function assertClean(what: string, text: string) {
  for (const form of everyForm) {
    const at = text.indexOf(form)
    assert.ok(at < 0, `${what} shows ${form}: …${text.slice(Math.max(0, at - 200), at + 100)}…`)
  }
}

async function assertCleanFolder(folder: string) {
  const files = await filesIn(join(folder, 'data'))
  assert.ok(files.length > 0)
  for (const { name, text } of files) assertClean(name, text)
}

/** How a secret may be written: as it is, as bytes, in an address, in JSON, in JSON twice, in base 64. */
function formsOf(secret: string): string[] {
  const percent = encodeURIComponent(secret)
  const json = JSON.stringify(secret).slice(1, -1)
  const bytes = (text: string) => Buffer.from(text).toString('latin1')
  const forms = [
    secret,
    bytes(secret),
    percent,
    percent.toLowerCase(),
    json,
    bytes(json),
    btoa(bytes(secret)),
  ]
  return [...new Set([...forms, JSON.stringify(json).slice(1, -1)])]
}
