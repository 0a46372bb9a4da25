import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { GenerateContentRequest } from '../core/canonical.ts'
import { toMediaPart } from '../core/codec/media.ts'
import { GatewayError } from '../core/errors.ts'
import { FetchError, type GuardedFetch } from '../core/guarded-fetch.ts'
import type { Call, HostSettings } from '../core/plugin.ts'
import { mediaTypeOf } from '../plugins/media/media-type.ts'
import { resolveMedia as resolveAtOnce } from '../plugins/media/resolve.ts'
import { callOf as callOfTest } from './call-of-test.ts'

/** What comes at once is as good as what comes later. */
const resolveMedia = async (...given: Parameters<typeof resolveAtOnce>) => resolveAtOnce(...given)

const PNG = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1])
const INLINE = { inlineData: { mimeType: 'image/png', data: Buffer.from(PNG).toString('base64') } }
const SETTINGS: HostSettings['media'] = {
  fetch: 'gateway',
  http: false,
  maxMegabytes: 20,
  timeoutSeconds: 20,
  onFailure: 'auto',
  allowHosts: [],
}

const latin = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0))

describe('What fetched bytes are', () => {
  const cases: readonly (readonly [
    string,
    Uint8Array,
    string | null,
    string | undefined,
    string | undefined,
  ])[] = [
    ['a picture with an honest header', PNG, 'image/png', undefined, 'image/png'],
    ['a picture that its header calls another', PNG, 'image/jpeg; charset=binary', 'image/webp', 'image/png'],
    ['a picture that nothing names', PNG, null, undefined, 'image/png'],
    ['a jpeg', latin('\xff\xd8\xff\xe0'), 'application/octet-stream', undefined, 'image/jpeg'],
    ['a webp', latin('RIFF1234WEBPVP8 '), null, undefined, 'image/webp'],
    ['a sound', latin('RIFF1234WAVEfmt '), 'audio/x-wav', undefined, 'audio/wav'],
    ['an mp3 without a tag', latin('\xff\xfb\x90\x00'), 'audio/mpeg', undefined, 'audio/mp3'],
    ['an mp3 with one', latin('ID3\x04'), null, undefined, 'audio/mp3'],
    ['a video', latin('\0\0\0\x20ftypisom'), 'application/octet-stream', undefined, 'video/mp4'],
    ['a film of Apple’s', latin('\0\0\0\x14ftypqt  '), null, undefined, 'video/quicktime'],
    ['a webm', latin('\x1aE\xdf\xa3'), null, undefined, 'video/webm'],
    ['a photo of a telephone', latin('\0\0\0\x18ftypheic'), null, undefined, 'image/heic'],
    ['a document', latin('%PDF-1.7'), 'text/plain', undefined, 'application/pdf'],
    ['a text', latin('hello'), 'text/plain; charset=utf-8', undefined, 'text/plain'],
    ['a table that its name tells', latin('a,b'), 'application/octet-stream', 'text/csv', 'text/csv'],
    ['JSON', latin('{}'), 'application/json', undefined, 'application/json'],
    [
      'a page where a picture was meant',
      latin('<!DOCTYPE html><p>Sign in'),
      'image/png',
      'image/png',
      undefined,
    ],
    ['a page', latin('\n<html>'), 'text/html', undefined, undefined],
    ['a page that was asked for', latin('<!-- a --><html>'), 'text/html', 'text/html', 'text/html'],
    ['a text that is called a picture', latin('not found'), 'image/png', undefined, undefined],
    ['a kind of picture that nobody here knows', latin('II*\0'), 'image/tiff', undefined, 'image/tiff'],
    ['anything', latin('????'), 'application/octet-stream', undefined, undefined],
    ['anything called a picture by its name alone', latin('????'), null, 'image/png', undefined],
    ['a text in UTF-16', latin('\xff\xfeh\0'), 'text/plain', undefined, 'text/plain'],
  ]
  for (const [title, bytes, header, expected, type] of cases) {
    test(`is told by the bytes first: ${title}`, () =>
      assert.equal(mediaTypeOf(bytes, header, expected), type))
  }
})

describe('Media by address', () => {
  const A = 'https://a.example/a.png?signature=secret'
  const B = 'https://b.example/b.png'
  const file = (fileUri: string, more: object = {}) => ({ fileData: { fileUri }, ...more })
  const callOf = (request: GenerateContentRequest, more: Partial<Call> = {}): Call =>
    callOfTest(request, { notes: ['earlier note'], ...more })
  const asking = (...parts: object[]) => callOf({ contents: [{ role: 'user', parts: parts as [] }] })
  const good: GuardedFetch = async () => new Response(PNG, { headers: { 'content-type': 'image/png' } })
  const bad: GuardedFetch = async () => {
    throw new FetchError('unreachable', 'its host gave no whole answer')
  }
  const partsOf = (call: Call | undefined) => call?.request.contents?.flatMap(({ parts }) => parts)
  const refusal = (text: RegExp) => (error: unknown) =>
    error instanceof GatewayError && error.status === 400 && text.test(error.message)

  test('stands in its place as bytes, the rest of its part with it', async () => {
    const mediaResolution = { level: 'MEDIA_RESOLUTION_LOW' }
    const call = asking({ text: 'What is this?' }, file(A, { mediaResolution }))
    const resolved = await resolveMedia(call, good, SETTINGS)
    assert.deepEqual(partsOf(resolved), [{ text: 'What is this?' }, { mediaResolution, ...INLINE }])
    assert.deepEqual(resolved?.notes, ['earlier note'])
  })

  test('is fetched once, however often it is named, and on behalf of the call', async () => {
    const asked: unknown[] = []
    const call = asking(file(A), file(B), file(A))
    const noting: GuardedFetch = (url, request) => {
      asked.push([url, request?.call])
      return good(url)
    }
    await resolveMedia(call, noting, SETTINGS)
    assert.deepEqual(asked, [
      [A, call],
      [B, call],
    ])
  })

  test('is not looked for where there is none, or where Google finds it by itself', async () => {
    const uris = [
      'gs://bucket/a.png',
      'https://generativelanguage.googleapis.com/v1beta/files/abc',
      'https://www.youtube.com/watch?v=1',
      'https://youtu.be/1',
    ]
    assert.equal(
      await resolveMedia(asking({ text: 'hi' }, ...uris.map((uri) => file(uri))), bad, SETTINGS),
      undefined,
    )
    assert.equal(await resolveMedia(callOf({}), bad, SETTINGS), undefined)
  })

  test('is looked for at hosts that only look like Google’s', async () => {
    for (const uri of [
      'https://youtube.com.evil.example/',
      'https://evil.example/youtu.be',
      'HTTPS://b.example/',
    ])
      assert.ok(await resolveMedia(asking(file(uri)), good, SETTINGS))
  })

  test('that cannot be fetched refuses a call of whose last turn it is, without what signs its address', async () => {
    await assert.rejects(resolveMedia(asking(file(A)), bad, SETTINGS), (error) => {
      assert.ok(
        refusal(/^https:\/\/a\.example\/a\.png cannot be fetched: its host gave no whole answer$/)(error),
      )
      return true
    })
  })

  test('names the place in the client’s request that its codec left with it', async () => {
    const place = 'messages[1].content[0].image_url.url'
    const call = asking(toMediaPart('https://b.example/', 'messages[0].content'), toMediaPart(A, place))
    const isAt = (error: unknown) => error instanceof GatewayError && error.param === place
    const other: GuardedFetch = (url, request) => (url === A ? bad(url, request) : good(url, request))
    await assert.rejects(resolveMedia(call, other, SETTINGS), isAt)
    // A hook's copy is still the same reference.
    const copied = asking({ ...toMediaPart(A, place), mediaResolution: {} })
    await assert.rejects(resolveMedia(copied, bad, SETTINGS), isAt)
  })

  const earlier = callOf({
    contents: [
      { role: 'user', parts: [file(A)] },
      { role: 'model', parts: [{ text: 'A cat.' }] },
      { role: 'user', parts: [{ text: 'Really?' }] },
    ],
  })

  test('of an earlier turn leaves a text behind', async () => {
    const resolved = await resolveMedia(earlier, bad, SETTINGS)
    assert.deepEqual(partsOf(resolved)?.[0], {
      text: '[https://a.example/a.png was here, but cannot be fetched: its host gave no whole answer]',
    })
    assert.deepEqual(resolved?.notes, ['earlier note', 'not fetched: https://a.example/a.png'])
  })

  test('beside a tool’s result stays there, and leaves its words in the result', async () => {
    const functionResponse = { name: 'look', response: { output: 'seen' }, parts: [file(A), INLINE] }
    const call = asking({ functionResponse })
    const resolved = partsOf(await resolveMedia(call, good, SETTINGS))
    assert.deepEqual(resolved, [{ functionResponse: { ...functionResponse, parts: [INLINE, INLINE] } }])
    await assert.rejects(resolveMedia(call, bad, SETTINGS), refusal(/cannot be fetched/))
    const [noted] = partsOf(await resolveMedia(call, bad, { ...SETTINGS, onFailure: 'note' })) ?? []
    const { response, parts } = noted!.functionResponse as {
      response: { lost: string[]; output: string }
      parts: object[]
    }
    assert.match(String(response.lost[0]), /^\[https:\/\/a\.example\/a\.png was here/)
    assert.equal(response.output, 'seen')
    assert.deepEqual(parts, [INLINE])
  })

  test('does as the settings say where it cannot be fetched', async () => {
    await assert.rejects(resolveMedia(earlier, bad, { ...SETTINGS, onFailure: 'refuse' }), refusal(/cannot/))
    const noted = await resolveMedia(asking(file(A)), bad, { ...SETTINGS, onFailure: 'note' })
    assert.match(String(partsOf(noted)?.[0]?.text), /was here/)
  })

  const answers: readonly (readonly [string, () => Response, RegExp])[] = [
    ['another status', () => new Response('gone', { status: 404 }), /its server answered 404/],
    ['nothing', () => new Response(''), /it is empty/],
    ['a page', () => new Response('<html>', { headers: { 'content-type': 'image/png' } }), /no picture/],
  ]
  for (const [title, answer, reason] of answers) {
    test(`is refused where its server answers ${title}`, () =>
      assert.rejects(
        resolveMedia(asking(file(A)), async () => answer(), SETTINGS),
        refusal(reason),
      ))
  }

  test('is not fetched where that is switched off', async () => {
    const off = { ...SETTINGS, fetch: 'off' } as const
    await assert.rejects(resolveMedia(asking(file(A)), good, off), refusal(/fetches nothing/))
  })

  test('is left to Google where the settings say so, the model does that and Google can', async () => {
    const google: typeof SETTINGS = { ...SETTINGS, fetch: 'google', allowHosts: ['*.inside.example'] }
    assert.equal(await resolveMedia(asking(file(A)), bad, google), undefined)
    const older = { ...asking(file(A)), model: 'gemini-2.0-flash' }
    assert.deepEqual(partsOf(await resolveMedia(older, good, google)), [INLINE])
    for (const url of ['http://a.example/', 'https://a.inside.example/'])
      assert.deepEqual(partsOf(await resolveMedia(asking(file(url)), good, google)), [INLINE])
  })

  test('is fetched a few at a time, and no more than a hundred for one call', async () => {
    let running = 0
    let most = 0
    const slow: GuardedFetch = async (url) => {
      most = Math.max(most, ++running)
      await new Promise((resolve) => setTimeout(resolve, 1))
      running--
      return good(url)
    }
    const many = (count: number) =>
      asking(...Array.from({ length: count }, (_, index) => file(`https://a.example/${index}`)))
    await resolveMedia(many(100), slow, SETTINGS)
    assert.equal(most, 4)
    await assert.rejects(resolveMedia(many(101), slow, SETTINGS), refusal(/100/))
  })

  test('ends a call whose client has left, and one that finds no memory', async () => {
    for (const kind of ['client_gone', 'overloaded'] as const) {
      const failing: GuardedFetch = async () => {
        throw new GatewayError(kind, 'over')
      }
      await assert.rejects(
        resolveMedia(earlier, failing, SETTINGS),
        (error) => error instanceof GatewayError && error.kind === kind,
      )
    }
  })
})
