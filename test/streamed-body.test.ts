import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isGatewayError } from '../core/errors.ts'
import { ownAddress } from '../core/http/own-address.ts'
import { createSilenceWatch } from '../core/http/silence-watch.ts'
import { streamedBody } from '../core/http/streamed-body.ts'

const silence = createSilenceWatch(60_000)

function requestOf(body: ReadableStream<Uint8Array> | undefined): Request {
  const init = body === undefined ? { method: 'POST' } : { method: 'POST', body, duplex: 'half' }
  return new Request('http://localhost/', init as RequestInit)
}

function piecesOf(...texts: string[]): ReadableStream<Uint8Array> {
  const left = texts.map((text) => new TextEncoder().encode(text))
  return new ReadableStream({
    pull: (controller) => {
      const piece = left.shift()
      if (piece) controller.enqueue(piece)
      else controller.close()
    },
  })
}

describe('A body that passes through', () => {
  test('is given piece by piece, each of them told of', async () => {
    let moved = 0
    const body = streamedBody(requestOf(piecesOf('one ', 'two ', 'three')), { failed: assert.fail, silence })
    assert.equal(body.isBegun, false)
    assert.equal(await new Response(body.stream(() => moved++)).text(), 'one two three')
    assert.deepEqual([moved, body.isBegun, body.failure], [3, true, undefined])
  })

  test('is not taken before somebody wants it, so that another may take over', async () => {
    const body = streamedBody(requestOf(piecesOf('all')), { failed: assert.fail, silence })
    const first = body.stream(() => {})
    const second = body.stream(() => {})
    await new Promise((resolve) => setTimeout(resolve, 5))
    assert.equal(body.isBegun, false)
    await first.cancel()
    assert.equal(await new Response(second).text(), 'all')
  })

  test('goes to one alone: who comes too late gets nothing', async () => {
    const body = streamedBody(requestOf(piecesOf('all')), { failed: assert.fail, silence })
    const first = body.stream(() => {})
    const second = body.stream(() => {})
    assert.equal(await new Response(first).text(), '')
    assert.equal(await new Response(second).text(), 'all')
  })

  test('of a client that falls silent ends, and says whose fault it was', async () => {
    let failed = 0
    const silent = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new Uint8Array(1)),
    })
    const body = streamedBody(requestOf(silent), { failed: () => failed++, silence: createSilenceWatch(20) })
    await assert.rejects(new Response(body.stream(() => {})).arrayBuffer())
    assert.equal(failed, 1)
    assert.ok(isGatewayError(body.failure) && body.failure.status === 400)
  })

  test('that breaks off ends in the same way', async () => {
    const broken = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.error(new Error('gone')),
    })
    const body = streamedBody(requestOf(broken), { failed() {}, silence })
    await assert.rejects(new Response(body.stream(() => {})).arrayBuffer())
    assert.match(body.failure?.message ?? '', /broke off/)
  })

  test('that there is not is empty', async () => {
    const body = streamedBody(requestOf(undefined), { failed: assert.fail, silence })
    assert.equal(await new Response(body.stream(() => {})).text(), '')
  })
})

test('the gateway’s own address is the one that the client used, by the scheme that a proxy states', () => {
  const address = (forwarded?: string) =>
    ownAddress({
      url: new URL('http://gateway.example:8000/x?y'),
      request: new Request(
        'http://x/',
        forwarded === undefined ? {} : { headers: { 'x-forwarded-proto': forwarded } },
      ),
    })
  assert.equal(address(), 'http://gateway.example:8000')
  assert.equal(address('https, http'), 'https://gateway.example:8000')
  assert.equal(address('javascript'), 'http://gateway.example:8000')
})
