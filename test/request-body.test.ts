import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as zlib from 'node:zlib'
import { GatewayError } from '../core/errors.ts'
import { createByteBudget } from '../core/http/byte-budget.ts'
import { readRequestBody } from '../core/http/request-body.ts'
import { createSilenceWatch } from '../core/http/silence-watch.ts'

const TEXT = '{"contents":[{"parts":[{"text":"é漢 hello hello hello"}]}]}'
const ENCODED: Record<string, (bytes: Uint8Array) => Uint8Array> = {
  gzip: zlib.gzipSync,
  'x-gzip': zlib.gzipSync,
  GZIP: zlib.gzipSync,
  deflate: zlib.deflateSync,
  br: zlib.brotliCompressSync,
  zstd: zlib.zstdCompressSync,
}

const silence = createSilenceWatch(60_000)
const BYTE_ORDER_MARK_LENGTH = 3

const bytesOf = (text: string) => new TextEncoder().encode(text)
const textOf = (bytes: Uint8Array) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)

/** A body whose length is stated. */
function stated(bytes: Uint8Array, headers: Record<string, string> = {}): Request {
  return new Request('http://localhost/', {
    method: 'POST',
    body: bytes as BodyInit,
    headers: { 'content-length': String(bytes.length), ...headers },
  })
}

/** A body in pieces, its length not stated; `pulled` counts the pieces that were asked for. */
function chunked(pieces: readonly (Uint8Array | Error)[], headers: Record<string, string> = {}) {
  const state = { pulled: 0, cancelled: false }
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const piece = pieces[state.pulled++]
        if (piece === undefined) controller.close()
        else if (piece instanceof Error) controller.error(piece)
        else controller.enqueue(piece)
      },
      cancel() {
        state.cancelled = true
      },
    },
    { highWaterMark: 0 },
  )
  const init = { method: 'POST', body, headers, duplex: 'half' }
  return { request: new Request('http://localhost/', init), state }
}

/** Reads, and sees that the budget holds what it should, during and after. */
async function read(
  request: Request,
  maxBytes = 10_000,
  budget = createByteBudget(20_000),
): Promise<Uint8Array> {
  const before = budget.held
  const body = await readRequestBody(request, { maxBytes, budget, silence }).catch((error) => {
    assert.equal(budget.held, before, 'a failed read holds nothing')
    throw error
  })
  const slack = budget.held - before - body.bytes.length
  assert.ok(slack === 0 || slack === BYTE_ORDER_MARK_LENGTH, 'a body holds its own length')
  body.release()
  body.release()
  assert.equal(budget.held, before, 'a released body holds nothing')
  return body.bytes
}

describe('reading a request body', () => {
  test('gives a body of stated length', async () => {
    assert.equal(textOf(await read(stated(bytesOf(TEXT)))), TEXT)
  })

  test('gives a body in pieces', async () => {
    const bytes = bytesOf(TEXT)
    const { request } = chunked([bytes.slice(0, 5), bytes.slice(5, 30), bytes.slice(30)])
    assert.equal(textOf(await read(request)), TEXT)
  })

  test('gives no bytes for no body', async () => {
    assert.equal((await read(new Request('http://localhost/'))).length, 0)
    assert.equal((await read(stated(new Uint8Array()))).length, 0)
    assert.equal((await read(chunked([]).request)).length, 0)
  })

  test('strips a byte order mark', async () => {
    assert.equal(textOf(await read(stated(bytesOf(`\ufeff${TEXT}`)))), TEXT)
    assert.equal(
      textOf(await read(stated(zlib.gzipSync(bytesOf(`\ufeff${TEXT}`)), { 'content-encoding': 'gzip' }))),
      TEXT,
    )
  })

  for (const [encoding, encode] of Object.entries(ENCODED)) {
    test(`decompresses ${encoding}, stated and in pieces`, async () => {
      const bytes = encode(bytesOf(TEXT))
      const headers = { 'content-encoding': encoding }
      assert.equal(textOf(await read(stated(bytes, headers))), TEXT)
      const { request } = chunked([bytes.slice(0, 9), bytes.slice(9)], headers)
      assert.equal(textOf(await read(request)), TEXT)
    })

    test(`refuses ${encoding} data that is corrupt`, async () => {
      const corrupt = stated(bytesOf(TEXT), { 'content-encoding': encoding })
      await assert.rejects(read(corrupt), { kind: 'invalid_request', message: /not valid/ })
    })

    test(`never takes ${encoding} data that was cut off for the whole`, async () => {
      const reading = read(stated(encode(bytesOf(TEXT)).slice(0, -6), { 'content-encoding': encoding }))
      // Deno's brotli ends without an error where its data ends.
      if (encoding === 'br') assert.notEqual(await reading.then(textOf, () => ''), TEXT)
      else await assert.rejects(reading, { kind: 'invalid_request', message: /not valid/ })
    })

    test(`stops a ${encoding} body that grows too large`, async () => {
      const bomb = encode(new Uint8Array(5_000_000))
      const headers = { 'content-encoding': encoding }
      await assert.rejects(read(stated(bomb, headers), 100_000, createByteBudget(1e9)), { kind: 'too_large' })
      await assert.rejects(read(stated(bomb, headers), 1e9, createByteBudget(100_000)), {
        kind: 'overloaded',
      })
    })
  }

  test('takes one zstd frame of any size, and neither a part of it nor more', async () => {
    const headers = { 'content-encoding': 'zstd' }
    for (const size of [0, 1, 255, 256, 65_791, 65_792, 400_000]) {
      const bytes = new Uint8Array(Buffer.alloc(size, 'ab1é'))
      for (const params of [{}, { [zlib.constants.ZSTD_c_checksumFlag]: 1 }]) {
        const frame = zlib.zstdCompressSync(bytes, { params })
        const budget = createByteBudget(1e7)
        assert.equal((await read(stated(frame, headers), 1e6, budget)).length, bytes.length)
        for (const wrong of [frame.slice(0, -1), frame.slice(0, 5), new Uint8Array([...frame, ...frame])]) {
          await assert.rejects(read(stated(wrong, headers), 1e6, budget), { kind: 'invalid_request' })
        }
      }
    }
  })

  test('decompresses deflate without its zlib header', async () => {
    const headers = { 'content-encoding': 'deflate' }
    assert.equal(textOf(await read(stated(zlib.deflateRawSync(bytesOf(TEXT)), headers))), TEXT)
  })

  test('gives large decompressed bodies whole', async () => {
    const bytes = crypto.getRandomValues(new Uint8Array(60_000))
    const large = bytesOf(Buffer.from(bytes).toString('hex').repeat(10))
    const budget = createByteBudget(1e7)
    const body = await read(stated(zlib.gzipSync(large), { 'content-encoding': 'gzip' }), 1e7, budget)
    assert.equal(Buffer.compare(body, large), 0)
  })

  test('names the encodings it knows when it refuses one', async () => {
    for (const encoding of ['compress', 'gzip, br', 'constructor']) {
      await assert.rejects(read(stated(bytesOf(TEXT), { 'content-encoding': encoding })), {
        kind: 'unsupported_media_type',
        status: 415,
        message: /gzip, x-gzip, deflate, br/,
      })
    }
    assert.equal(textOf(await read(stated(bytesOf(TEXT), { 'content-encoding': 'Identity' }))), TEXT)
  })

  test('refuses too large a body by its stated length, unread', async () => {
    const { request, state } = chunked([bytesOf(TEXT)], { 'content-length': '3145729' })
    await assert.rejects(read(request, 3_145_728), {
      kind: 'too_large',
      status: 413,
      message: 'The request body is larger than 3 MB, the limit that server.maxBodyMegabytes sets',
    })
    assert.equal(state.pulled, 0)
  })

  test('stops reading a body in pieces when it has become too large', async () => {
    const { request, state } = chunked(Array.from({ length: 100 }, () => new Uint8Array(10)))
    await assert.rejects(read(request, 45), { kind: 'too_large' })
    assert.equal(state.cancelled, true)
    assert.ok(state.pulled < 10, String(state.pulled))
  })

  test('takes a body of exactly the limit', async () => {
    assert.equal((await read(stated(new Uint8Array(45)), 45)).length, 45)
    assert.equal((await read(chunked([new Uint8Array(40), new Uint8Array(5)]).request, 45)).length, 45)
  })

  test('takes a long body from the budget only as it arrives, and ends one that stands still', async () => {
    const budget = createByteBudget(1_000_000)
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new Uint8Array(10)),
    })
    const headers = { 'content-length': '900000' }
    const request = new Request('http://localhost', {
      method: 'POST',
      body,
      headers,
      duplex: 'half',
    } as RequestInit)
    const reading = readRequestBody(request, { maxBytes: 1_000_000, budget, silence: createSilenceWatch(20) })
    assert.ok(budget.take(900_000))
    budget.give(900_000)
    await assert.rejects(reading, { kind: 'invalid_request' })
    assert.ok(budget.take(1_000_000), 'all is given back')
  })

  test('believes no stated length that chunks override or the body exceeds', async () => {
    const lying = stated(new Uint8Array(50), { 'content-length': '5' })
    await assert.rejects(read(lying, 45), { kind: 'too_large' })
    const both = chunked([bytesOf(TEXT)], { 'content-length': '5', 'transfer-encoding': 'chunked' })
    assert.equal(textOf(await read(both.request)), TEXT)
  })

  test('refuses when the bodies in memory leave no room, and takes the next when they do', async () => {
    const budget = createByteBudget(100)
    const first = await readRequestBody(stated(new Uint8Array(60)), { maxBytes: 100, budget, silence })
    for (const request of [
      stated(new Uint8Array(60)),
      chunked([new Uint8Array(30), new Uint8Array(30)]).request,
    ]) {
      await assert.rejects(read(request, 100, budget), {
        kind: 'overloaded',
        status: 503,
        retryAfterSeconds: 1,
      })
    }
    first.release()
    assert.equal((await read(stated(new Uint8Array(60)), 100, budget)).length, 60)
  })

  test('says so when the client broke off', async () => {
    const pieces = [bytesOf(TEXT), new Error('connection reset')]
    const broken = { kind: 'invalid_request', message: /broke off/ }
    await assert.rejects(read(chunked(pieces).request), broken)
    await assert.rejects(read(chunked(pieces, { 'content-length': '500' }).request), broken)
    await assert.rejects(read(chunked([bytesOf(TEXT)], { 'content-length': '500' }).request), broken)
  })

  test('throws nothing but gateway errors', async () => {
    const request = stated(bytesOf(TEXT))
    await request.text()
    await assert.rejects(read(request), (error) => error instanceof GatewayError)
  })
})
