import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Transport } from '../../core/transport.ts'
import { serving } from './transport.ts'

/** What every way out promises of the bodies that it sends. */
export function transportBodiesContract(name: string, create: () => Transport): void {
  test(`${name}: a body that a method has none of as a rule leaves nothing behind on its connection`, () =>
    serving(
      async (request, response) => {
        const body = Buffer.concat(await request.toArray()).toString()
        response.end(`${request.method} ${body}`)
      },
      async (url) => {
        const transport = create()
        const { signal } = new AbortController()
        const body = new TextEncoder().encode('{}')
        for (let round = 0; round < 2; round++) {
          const response = await transport.fetch(url, { method: 'DELETE', headers: {}, body, signal })
          assert.equal(await response.text(), 'DELETE {}')
        }
      },
    ))

  test(`${name}: a body that flows arrives as it comes, in chunks or with the length that is stated`, () =>
    serving(
      async (request, response) => {
        const body = Buffer.concat(await request.toArray())
        const { 'content-length': length, 'transfer-encoding': encoding } = request.headers
        response.end(`${body.length} ${length ?? encoding}`)
      },
      async (url) => {
        const { signal } = new AbortController()
        const flow = () => {
          let left = 30
          return new ReadableStream<Uint8Array>({
            pull: (controller) =>
              left-- > 0 ? controller.enqueue(new Uint8Array(100_000)) : controller.close(),
          })
        }
        const send = (headers: Record<string, string>) =>
          create().fetch(url, { method: 'POST', headers, body: flow(), signal })
        assert.equal(await (await send({})).text(), '3000000 chunked')
        assert.equal(await (await send({ 'content-length': '3000000' })).text(), '3000000 3000000')
      },
    ))

  test(`${name}: a body that flows is read no further once the request is given up`, () =>
    serving(
      (request) => void request.resume(),
      async (url) => {
        const leaving = new AbortController()
        const cancelled = Promise.withResolvers<void>()
        const body = new ReadableStream<Uint8Array>({
          pull: async (controller) => {
            await new Promise((resolve) => setTimeout(resolve, 2))
            controller.enqueue(new Uint8Array(1000))
          },
          cancel: () => cancelled.resolve(),
        })
        const { signal } = leaving
        const sending = create().fetch(url, { method: 'POST', headers: {}, body, signal })
        setTimeout(() => leaving.abort(), 50)
        await assert.rejects(sending)
        await cancelled.promise
      },
    ))

  test(`${name}: a large body arrives whole, its length stated`, () =>
    serving(
      async (request, response) => {
        const body = Buffer.concat(await request.toArray())
        const isSame = body.every((byte, index) => byte === index % 251)
        response.end(`${body.length} ${request.headers['content-length']} ${isSame}`)
      },
      async (url) => {
        const body = Uint8Array.from({ length: 3_000_000 }, (_, index) => index % 251)
        const { signal } = new AbortController()
        const response = await create().fetch(url, { method: 'POST', headers: {}, body, signal })
        assert.equal(await response.text(), '3000000 3000000 true')
      },
    ))

  test(`${name}: a body that flows is sent as it comes`, async () => {
    const { promise: seen, resolve: see } = Promise.withResolvers<void>()
    await serving(
      async (request, response) => {
        let text = ''
        for await (const bytes of request) {
          text += bytes
          see()
        }
        response.end(`${text} ${request.headers['content-length']}`)
      },
      async (url) => {
        const pieces = ['one', 'two'].map((piece) => new TextEncoder().encode(piece))
        const body = new ReadableStream<Uint8Array>({
          async pull(controller) {
            const piece = pieces.shift()
            if (piece === undefined) return controller.close()
            if (pieces.length === 0) await seen
            controller.enqueue(piece)
          },
        })
        const { signal } = new AbortController()
        const headers = { 'content-length': '6' }
        const response = await create().fetch(url, { method: 'POST', headers, body, signal })
        assert.equal(await response.text(), 'onetwo 6')
      },
    )
  })
}
