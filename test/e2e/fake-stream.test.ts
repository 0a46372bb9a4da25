import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, describe, test } from 'node:test'
import type { Child } from '../bench/child.ts'
import { missingPrograms } from '../bench/missing-programs.ts'
import { startImpatientProxy } from '../bench/nginx.ts'
import { askAnyhow, PROTOCOLS } from './any-client.ts'
import {
  fakeKeys,
  GOOD_ANSWER,
  LENIENT,
  openScene,
  pathOf,
  QUESTION,
  readAnswer,
  type Scene,
  until,
} from './scene.ts'

const FAKED = 'gemini-3.6-flash'
const NGINX_SECONDS = 1
const ANSWER_MILLISECONDS = 8_000

describe('A stream that is made of one whole answer', () => {
  let scene: Scene
  before(async () => {
    const plugins = { 'fake-stream': { models: [FAKED], heartbeatSeconds: 0.25, pieceCharacters: 6 } }
    scene = await openScene(fakeKeys(6), { plugins }, LENIENT)
  })
  after(() => scene.close())
  beforeEach(() => scene.google.reset())

  describe(`behind nginx that waits ${NGINX_SECONDS} s for bytes`, { skip: missingNginx() }, () => {
    let folder: string
    let nginx: Child
    let behind: Scene
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'geminate-nginx-'))
      nginx = await startImpatientProxy(folder, scene.gateway.url, NGINX_SECONDS)
      const post: Scene['post'] = (path, body) =>
        fetch(nginx.url + path, {
          method: 'POST',
          body: JSON.stringify(body),
          headers: { 'content-type': 'application/json', 'x-goog-api-key': scene.gateway.clientToken },
        })
      behind = { ...scene, gateway: { ...scene.gateway, url: nginx.url }, post }
    })
    after(async () => {
      await nginx?.stop()
      await rm(folder, { recursive: true, force: true })
    })

    test(`survives an answer that takes ${ANSWER_MILLISECONDS / 1000} s, in every protocol`, async () => {
      scene.google.script('*', { kind: 'slow', headersMilliseconds: ANSWER_MILLISECONDS, times: 'forever' })
      const streamed = PROTOCOLS.map((protocol) => askAnyhow(behind, protocol, 'stream', { model: FAKED }))
      const array = behind.post(pathOf('array', FAKED), QUESTION).then(readAnswer)
      for (const { status, text } of await Promise.all(streamed)) {
        assert.equal(status, 200)
        assert.equal(text, GOOD_ANSWER)
      }
      assert.equal((await array).said, GOOD_ANSWER)
      const asked = scene.google.calls.filter(({ path }) => path.includes(FAKED))
      assert.equal(asked.length, PROTOCOLS.length + 1)
      for (const { path } of asked) assert.match(path, /:generateContent$/)
    })

    test('is what saves it: nginx gives any other stream up', async () => {
      scene.google.script('*', { kind: 'slow', headersMilliseconds: 3_000, times: 'forever' })
      const { status } = await behind.post(pathOf('sse'), QUESTION)
      assert.equal(status, 504)
    })
  })

  test('comes in pieces, each a chunk of its own, with the end and the usage on the last', async () => {
    const { messages, said } = await readAnswer(await scene.post(pathOf('sse', FAKED), QUESTION))
    assert.equal(said, GOOD_ANSWER)
    assert.ok(messages.length > 3)
    const ends = messages.map(({ candidates }) => candidates?.[0]?.finishReason)
    assert.deepEqual(
      ends.map((end) => end ?? ''),
      [...Array(messages.length - 1).fill(''), 'STOP'],
    )
    const counts = messages.map((message) => 'usageMetadata' in message)
    assert.deepEqual(counts.indexOf(true), messages.length - 1)
  })

  test('is an answer where Google gives no reason for its end, as a whole one is', async () => {
    const chunk = { candidates: [{ content: { role: 'model', parts: [{ text: 'Hello' }] }, index: 0 }] }
    for (const protocol of PROTOCOLS) {
      scene.google.script('*', { kind: 'chunks', chunks: [chunk] })
      const { status, text } = await askAnyhow(scene, protocol, 'stream', { model: FAKED })
      assert.deepEqual([status, text], [200, 'Hello'], protocol)
    }
  })

  test('moves to another key when the first fails, or answers nothing, even after the first heartbeat', async () => {
    for (const failure of [{ kind: 'overloaded503' }, { kind: 'empty' }, { kind: 'notJson' }] as const) {
      scene.google.reset()
      scene.google.script('*', failure)
      const { said, attempts } = await readAnswer(await scene.post(pathOf('sse', FAKED), QUESTION))
      assert.deepEqual([said, attempts], [GOOD_ANSWER, 2], failure.kind)
    }
  })

  test('ends with an error of the protocol when the failure comes after a heartbeat', async () => {
    const impatient = await openScene(
      fakeKeys(12),
      {
        plugins: { 'fake-stream': { models: [FAKED], heartbeatSeconds: 0.1 } },
        upstream: { timeoutSeconds: 0.4 },
        routing: { deadlineSeconds: 0.2 },
      },
      LENIENT,
    )
    try {
      impatient.google.script('*', { kind: 'hang', times: 'forever' })
      for (const protocol of PROTOCOLS) {
        const failing = askAnyhow(impatient, protocol, 'stream', { model: FAKED })
        if (protocol === 'gemini') {
          const { status, raw } = await failing
          assert.equal(status, 200)
          assert.match(raw, /"error":/)
        } else await assert.rejects(failing, /Google sent nothing for too long/)
      }
    } finally {
      await impatient.close()
    }
  })

  test('ends at once when its client leaves, and so does the call to Google', async () => {
    scene.google.script('*', { kind: 'hang', times: 'forever' })
    const leaving = new AbortController()
    const response = await scene.post(pathOf('sse', FAKED), QUESTION, { signal: leaving.signal })
    assert.equal(response.status, 200)
    leaving.abort()
    await assert.rejects(response.text())
    await until(() => scene.google.calls.at(-1)?.aborted === true, 'the call to Google ends')
  })

  test('is made only for the models that are chosen', async () => {
    const { said } = await readAnswer(await scene.post(pathOf('sse'), QUESTION))
    assert.equal(said, GOOD_ANSWER)
    assert.match(scene.google.calls.at(-1)!.path, /:streamGenerateContent/)
  })
})

/** Why the tests with nginx are skipped; never where CI says that all is there. */
function missingNginx(): string | false {
  const isMissing = missingPrograms().includes('nginx')
  if (isMissing && process.env.CI) throw new Error('nginx is not installed')
  return isMissing && 'nginx is not installed'
}
