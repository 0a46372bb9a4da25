import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { currentRuntime } from '../adapters/runtime/index.ts'
import type { Peer, Server } from '../core/runtime.ts'

const runtime = currentRuntime()
let folder: string

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'geminate-'))
})

after(() => rm(folder, { recursive: true, force: true }))

/** A server on loopback for as long as `use` runs. */
async function serving(
  fetch: (request: Request, peer: Peer) => Response | Promise<Response>,
  use: (url: string, server: Server) => Promise<void>,
) {
  const server = await runtime.serve({ host: '127.0.0.1', port: 0, fetch })
  try {
    await use(`http://127.0.0.1:${server.port}`, server)
  } finally {
    await server.stop(0)
  }
}

/** A stream that is written by hand. */
function handWritten() {
  const text = new TextEncoder()
  let controller: ReadableStreamDefaultController<Uint8Array>
  const stream = new ReadableStream<Uint8Array>({
    start(given) {
      controller = given
    },
  })
  return {
    stream,
    write: (piece: string) => controller.enqueue(text.encode(piece)),
    end: () => controller.close(),
  }
}

test('runtime: a server answers and knows who asks', () =>
  serving(
    (request, peer) => new Response(`${request.method} ${new URL(request.url).pathname} ${peer.address}`),
    async (url) => assert.equal(await (await fetch(`${url}/x`)).text(), 'GET /x 127.0.0.1'),
  ))

test('runtime: a throw of the handler is a bare 500', () =>
  serving(
    () => {
      throw new Error('a secret')
    },
    async (url) => {
      const response = await fetch(url)
      assert.equal(response.status, 500)
      assert.doesNotMatch(await response.text(), /secret|at /)
    },
  ))

test('runtime: a piece of a stream goes out before the stream ends', async () => {
  const { stream, write, end } = handWritten()
  await serving(
    () => new Response(stream),
    async (url) => {
      write('one')
      const reader = (await fetch(url)).body!.getReader()
      assert.equal(new TextDecoder().decode((await reader.read()).value), 'one')
      write('two')
      assert.equal(new TextDecoder().decode((await reader.read()).value), 'two')
      end()
      assert.equal((await reader.read()).done, true)
    },
  )
})

test('runtime: the signal of a request is aborted when the client leaves before an answer', async () => {
  const leaving = new AbortController()
  const left = new Promise<void>((resolve) => {
    const hang = (request: Request) => {
      request.signal.addEventListener('abort', () => resolve())
      leaving.abort()
      return new Promise<Response>(() => {})
    }
    void serving(hang, async (url) => {
      await assert.rejects(fetch(url, { signal: leaving.signal }))
      await left
    })
  })
  await left
})

test('runtime: the signal of a request is aborted when the client leaves amid a stream', async () => {
  const { stream, write } = handWritten()
  const leaving = new AbortController()
  let left: Promise<void> | undefined
  await serving(
    (request) => {
      left = new Promise((resolve) => request.signal.addEventListener('abort', () => resolve()))
      return new Response(stream)
    },
    async (url) => {
      write('one')
      const reader = (await fetch(url, { signal: leaving.signal })).body!.getReader()
      await reader.read()
      leaving.abort()
      await left
    },
  )
})

test('runtime: the signal of a request stays quiet after a whole answer', async () => {
  const signals: AbortSignal[] = []
  await serving(
    (request) => {
      signals.push(request.signal)
      return request.url.endsWith('/none') ? new Response(null, { status: 204 }) : new Response('all')
    },
    async (url) => {
      assert.equal(await (await fetch(`${url}/all`)).text(), 'all')
      assert.equal((await fetch(`${url}/none`)).status, 204)
      assert.equal(await (await fetch(`${url}/all`)).text(), 'all')
      assert.deepEqual(
        signals.slice(0, 2).map(({ aborted }) => aborted),
        [false, false],
      )
    },
  )
})

test('runtime: a body far above the usual limit of 128 MB arrives whole', async () => {
  const bytes = new Uint8Array(130 * 1024 * 1024)
  await serving(
    async (request) => new Response(String((await request.arrayBuffer()).byteLength)),
    async (url) => {
      const response = await fetch(url, { method: 'POST', body: bytes })
      assert.equal(await response.text(), String(bytes.byteLength))
    },
  )
})

test('runtime: a stopping server finishes the open answer, takes no other, and does not wait for idle connections', async () => {
  const { stream, write, end } = handWritten()
  const server = await runtime.serve({
    host: '127.0.0.1',
    port: 0,
    fetch: ({ url }) => (url.endsWith('/stream') ? new Response(stream) : new Response('idle')),
  })
  const url = `http://127.0.0.1:${server.port}`
  const idle = connect(server.port, '127.0.0.1').on('error', () => {})
  idle.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
  await new Promise((resolve) => idle.once('data', resolve))
  write('one ')
  const open = await fetch(`${url}/stream`)
  const stopped = server.stop(600)
  await assert.rejects(fetch(url, { headers: { connection: 'close' } }))
  write('two')
  end()
  assert.equal(await open.text(), 'one two')
  await stopped
  idle.destroy()
})

test('runtime: a stopping server cuts what is still open after the grace', async () => {
  const { stream, write } = handWritten()
  const server = await runtime.serve({ host: '127.0.0.1', port: 0, fetch: () => new Response(stream) })
  write('one')
  const open = await fetch(`http://127.0.0.1:${server.port}`)
  const cut = assert.rejects(open.text())
  await server.stop(0)
  await cut
})

test('runtime: a stopping server does not wait after the grace for answers that never come', async () => {
  const never = () => new Promise<never>(() => {})
  const server = await runtime.serve({ host: '127.0.0.1', port: 0, fetch: never, upgrade: never })
  const open = connect(server.port, '127.0.0.1').on('error', () => {})
  open.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}`)
  socket.onerror = () => {}
  await new Promise((resolve) => setTimeout(resolve, 100))
  await server.stop(0)
  open.destroy()
})

test('runtime: a port in use is refused with its code', () =>
  serving(
    () => new Response(),
    async (_, { port }) => {
      const second = runtime.serve({ host: '127.0.0.1', port, fetch: () => new Response() })
      await assert.rejects(second, { code: 'EADDRINUSE' })
    },
  ))

test('files: what is missing reads as undefined, what is written reads back', async () => {
  const path = join(folder, 'new/deep/file.txt')
  assert.equal(await runtime.files.read(path), undefined)
  await runtime.files.write(path, 'ключ')
  assert.equal(await runtime.files.read(path), 'ключ')
  assert.equal(await runtime.files.read(join(path, 'below-a-file')), undefined)
})

test('files: a file has the mode that was asked for, also when it replaces another', async () => {
  const path = join(folder, 'secret.txt')
  await runtime.files.write(path, 'old', 0o644)
  await runtime.files.write(path, 'new', 0o600)
  assert.equal((await stat(path)).mode & 0o777, 0o600)
})

test('files: a write that fails leaves nothing behind', async () => {
  await runtime.files.write(join(folder, 'taken/inside.txt'), 'x')
  const before = await readdir(folder)
  await assert.rejects(runtime.files.write(join(folder, 'taken'), 'a file in place of a folder'))
  assert.deepEqual(await readdir(folder), before)
})
