import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, before, beforeEach, describe, test } from 'node:test'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { CLIENT_TOKEN } from './gateway-process.ts'
import { fakeKeys, LENIENT, MODEL, openScene, type Scene } from './scene.ts'

const PATH = `/v1beta/models/${MODEL}:generateContent`
const MEGABYTE = 1_048_576
/** Odd spacing, escapes, numbers past 2^53, a name given twice. */
const VALID =
  '\n{ "contents" :\t[{"role":"user","parts":[{"text":"caf\\u00e9 \\ud83d\\ude00 é \\/"}]}],\r\n' +
  ' "generationConfig":{"seed":1e0,"temperature":1.000,"maxOutputTokens":1234},' +
  ' "unknownField":12345678901234567890123, "generationConfig":{"topK":40.0} }  \n'

let scene: Scene
before(async () => {
  scene = await openScene(
    fakeKeys(2),
    { server: { maxBodyMegabytes: 0.5, maxBufferedMegabytes: 1 } },
    LENIENT,
  )
})
after(() => scene.close())
beforeEach(() => scene.google.reset())

function send(
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<Response> {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body
  return fetch(scene.gateway.url + PATH, {
    method: 'POST',
    body: bytes,
    headers: { 'x-goog-api-key': CLIENT_TOKEN, ...headers },
  })
}

async function assertArrives(response: Response, body: string) {
  assert.equal(response.status, 200, await response.text())
  assert.equal(scene.google.calls.at(-1)?.body.toString(), body)
  assert.equal(scene.google.calls.at(-1)?.headers['content-type'], 'application/json')
}

describe('The bytes of a request body', () => {
  test('reach Google unchanged: spacing, escapes, large numbers, names given twice', async () => {
    await assertArrives(await send(VALID), VALID)
  })

  for (const type of [
    'text/plain',
    'application/json; charset=utf-8',
    'application/x-www-form-urlencoded',
    'odd',
  ]) {
    test(`are taken as JSON whatever the content-type says: ${type}`, async () => {
      await assertArrives(await send(VALID, { 'content-type': type }), VALID)
    })
  }

  test('are taken without any content-type', async () => {
    await assertArrives(await overNode(VALID), VALID)
  })

  test('lose a byte order mark, which Google refuses', async () => {
    await assertArrives(await send(`\uFEFF${VALID}`), VALID)
  })

  const packed = {
    gzip: gzipSync(VALID),
    'x-gzip': gzipSync(VALID),
    deflate: deflateSync(VALID),
    'Deflate ': deflateRawSync(VALID),
    br: brotliCompressSync(VALID),
    zstd: zstdCompressSync(VALID),
    identity: new TextEncoder().encode(VALID),
  }
  for (const [encoding, bytes] of Object.entries(packed)) {
    test(`arrive unpacked from ${encoding}`, async () => {
      await assertArrives(await send(new Uint8Array(bytes), { 'content-encoding': encoding }), VALID)
      assert.equal(scene.google.calls[0]?.headers['content-encoding'], undefined)
    })
  }

  test('in an unknown encoding are refused with 415, which names those that are known', async () => {
    const response = await send(VALID, { 'content-encoding': 'compress' })
    assert.equal(response.status, 415)
    assert.match(await response.text(), /gzip.*br/)
    assert.equal(scene.google.calls.length, 0)
  })

  test('that are corrupt gzip are refused with 400', async () => {
    const response = await send(new Uint8Array(gzipSync(VALID).subarray(0, 40)), {
      'content-encoding': 'gzip',
    })
    assert.equal(response.status, 400)
    assert.equal(scene.google.calls.length, 0)
  })
})

describe('The size of a request body', () => {
  test('may be the limit to the byte', async () => {
    const exact = padded(0.5 * MEGABYTE)
    await assertArrives(await send(exact), exact)
  })

  test('past the limit is refused with 413 in Google’s shape, packed or not', async () => {
    const large = padded(0.5 * MEGABYTE + 1)
    const packed = new Uint8Array(gzipSync(large))
    for (const response of [await send(large), await send(packed, { 'content-encoding': 'gzip' })]) {
      assert.equal(response.status, 413)
      assert.equal(((await response.json()) as { error: { code: number } }).error.code, 413)
    }
    assert.equal(scene.google.calls.length, 0)
  })
})

describe('Uploads that together pass the buffer', () => {
  test('are refused with 503 and Retry-After, and those begun before still go through', async () => {
    const [first, second] = await fillBuffer()
    const refused = await send(padded(0.4 * MEGABYTE))
    assert.equal(refused.status, 503)
    assert.ok(Number(refused.headers.get('retry-after')) >= 1)
    assert.equal(((await refused.json()) as { error: { code: number } }).error.code, 503)
    assert.deepEqual([await first.finish(), await second.finish()], [200, 200])
    assert.equal((await send(padded(0.4 * MEGABYTE))).status, 200)
  })

  test('give their share back when their client leaves', async () => {
    const uploads = await fillBuffer()
    for (const upload of uploads) upload.leave()
    let status = 503
    for (let tries = 0; status === 503 && tries < 200; tries++) {
      status = (await send(padded(0.45 * MEGABYTE))).status
    }
    assert.equal(status, 200)
  })
})

describe('The bytes of a request', () => {
  test('are let go once its stream has begun, however long that lasts', async () => {
    scene.google.reset()
    scene.google.script('*', { kind: 'hangAfterContent', times: 3 })
    const leaving = new AbortController()
    for (let streams = 0; streams < 3; streams++) {
      const path = PATH.replace(':generateContent', ':streamGenerateContent?alt=sse')
      const response = await scene.post(path, padded(0.45 * MEGABYTE), { signal: leaving.signal })
      assert.equal(response.status, 200)
      await response.body?.getReader().read()
    }
    assert.equal(scene.google.open(), 3)
    leaving.abort()
  })
})

/**
 * Two uploads that hold the buffer. One that finds a probe in its place is refused, and begins again: they
 * hold it once a few probes in a row were refused.
 */
async function fillBuffer(): Promise<[Upload, Upload]> {
  const begin = () => beginUpload(0.45 * MEGABYTE)
  let [first, second] = [await begin(), await begin()]
  for (let tries = 0, refused = 0; tries < 500; tries++) {
    const isFull = (await send(padded(0.4 * MEGABYTE))).status === 503
    refused = isFull && !first.isAnswered() && !second.isAnswered() ? refused + 1 : 0
    if (refused === 5) return [first, second]
    if (first.isAnswered()) first = await begin()
    if (second.isAnswered()) second = await begin()
  }
  assert.fail('the buffer never filled')
}

function padded(bytes: number): string {
  return VALID + ' '.repeat(Math.floor(bytes) - new TextEncoder().encode(VALID).length)
}

interface Upload {
  isAnswered(): boolean
  /** Sends the last byte; the status of the answer. */
  finish(): Promise<number>
  leave(): void
}

/** An upload of which all but the last byte was sent. */
async function beginUpload(length: number): Promise<Upload> {
  const body = Buffer.from(padded(length))
  const call = request(scene.gateway.url + PATH, {
    method: 'POST',
    headers: { 'x-goog-api-key': CLIENT_TOKEN, 'content-length': body.length },
  })
  let isAnswered = false
  const answered = new Promise<number>((resolve, reject) => {
    call.once('response', (response) => {
      response.resume()
      isAnswered = true
      resolve(response.statusCode ?? 0)
    })
    call.once('error', reject)
  })
  answered.catch(() => {})
  const most = body.length - 1
  await new Promise((resolve) => call.write(body.subarray(0, most), resolve))
  return {
    isAnswered: () => isAnswered,
    finish() {
      call.end(body.subarray(most))
      return answered
    },
    leave: () => void call.destroy(),
  }
}

/** Through `node:http`, which adds no content-type of its own. */
function overNode(body: string): Promise<Response> {
  return new Promise((resolve, reject) => {
    const call = request(scene.gateway.url + PATH, {
      method: 'POST',
      headers: { 'x-goog-api-key': CLIENT_TOKEN },
    })
    call.once('error', reject)
    call.once('response', async (response) => {
      const text = await Array.fromAsync(response, String)
      resolve(new Response(text.join(''), { status: response.statusCode ?? 0 }))
    })
    call.end(body)
  })
}
