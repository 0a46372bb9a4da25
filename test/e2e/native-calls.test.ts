import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { rowsIn } from './kept-data.ts'
import { fakeKeys, MODEL, openScene, QUESTION, type Scene, until } from './scene.ts'

/** Answers by three native calls at once, and looks one thing up before a call whose text says so. */
const TRIO = `
import { definePlugin, GatewayError } from 'geminate/sdk'
const ask = (text) => ({
  operation: 'generateContent',
  model: '${MODEL}',
  request: { contents: [{ role: 'user', parts: [{ text }] }] },
})
const said = ({ json }) => json.candidates[0].content.parts[0].text
export default definePlugin({
  name: 'trio',
  api: 1,
  description: 'Asks thrice.',
  setup: (_, { gateway }) => ({
    when: (head) => head.protocol === 'openai',
    async request(call) {
      if (!JSON.stringify(call.request).includes('look up')) return
      const text = said(await gateway.call({ ...call }, ask('found')))
      return { ...call, request: { contents: [{ role: 'user', parts: [{ text }] }] } }
    },
    routes(app) {
      app.post('/trio', ({ request }) => gateway.compose(request, 'trio', async (call) => {
        const { texts } = call.json()
        if (texts.length === 0) throw new GatewayError('invalid_request', 'No texts')
        if (texts[0] === 'break') throw new Error('a secret of the plugin')
        const replies = await Promise.all(texts.map((text) => gateway.call(call, ask(text))))
        const tokens = replies.reduce((sum, { usage }) => sum + usage.promptTokenCount, 0)
        return {
          body: new TextEncoder().encode(replies.map(said).join('|')),
          contentType: 'text/plain',
          headers: { 'x-trio': 'yes' },
          usage: { promptTokenCount: tokens },
          notes: ['three in one'],
        }
      }), { parse: 'none' })
    },
  }),
})
`

describe('Native calls of a plugin’s own', () => {
  let scene: Scene
  before(async () => {
    scene = await openScene(
      fakeKeys(6),
      // A key that one of them held on to would be missed by the next tests.
      { plugins: { './trio.ts': {} }, log: { bodies: true }, routing: { maxConcurrentPerKey: 1 } },
      { files: { 'trio.ts': TRIO } },
    )
  })
  after(() => scene.close())
  beforeEach(() => scene.google.reset())

  const trio = (texts: readonly string[], init?: RequestInit) => scene.post('/trio', { texts }, init)

  test('answer one call of a client’s, each by a key of its own', async () => {
    const response = await trio(['a', 'b', 'c'])
    assert.equal(await response.text(), 'Hello! You said: a|Hello! You said: b|Hello! You said: c')
    assert.equal(response.headers.get('content-type'), 'text/plain')
    assert.equal(response.headers.get('x-trio'), 'yes')
    assert.equal(response.headers.get('x-geminate-attempts'), '3')
    assert.equal(response.headers.get('x-geminate-notes'), 'three in one')
    assert.equal(new Set(scene.google.calls.map(({ key }) => key)).size, 3)
  })

  test('count the time that they wait once, as Google’s', async () => {
    scene.google.script('*', { kind: 'slow', headersMilliseconds: 300, times: 3 })
    const response = await trio(['a', 'b', 'c'])
    assert.ok(Number(response.headers.get('x-geminate-overhead-ms')) < 150)
  })

  test('move to another key each, and an empty generation is none', async () => {
    scene.google.script('*', [{ kind: 'empty' }, { kind: 'overloaded503' }, { kind: 'perDay429' }])
    const response = await trio(['a', 'b', 'c'])
    assert.equal(response.status, 200)
    assert.equal(response.headers.get('x-geminate-attempts'), '6')
  })

  test('fail as one, with Google’s error in the caller’s shape, and the others are cancelled', async () => {
    scene.google.script('*', [
      { kind: 'hang', times: 2 },
      { kind: 'invalidArgument400', message: 'No such thing' },
    ])
    const response = await trio(['a', 'b', 'c'])
    assert.equal(response.status, 400)
    assert.match(await response.text(), /No such thing/)
    await until(() => scene.google.calls.filter(({ aborted }) => aborted).length === 2, 'both are cancelled')
  })

  test('end when the client leaves', async () => {
    scene.google.script('*', { kind: 'hang', times: 3 })
    const leaving = new AbortController()
    const asked = trio(['a', 'b', 'c'], { signal: leaving.signal })
    asked.catch(() => {})
    await until(() => scene.google.calls.length === 3, 'all are under way')
    leaving.abort()
    await until(() => scene.google.calls.every(({ aborted }) => aborted), 'all are cancelled')
  })

  test('leave a plugin’s own failures to the gateway', async () => {
    assert.equal((await trio([])).status, 400)
    const broken = await trio(['break'])
    assert.equal(broken.status, 500)
    assert.doesNotMatch(await broken.text(), /secret of the plugin/)
  })

  test('may be made by a hook before the call itself', async () => {
    const messages = [{ role: 'user', content: 'look up' }]
    const response = await scene.post('/v1/chat/completions', { model: MODEL, messages })
    const { choices } = (await response.json()) as { choices: [{ message: { content: string } }] }
    assert.equal(choices[0].message.content, 'Hello! You said: Hello! You said: found')
    assert.equal(response.headers.get('x-geminate-attempts'), '2')
  })

  test('leave other calls alone', async () => {
    const response = await scene.post(`/v1beta/models/${MODEL}:generateContent`, QUESTION)
    assert.equal(response.headers.get('x-geminate-attempts'), '1')
  })

  test('are one row of the request log, with all their attempts', async () => {
    scene.google.script('*', { kind: 'overloaded503' })
    const id = (await trio(['a', 'b', 'c'])).headers.get('x-request-id')
    await scene.gateway.end('SIGTERM')
    const row = (await rowsIn(scene.gateway.folder)).find((each) => each.id === id)
    const { operation, model, status, attempts, promptTokens, failures, notes, client } = row ?? {}
    assert.deepEqual(
      { operation, model, status, attempts, notes, client, failures: failures?.map(({ fault }) => fault) },
      {
        operation: 'trio',
        model: MODEL,
        status: 200,
        attempts: 4,
        notes: 'three in one',
        client: 'tester',
        failures: ['model_overloaded'],
      },
    )
    assert.ok((promptTokens ?? 0) >= 3)
    assert.equal(row?.requestBody, '{"texts":["a","b","c"]}')
    assert.match(row?.replyBody ?? '', /Hello! You said: a\|/)
  })
})
