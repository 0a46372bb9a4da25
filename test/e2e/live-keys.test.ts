import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { GoogleGenAI } from '@google/genai'
import {
  connectLive,
  LIVE_MODEL,
  type LiveClient,
  livePath,
  liveRows,
  RESUMABLE,
  talkLive,
} from './live-client.ts'
import { openNativeScene, tokenOf } from './native-scene.ts'
import { fakeKeys, openScene, type Scene, until } from './scene.ts'

async function withScene(
  settings: Record<string, unknown>,
  use: (scene: Scene) => Promise<void>,
  keys = 3,
): Promise<void> {
  const scene = await openScene(fakeKeys(keys), settings)
  try {
    await use(scene)
  } finally {
    await scene.close()
  }
}

/** There a client that does not stop speaking may lose the words of the end with its connection. */
const ON_DENO = process.env.GEMINATE_UNDER_TEST === 'deno'
const OPENING = { method: 'openLive' }

test('A Live session goes to another key where one is refused, at the handshake or by a close', () =>
  withScene({}, async (scene) => {
    scene.google.script('*', { kind: 'perMinute429' }, OPENING)
    scene.google.script('*', { kind: 'keyInvalid' }, { method: 'bidiGenerateContent' })
    const client = await talkLive(scene)
    client.ask('hello')
    await client.hears('You said: hello')
    const keysAsked = scene.google.calls.map(({ key }) => key ?? '')
    assert.deepEqual(keysAsked.toSorted(), fakeKeys(3).toSorted())
    client.socket.close()
    await until(async () => (await liveRows(scene)).length === 1, 'the row is there')
    const [row] = await liveRows(scene)
    assert.deepEqual([row?.attempts, row?.status], [3, 101])
    const keys = await scene.keys()
    const [rested, invalid, good] = keysAsked.map((asked) => keys[fakeKeys(3).indexOf(asked)])
    assert.deepEqual(
      rested?.rests.map(({ model }) => model),
      [LIVE_MODEL],
    )
    assert.deepEqual([invalid?.state, good?.state], ['invalid', 'active'])
  }))

test('A Live session that no key may open is closed with the truth', () =>
  withScene({}, async (scene) => {
    scene.google.script('*', { kind: 'perDay429', times: 'forever' }, { method: 'bidiGenerateContent' })
    const [code, reason] = await (await connectLive(scene)).ended()
    assert.equal(code, 1013)
    assert.match(reason, /^All 3 keys are resting for gemini-3\.8-live/)
    assert.ok(new TextEncoder().encode(reason).length <= 123)
    await until(async () => (await liveRows(scene))[0]?.status === 429, 'the row says so')
  }))

test('A Live session whose connection is lost goes on over another, unseen by its client', () =>
  withScene({}, async (scene) => {
    const client = await talkLive(scene, { setup: RESUMABLE })
    client.ask('one')
    await client.hears('newHandle')
    client.ask('/drop')
    await until(() => scene.google.calls.length === 2, 'it is opened again')
    client.ask('two')
    await client.hears('You said: two')
    client.ask('/turns')
    await client.hears('one, two')
    assert.equal(client.heard.filter(({ setupComplete }) => setupComplete).length, 1)
    const [before, after] = scene.google.calls.map(({ key }) => scene.google.projectOf(key ?? ''))
    assert.equal(after, before)
    assert.equal(client.end, undefined)
    client.socket.close()
    await until(async () => (await liveRows(scene))[0]?.notes?.includes('1 times resumed'), 'the row says so')
  }))

test('A Live session goes on by another key of its project where its own is refused meanwhile', async () => {
  const [one, two, other] = fakeKeys(3) as [string, string, string]
  const google = {
    keys: [
      { key: one, project: '11' },
      { key: two, project: '11' },
      { key: other, project: '22' },
    ],
  }
  const keys = [one, two, other].map((key, index) => ({ key, project: index < 2 ? 'shared' : 'other' }))
  const scene = await openScene([], { keys }, { google })
  try {
    const client = await talkLive(scene, { setup: RESUMABLE })
    client.ask('one')
    await client.hears('newHandle')
    const used = scene.google.calls[0]?.key
    if (used === other) return // the other project has one key only
    scene.google.script(used!, { kind: 'keyInvalid', times: 'forever' }, { method: 'bidiGenerateContent' })
    client.ask('/goAway')
    await client.hears('goAway')
    client.ask('/close 1001 over')
    await until(() => scene.google.calls.length >= 2, 'it is opened again')
    client.ask('/turns')
    await until(
      () => client.heard.filter((message) => JSON.stringify(message).includes('"one"')).length === 1,
      'it knows',
    )
    assert.notEqual(scene.google.calls.at(-1)?.key, used)
    assert.notEqual(scene.google.calls.at(-1)?.key, other)
    client.socket.close()
  } finally {
    await scene.close()
  }
})

test('A handle leads back to its project, also after a restart, and no other client may use it', async () => {
  const scene = await openNativeScene()
  const path = (client: 'one' | 'two') => `${livePath()}?key=${tokenOf(client)}`
  try {
    const handles: string[] = []
    for (let turn = 0; turn < 4; turn++) {
      const client = await talkLive(scene, { path: path('one'), setup: RESUMABLE })
      client.ask(`turn ${turn}`)
      await client.hears('newHandle')
      handles.push(
        client.heard.find(({ sessionResumptionUpdate }) => sessionResumptionUpdate)!.sessionResumptionUpdate
          .newHandle,
      )
      client.socket.close()
    }
    await scene.gateway.end('SIGTERM')
    await scene.gateway.start()
    for (const [index, handle] of handles.entries()) {
      const setup = { setup: { model: `models/${LIVE_MODEL}`, sessionResumption: { handle } } }
      const stolen = await connectLive(scene, { path: path('two'), setup })
      assert.deepEqual(await stolen.ended(), [1008, 'Requested entity was not found.'])
      const client = await talkLive(scene, { path: path('one'), setup })
      client.ask('/turns')
      await client.hears(`turn ${index}`)
      client.socket.close()
    }
    assert.equal(new Set(scene.google.calls.map(({ key }) => key)).size > 1, true)
  } finally {
    await scene.close()
  }
})

test('A token of the Live API opens a session of the client that made it, at its project, without a key', () =>
  withScene({}, async (scene) => {
    const { url, clientToken } = scene.gateway
    const options = { baseUrl: url, apiVersion: 'v1alpha' }
    const ai = new GoogleGenAI({ apiKey: clientToken, httpOptions: options })
    const { name = '' } = await ai.authTokens.create({ config: { uses: 1 } })
    const maker = scene.google.calls[0]?.key
    const heard: unknown[] = []
    const session = await new GoogleGenAI({ apiKey: name, httpOptions: options }).live.connect({
      model: LIVE_MODEL,
      callbacks: { onmessage: (message) => void heard.push(message) },
    })
    session.sendClientContent({ turns: 'Say hello', turnComplete: true })
    await until(() => JSON.stringify(heard).includes('You said'), 'an answer')
    session.close()
    const call = scene.google.calls.at(-1)
    assert.equal(call?.key, maker)
    assert.equal(call?.headers['x-goog-api-key'], undefined)
    await until(async () => (await liveRows(scene)).length === 1, 'the row is there')
    assert.equal((await liveRows(scene))[0]?.client, 'tester')
    assert.ok(!scene.gateway.output().includes(name))
    const elsewhere = await fetch(`${url}/v1beta/models?access_token=${name}`)
    assert.equal(elsewhere.status, 401)
    const plain = await fetch(`${url}${livePath()}?access_token=${name}`, {
      headers: { upgrade: 'websocket' },
    }).catch(() => undefined)
    assert.notEqual(plain?.status, 101)
  }))

test('Projects are given no more Live sessions than the settings allow', () =>
  withScene({ live: { sessionsPerProject: 1 } }, async (scene) => {
    const clients: LiveClient[] = []
    for (let session = 0; session < 3; session++) clients.push(await talkLive(scene))
    assert.equal(new Set(scene.google.calls.map(({ key }) => key)).size, 3)
    const [code, reason] = await (await connectLive(scene)).ended()
    assert.deepEqual([code, /^No project has a free Live session now/.test(reason)], [1013, true])
    clients[0]?.socket.close()
    await until(() => scene.google.calls.some(({ aborted }) => aborted), 'a slot is free')
    const next = await talkLive(scene)
    for (const client of [...clients, next]) client.socket.close()
  }))

test('A silent Live session ends, and a long one does, with the reason', () =>
  withScene({ live: { idleSeconds: 0.5, maxMinutes: 0.02 } }, async (scene) => {
    const silent = await talkLive(scene)
    const busy = await talkLive(scene)
    const timer = setInterval(() => busy.ask('still here'), 100)
    assert.deepEqual(await silent.ended(), [1001, 'Nothing was said for 0.5 s, which is live.idleSeconds'])
    assert.equal(busy.end, undefined)
    assert.deepEqual(await busy.ended(), [
      1001,
      'The session has lasted 0.02 minutes, which is live.maxMinutes',
    ])
    clearInterval(timer)
    await until(() => scene.google.calls.every(({ aborted }) => aborted), 'Google was told')
  }))

test('A gateway that stops tells its Live sessions so, and keeps their rows', () =>
  withScene({}, async (scene) => {
    const client = await talkLive(scene)
    const begun = performance.now()
    const stopped = scene.gateway.end('SIGTERM')
    assert.deepEqual(await client.ended(), [1012, 'The gateway stops; the session can be resumed'])
    assert.equal(await stopped, 0)
    assert.ok(performance.now() - begun < 5_000)
    await scene.gateway.start()
    assert.equal((await liveRows(scene)).length, 1)
  }))

test('A client that reads slowly makes Google wait, and gets everything', () =>
  withScene({}, async (scene) => {
    const client = await talkLive(scene)
    const before = memoryOf(scene.gateway.pid)
    client.socket.pause()
    client.ask('/flood 150')
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    const grown = memoryOf(scene.gateway.pid) - before
    assert.ok(grown < 100, `${grown} MB more`)
    client.socket.resume()
    for (const part of [40, 80, 120, 151])
      await until(() => client.heard.length >= part, `${part} messages have come`)
    assert.equal(client.end, undefined)
    client.socket.close()
  }))

test('A client that is gone while it was too slow leaves nothing open', () =>
  withScene({}, async (scene) => {
    const client = await talkLive(scene)
    client.socket.pause()
    client.ask('/flood 60')
    await new Promise((resolve) => setTimeout(resolve, 500))
    client.socket.terminate()
    await once(client.socket, 'close')
    await until(() => scene.google.calls[0]?.aborted === true, 'Google has seen the end')
    await until(async () => (await liveRows(scene)).length === 1, 'the row is there')
  }))

test('A Google that reads no more ends the session with 1013, before much waits in memory', () =>
  withScene({}, async (scene) => {
    const client = await talkLive(scene)
    client.ask('/deaf')
    await new Promise((resolve) => setTimeout(resolve, 300))
    for (let sent = 0; sent < 80 && client.end === undefined; sent++) {
      client.ask('x'.repeat(1024 * 1024))
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    const [code] = await client.ended()
    assert.ok(code === 1013 || (ON_DENO && code === 1006), `${code}`)
    await until(async () => (await liveRows(scene))[0]?.status === 503, 'the row says so')
    assert.match((await liveRows(scene))[0]?.notes, /Google takes more slowly than the client speaks$/)
    assert.ok(memoryOf(scene.gateway.pid) < 400, `${memoryOf(scene.gateway.pid)} MB`)
  }))

test('A client that leaves before Google has answered leaves nothing open, and frees its slot', () =>
  withScene(
    { live: { sessionsPerProject: 1 } },
    async (scene) => {
      scene.google.script('*', { kind: 'hang' }, OPENING)
      const client = await connectLive(scene)
      await until(() => scene.google.calls.length === 1, 'Google was asked')
      client.socket.close(4000, 'too long')
      await until(() => scene.google.calls[0]?.aborted === true, 'Google is asked no more')
      await until(async () => (await liveRows(scene)).length === 1, 'the row is there')
      const next = await talkLive(scene)
      next.socket.close()
      for (const { state, rests } of await scene.keys()) assert.deepEqual([state, rests], ['active', []])
    },
    1,
  ))

/** Of a process, in megabytes. */
function memoryOf(pid: number): number {
  const [, kilobytes = '0'] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) / 1024
}
