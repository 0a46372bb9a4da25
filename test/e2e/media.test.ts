import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, beforeEach, describe, test } from 'node:test'
import type OpenAI from 'openai'
import { APIError } from 'openai'
import { CHAT_FORMS, chat, openAiAt } from './openai-client.ts'
import { fakeKeys, MODEL, openScene, type Scene, until } from './scene.ts'

const PNG = Buffer.from('89504e470d0a1a0a01020304', 'hex')
const WAV = Buffer.from('RIFF1234WAVEfmt ')
const INLINE_PNG = { inlineData: { mimeType: 'image/png', data: PNG.toString('base64') } }

/** What a host of media answers, by path. */
const ANSWERS: Readonly<Record<string, (response: ServerResponse) => void>> = {
  '/cat.png': (response) => response.end(PNG),
  '/lying': (response) => response.writeHead(200, { 'content-type': 'image/jpeg' }).end(PNG),
  '/sound': (response) => response.end(WAV),
  '/page': (response) => response.writeHead(200, { 'content-type': 'image/png' }).end('<!doctype html>'),
  '/to-inside': (response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
  '/to-cat': (response) => response.writeHead(302, { location: '/cat.png' }).end(),
  '/big.png': (response) => response.end(Buffer.concat([PNG, Buffer.alloc(600_000)])),
  '/large': (response) => response.end(Buffer.alloc(2_000_000)),
  '/slow': () => {},
}

describe('Pictures and files by address, for OpenAI’s clients', () => {
  let scene: Scene
  let host: Server
  let url: string
  const visits: IncomingMessage[] = []

  before(async () => {
    host = createServer((request, response) => {
      visits.push(request)
      const answer = ANSWERS[request.url ?? '']
      if (answer) answer(response)
      else response.writeHead(404).end()
    }).listen(0, '127.0.0.1')
    await once(host, 'listening')
    url = `http://127.0.0.1:${(host.address() as AddressInfo).port}`
    const media = { allowHosts: [new URL(url).host], maxMegabytes: 1, timeoutSeconds: 1 }
    scene = await openScene(fakeKeys(2), { media, server: { maxBufferedMegabytes: 1 } })
  })
  after(async () => {
    await scene.close()
    host.closeAllConnections()
    host.close()
  })
  beforeEach(() => {
    visits.length = 0
    scene.google.reset()
  })

  const sentParts = () => {
    const { contents } = JSON.parse(scene.google.calls.at(-1)?.body.toString() ?? '')
    return contents.flatMap(({ parts }: { parts: object[] }) => parts)
  }
  const image = (address: string): OpenAI.ChatCompletionContentPart => ({
    type: 'image_url',
    image_url: { url: address },
  })
  const asking = (...content: OpenAI.ChatCompletionContentPart[]) => ({
    messages: [{ role: 'user', content }] as OpenAI.ChatCompletionMessageParam[],
  })

  for (const form of CHAT_FORMS) {
    test(`go to Google as bytes: ${form}`, async () => {
      const answer = await chat(scene, form, asking({ type: 'text', text: 'What?' }, image(`${url}/cat.png`)))
      assert.equal(answer.error, undefined)
      assert.deepEqual(sentParts(), [{ text: 'What?' }, INLINE_PNG])
    })
  }

  test('are fetched without anything of the client’s, once each', async () => {
    await chat(
      scene,
      'whole',
      asking(image(`${url}/cat.png`), image(`${url}/to-cat`), image(`${url}/cat.png`)),
    )
    assert.equal(visits.length, 3)
    for (const { headers } of visits) {
      assert.deepEqual(Object.keys(headers).sort(), ['accept-encoding', 'connection', 'host', 'user-agent'])
    }
    assert.deepEqual(sentParts(), [INLINE_PNG, INLINE_PNG, INLINE_PNG])
  })

  test('are what their bytes say, whatever their header does', async () => {
    await chat(scene, 'whole', asking(image(`${url}/lying`)))
    assert.deepEqual(sentParts(), [INLINE_PNG])
  })

  test('may be sounds, videos and files', async () => {
    const audio = { type: 'input_audio', input_audio: { data: `${url}/sound`, format: 'wav' } } as const
    const file = { type: 'file', file: { file_data: `${url}/cat.png` } } as const
    const video = { type: 'video_url', video_url: { url: `${url}/cat.png` } } as unknown as typeof file
    await chat(scene, 'whole', asking(audio, file, video))
    const wav = { inlineData: { mimeType: 'audio/wav', data: WAV.toString('base64') } }
    assert.deepEqual(sentParts(), [wav, INLINE_PNG, INLINE_PNG])
  })

  const refused: readonly (readonly [string, string, RegExp])[] = [
    ['this machine', 'http://127.0.0.1:1/', /only https addresses/],
    ['this machine by https', 'https://127.0.0.1/', /no public address/],
    ['this machine in disguise', 'https://[::ffff:127.0.0.1]/', /no public address/],
    ['this machine by number', 'https://2130706433/', /no public address/],
    ['the cloud’s secrets', 'https://169.254.169.254/latest', /no public address/],
    ['a name of this machine', 'https://localhost/', /no public address/],
    ['a host that there is not', 'https://no-such-host.invalid/', /no public address/],
    ['what redirects inside', 'HOST/to-inside', /only https addresses/],
    ['what is not there', 'HOST/none', /answered 404/],
    ['a page', 'HOST/page', /no picture/],
    ['what is too large', 'HOST/large', /larger than 1 MB/],
    ['what takes too long', 'HOST/slow', /too long/],
  ]
  for (const [what, address, reason] of refused) {
    test(`refuse the call where they name ${what}`, async () => {
      const { error } = await chat(scene, 'stream', asking(image(address.replace('HOST', url))))
      assert.ok(error instanceof APIError)
      assert.equal(error.status, 400)
      assert.equal(error.type, 'invalid_request_error')
      assert.match(error.message, reason)
      assert.equal(scene.google.calls.length, 0)
    })
  }

  test('of an earlier turn are a text where they are gone', async () => {
    const answer = await chat(scene, 'whole', {
      messages: [
        ...asking(image(`${url}/none`)).messages,
        { role: 'assistant', content: 'A cat.' },
        { role: 'user', content: 'Really?' },
      ],
    })
    assert.equal(answer.error, undefined)
    assert.equal(
      sentParts()[0].text,
      `[${url}/none was here, but cannot be fetched: its server answered 404]`,
    )
    assert.equal(answer.headers?.get('x-geminate-notes'), `not fetched: ${url}/none`)
  })

  test('are no more fetched when the client has left', async () => {
    const leaving = new AbortController()
    const { signal } = leaving
    const body = { model: MODEL, ...asking(image(`${url}/slow`)) }
    const asked = openAiAt(scene).chat.completions.create(body, { signal })
    asked.catch(() => {})
    await until(() => visits.length === 1, 'it is being fetched')
    const closed = once(visits[0]!.socket, 'close')
    leaving.abort()
    const begun = performance.now()
    await closed
    assert.ok(performance.now() - begun < 700, 'its own time was up, not the client gone')
  })

  test('count to what the gateway may hold in memory, as long as their call needs them', async () => {
    scene.google.script('*', { kind: 'slow', headersMilliseconds: 400 })
    const ask = () => chat(scene, 'whole', asking(image(`${url}/big.png`)))
    const first = ask()
    await until(() => scene.google.calls.length === 1, 'the first is at Google')
    assert.equal((await ask()).status, 503)
    assert.equal((await first).status, 200)
    assert.equal((await ask()).status, 200)
  })

  test('of Anthropic’s clients go the same way', async () => {
    const source = { type: 'url', url: `${url}/cat.png` }
    const messages = [{ role: 'user', content: [{ type: 'image', source }] }]
    const response = await scene.post('/v1/messages', { model: MODEL, max_tokens: 100, messages })
    assert.equal(response.status, 200)
    assert.deepEqual(sentParts(), [INLINE_PNG])
  })

  test('of native calls are Google’s own to fetch', async () => {
    const parts = [{ fileData: { mimeType: 'image/png', fileUri: `${url}/cat.png` } }]
    const response = await scene.post(`/v1beta/models/${MODEL}:generateContent`, { contents: [{ parts }] })
    assert.equal(response.status, 200)
    assert.deepEqual(sentParts(), parts)
    assert.equal(visits.length, 0)
  })
})
