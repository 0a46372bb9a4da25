import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { GoogleGenAI, type LiveServerMessage, Modality } from '@google/genai'
import WebSocket from 'ws'
import { connectLive, LIVE_MODEL, livePath, liveRows, SETUP, talkLive } from './live-client.ts'
import { fakeKeys, openScene, type Scene, until } from './scene.ts'

describe('A Live session', () => {
  let scene: Scene
  before(async () => {
    scene = await openScene(fakeKeys(3), { live: { idleSeconds: 20 } })
  })
  after(() => scene.close())
  beforeEach(() => scene.google.reset())

  for (const apiVersion of ['v1beta', 'v1alpha']) {
    test(`is opened by Google's SDK in ${apiVersion}, talks, and is closed by it`, async () => {
      const { clientToken, url } = scene.gateway
      const ai = new GoogleGenAI({ apiKey: clientToken, httpOptions: { baseUrl: url, apiVersion } })
      const heard: LiveServerMessage[] = []
      const session = await ai.live.connect({
        model: LIVE_MODEL,
        config: { responseModalities: [Modality.TEXT] },
        callbacks: { onmessage: (message) => void heard.push(message) },
      })
      session.sendClientContent({ turns: 'Say hello', turnComplete: true })
      await until(() => heard.some(({ serverContent }) => serverContent?.turnComplete), 'the turn is over')
      assert.equal(heard.map(({ text }) => text ?? '').join(''), 'You said: Say hello')
      session.sendRealtimeInput({ audio: { data: 'AAAA', mimeType: 'audio/pcm;rate=16000' } })
      await until(() => JSON.stringify(heard).includes('"data":"AAAA"'), 'the sound came back')
      session.close()
      await until(() => scene.google.calls[0]?.aborted === true, 'Google has seen the end')
      const [call] = scene.google.calls
      assert.equal(call?.path, livePath('BidiGenerateContent', apiVersion))
      assert.ok(scene.google.keys.includes(call?.key ?? ''))
      assert.ok(!JSON.stringify(call).includes(clientToken), 'the client’s token stays here')
      assert.ok(!scene.gateway.output().includes(clientToken))
    })
  }

  test('is one row of the request log, with its minutes, its usage and who ended it', async () => {
    const client = await talkLive(scene)
    client.ask('one')
    client.ask('two')
    await client.hears('You said: two')
    await until(() => client.heard.length === 5, 'both turns are over')
    client.socket.close(4000, 'enough')
    await until(async () => (await liveRows(scene))[0]?.notes?.includes('enough'), 'the row is there')
    const [row] = await liveRows(scene)
    assert.deepEqual(
      [row?.model, row?.status, row?.client, row?.promptTokens, row?.outputTokens, row?.totalTokens],
      [LIVE_MODEL, 101, 'tester', 20, 10, 30],
    )
    assert.match(String(row?.notes), /^\d+\.\d\d minutes live; closed by the client with 4000 enough$/)
  })

  const CREDENTIALS = (token: string) =>
    ({
      '?key=': [`?key=${token}`, {}],
      Bearer: ['', { authorization: `Bearer ${token}` }],
      'x-goog-api-key': ['', { 'x-goog-api-key': token }],
      'x-api-key': ['', { 'x-api-key': token }],
    }) as const
  for (const place of ['?key=', 'Bearer', 'x-goog-api-key', 'x-api-key'] as const) {
    test(`takes a client's token as ${place}, also under /gemini`, async () => {
      const [query, headers] = CREDENTIALS(scene.gateway.clientToken)[place]
      for (const prefix of ['', '/gemini', '/']) {
        const client = await talkLive(scene, { path: prefix + livePath() + query, headers })
        client.socket.close()
      }
      assert.equal(scene.google.calls.length, 3)
      for (const { query: sent, headers: passed } of scene.google.calls) {
        assert.equal(sent, '')
        assert.ok(!JSON.stringify(passed).includes(scene.gateway.clientToken))
      }
    })
  }

  for (const [path, status] of [
    [livePath(), 401],
    [`${livePath()}?key=wrong-token-of-nobody`, 401],
    [`${livePath('BidiGenerateContentConstrained', 'v1alpha')}?access_token=auth_tokens/made-up`, 401],
  ] as const) {
    test(`is refused with ${status} in Google's shape at ${path.replace(/^.*Service\./, '')}`, async () => {
      const socket = new WebSocket(scene.gateway.url.replace('http', 'ws') + path)
      const text = await new Promise<string>((resolve) => {
        socket.on('error', () => {})
        socket.on('unexpected-response', (_, answer) => {
          assert.equal(answer.statusCode, status)
          let body = ''
          answer.on('data', (piece) => {
            body += piece
          })
          answer.on('end', () => resolve(body))
        })
      })
      assert.equal(JSON.parse(text).error.status, 'UNAUTHENTICATED')
      assert.equal(scene.google.calls.length, 0)
    })
  }

  test('passes text and bytes as they are, and frames of 300 KB both ways', async () => {
    const client = await talkLive(scene)
    assert.deepEqual(client.isBinary, [true], 'Google speaks in bytes')
    const long = 'é'.repeat(150 * 1024)
    client.ask(long)
    await client.hears(`You said: ${long}`)
    const audio = { realtimeInput: { audio: { data: 'A'.repeat(300 * 1024), mimeType: 'audio/pcm' } } }
    client.socket.send(Buffer.from(JSON.stringify(audio)))
    await client.hears(audio.realtimeInput.audio.data)
    client.socket.close()
  })

  test('has the end that Google makes within a second, with its code and words', async () => {
    for (const [code, reason] of [
      [4001, 'as you wish'],
      [1008, 'policy é'],
      [1007, 'Request contains an invalid argument.'],
      [1000, ''],
    ] as const) {
      const client = await talkLive(scene)
      const begun = performance.now()
      client.ask(`/close ${code} ${reason}`)
      assert.deepEqual(await client.ended(), [code, reason])
      assert.ok(performance.now() - begun < 1000)
    }
  })

  test('tells Google within a second when its client closes, and when it is only gone', async () => {
    for (const leave of ['close', 'terminate'] as const) {
      scene.google.reset()
      const client = await talkLive(scene)
      const begun = performance.now()
      client.socket[leave]()
      await until(() => scene.google.calls[0]?.aborted === true, 'Google has seen it')
      assert.ok(performance.now() - begun < 1000)
    }
  })

  test('ends with a code that says so where its connection to Google is lost and cannot be resumed', async () => {
    const client = await talkLive(scene)
    client.ask('/drop')
    assert.deepEqual(await client.ended(), [1011, 'The connection to Google was lost'])
    await until(async () => (await liveRows(scene))[0]?.errorKind === 'bad_upstream', 'the row says so')
  })

  test('whose first message is no setup is closed with 1007, and no key is touched', async () => {
    for (const setup of [{ hello: 1 }, 'no object', { setup: 'x' }]) {
      const client = await connectLive(scene, { setup })
      assert.deepEqual(await client.ended(), [1007, 'The first message must be a setup'])
    }
    assert.equal(scene.google.calls.length, 0)
  })

  test('waits with what is said before Google is ready', async () => {
    const client = await connectLive(scene)
    client.ask('early')
    await client.hears('You said: early')
    client.socket.close()
  })

  test('makes music too', async () => {
    const path = `${livePath('BidiGenerateMusic', 'v1alpha')}?key=${scene.gateway.clientToken}`
    const client = await talkLive(scene, { path, setup: { setup: { model: 'models/lyria-realtime-exp' } } })
    client.socket.close()
    assert.equal(scene.google.calls[0]?.operation, 'bidiGenerateMusic')
  })

  test('of a model that there is not ends with Google’s own words', async () => {
    const client = await connectLive(scene, { setup: { setup: { model: 'models/gemini-none' } } })
    const [code, reason] = await client.ended()
    assert.equal(code, 1008)
    assert.match(reason, /^models\/gemini-none is not found/)
    assert.equal(scene.google.calls.length, 1)
  })

  test('SETUP may come in bytes', async () => {
    const client = await connectLive(scene, { setup: undefined })
    client.socket.send(Buffer.from(JSON.stringify(SETUP)))
    await client.hears('setupComplete')
    client.socket.close()
  })
})
