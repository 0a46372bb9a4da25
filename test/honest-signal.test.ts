import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withHonestSignal } from '../adapters/runtime/honest-signal.ts'

/** A server's `cut` that knows how many listen to it. */
function watchedCut() {
  const controller = new AbortController()
  const listening = new Set<unknown>()
  const { signal } = controller
  const { addEventListener, removeEventListener } = signal
  signal.addEventListener = (type: string, listener: EventListener, options?: unknown) => {
    listening.add(listener)
    addEventListener.call(signal, type, listener, options as AddEventListenerOptions)
  }
  signal.removeEventListener = (type: string, listener: EventListener) => {
    listening.delete(listener)
    removeEventListener.call(signal, type, listener)
  }
  return { signal, abort: () => controller.abort(), listening }
}

function requestOf(signal: AbortSignal): Request {
  const request = new Request('http://localhost/')
  Object.defineProperty(request, 'signal', { value: signal, configurable: true })
  return request
}

test('an answer leaves no listener behind, whether it arrives, fails, or its client leaves', async () => {
  const cut = watchedCut()
  const client = () => new AbortController()
  assert.equal(
    await (await withHonestSignal(requestOf(client().signal), cut.signal, () => new Response('all'))).text(),
    'all',
  )
  assert.equal(cut.listening.size, 0, 'after a whole answer')

  const refused = withHonestSignal(requestOf(client().signal), cut.signal, () => Promise.reject(new Error()))
  await assert.rejects(refused)
  assert.equal(cut.listening.size, 0, 'after a throw')

  const leaving = client()
  const request = requestOf(leaving.signal)
  await withHonestSignal(request, cut.signal, () => new Response(new ReadableStream()))
  assert.equal(cut.listening.size, 1)
  leaving.abort()
  assert.equal(request.signal.aborted, true)
  assert.equal(cut.listening.size, 0, 'after its client left')
})

test('an answer breaks off where its client had left before, or the server was cut', async () => {
  const aborted = AbortSignal.abort()
  for (const [client, cut] of [
    [aborted, new AbortController().signal],
    [new AbortController().signal, aborted],
  ] as const) {
    const request = requestOf(client)
    const response = await withHonestSignal(request, cut, () => new Response(new ReadableStream()))
    assert.equal(request.signal.aborted, true)
    await assert.rejects(response.text())
  }
})
