import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { after, before, describe, test } from 'node:test'
import type { Child } from '../bench/child.ts'
import { missingPrograms } from '../bench/missing-programs.ts'
import { startImpatientProxy } from '../bench/nginx.ts'
import { askAnyhow, PROTOCOLS } from '../e2e/any-client.ts'
import {
  fakeKeys,
  GOOD_ANSWER,
  LENIENT,
  openScene,
  pathOf,
  QUESTION,
  readAnswer,
  type Scene,
} from '../e2e/scene.ts'

const FAKED = 'gemini-3.6-flash'
const NGINX_SECONDS = 5
const ANSWER_SECONDS = 60
const TIMEOUT = { timeout: (ANSWER_SECONDS + 30) * 1000 }

describe(`A fake stream behind nginx that waits ${NGINX_SECONDS} s for bytes`, {
  skip: missingNginx(),
}, () => {
  let folder: string
  let nginx: Child
  let scene: Scene
  let behind: Scene
  before(async () => {
    // All else as it is without a word: the heartbeats too.
    scene = await openScene(fakeKeys(12), { plugins: { 'fake-stream': { models: [FAKED] } } }, LENIENT)
    folder = await mkdtemp(join(tmpdir(), 'geminate-nginx-'))
    nginx = await startImpatientProxy(folder, scene.gateway.url, NGINX_SECONDS)
    const post: Scene['post'] = (path, body) =>
      fetch(nginx.url + path, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json', 'x-goog-api-key': scene.gateway.clientToken },
      })
    behind = { ...scene, gateway: { ...scene.gateway, url: nginx.url }, post }
    const headersMilliseconds = ANSWER_SECONDS * 1000
    scene.google.script('*', { kind: 'slow', headersMilliseconds, times: 'forever' })
  })
  after(async () => {
    await nginx?.stop()
    await scene?.close()
    await rm(folder, { recursive: true, force: true })
  })

  test(
    `survives an answer that takes ${ANSWER_SECONDS} s, in every protocol, where any other is given up`,
    TIMEOUT,
    async () => {
      const begun = performance.now()
      const other = behind.post(pathOf('whole'), QUESTION)
      const array = behind.post(pathOf('array', FAKED), QUESTION).then(readAnswer)
      const streams = await Promise.all(
        PROTOCOLS.map((protocol) => askAnyhow(behind, protocol, 'stream', { model: FAKED })),
      )
      for (const [index, { status, text, raw }] of streams.entries())
        assert.deepEqual([status, text], [200, GOOD_ANSWER], `${PROTOCOLS[index]}: ${raw}`)
      assert.equal((await array).said, GOOD_ANSWER)
      assert.ok(performance.now() - begun >= ANSWER_SECONDS * 1000)
      assert.equal((await other).status, 504)
      const asked = scene.google.calls.filter(({ path }) => path.includes(FAKED))
      assert.equal(asked.length, PROTOCOLS.length + 1)
      for (const { path } of asked) assert.match(path, /:generateContent$/)
    },
  )
})

/** Why the tests with nginx are skipped; never where CI says that all is there. */
function missingNginx(): string | false {
  const isMissing = missingPrograms().includes('nginx')
  if (isMissing && process.env.CI) throw new Error('nginx is not installed')
  return isMissing && 'nginx is not installed'
}
