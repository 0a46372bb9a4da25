import assert from 'node:assert/strict'
import { mkdtemp } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { type GatewayProcess, runProgram, startGatewayProcess, startInFolder } from './gateway-process.ts'
import { filesIn, rowsIn } from './kept-data.ts'
import { ask, fakeKeys, openScene, pathOf, QUESTION, type Scene, until } from './scene.ts'

const KEYS = fakeKeys(3)

describe('A gateway in an empty folder', () => {
  test('starts without config, keys or tokens, and prints its tokens once', async () => {
    await using gateway = await inEmptyFolder()
    const admin = /The admin token, shown this once: (ga-\S+)/.exec(gateway.output())?.[1] ?? ''
    const client = /client "default", shown this once: (sk-\S+)/.exec(gateway.output())?.[1] ?? ''
    assert.ok(admin.length > 30 && client.length > 30, gateway.output())
    assert.match(gateway.output(), /no key yet/)

    for (let start = 0; start < 2; start++) {
      const keys = await fetch(`${gateway.url}/admin/api/keys`, {
        headers: { authorization: `Bearer ${admin}` },
      })
      assert.deepEqual(await keys.json(), { items: [], total: 0 })
      assert.equal((await askWith(gateway, client)).status, 503)
      assert.equal((await askWith(gateway, 'sk-wrong-token')).status, 401)
      assert.equal((await fetch(`${gateway.url}/readyz`)).status, 503)
      if (start === 1) break
      assert.equal(await gateway.end('SIGTERM'), 0)
      await gateway.start()
      assert.doesNotMatch(gateway.output(), /shown this once|ga-|sk-/)
    }
    for (const { name, text } of await filesIn(gateway.folder)) {
      assert.ok(!text.includes(admin) && !text.includes(client), `${name} holds a token`)
    }
  })

  test('keeps its data in files that only their owner may read', async () => {
    await using gateway = await inEmptyFolder()
    const files = await filesIn(gateway.folder)
    assert.ok(files.some(({ name }) => name.endsWith('geminate.db')))
    for (const { name, mode } of files) assert.equal(mode.toString(8), '600', name)
  })

  test('takes a token within two seconds of its making, and drops the one it replaces', async () => {
    await using gateway = await inEmptyFolder()
    const make = async () => {
      const { code, stdout } = await runProgram(gateway.folder, ['token', 'new', 'client', '--name', 'x'])
      assert.equal(code, 0)
      return stdout.trim()
    }
    const first = await make()
    assert.match(first, /^sk-\S{30,}$/)
    await untilAnswered(gateway, first, 503, 2_000)
    const second = await make()
    await untilAnswered(gateway, second, 503, 2_000)
    await untilAnswered(gateway, first, 401, 2_000)
  })
})

describe('A gateway that is told to stop', () => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    test(`by ${signal} lets an open stream finish, refuses new calls, and ends with 0`, async () => {
      await using scene = await openDisposable(KEYS)
      scene.google.script('*', { kind: 'slow', chunkMilliseconds: 250 })
      const response = await scene.post(pathOf('sse'), QUESTION)
      const reader = response.body!.getReader()
      const first = await reader.read()
      const ended = scene.gateway.end(signal)
      await until(() => isRefused(scene.gateway.url), 'new connections are refused')
      const text = decoded([first.value!, ...(await rest(reader))])
      assert.match(text, /"finishReason": ?"STOP"/)
      assert.equal(await ended, 0)
      const [row] = await rowsIn(scene.gateway.folder)
      assert.deepEqual([row?.status, row?.stream, row?.errorKind], [200, true, undefined])
    })
  }

  test('has written a row for every call, with what became of it', async () => {
    await using scene = await openDisposable(KEYS)
    const { google, gateway } = scene
    google.script(KEYS[0]!, { kind: 'perMinute429', retrySeconds: 30 })
    const ids: (string | null)[] = []
    const asked = async (form: 'whole' | 'sse' | 'array' | 'countTokens') => {
      const answer = await ask(scene, form)
      ids.unshift(answer.headers.get('x-request-id'))
      return answer
    }
    for (const form of ['whole', 'sse', 'array', 'countTokens'] as const)
      assert.equal((await asked(form)).status, 200)
    google.script('*', { kind: 'invalidArgument400', message: 'Not like this.' })
    assert.equal((await asked('whole')).status, 400)
    assert.equal(await gateway.end('SIGTERM'), 0)

    const rows = await rowsIn(gateway.folder)
    assert.deepEqual(
      rows.map(({ id }) => id),
      ids,
    )
    const [refused, count, array, sse, whole] = rows
    for (const row of rows) {
      assert.deepEqual([row.client, row.protocol, row.model], ['tester', 'gemini', 'gemini-3.8-flash'])
      assert.ok(row.keyId && row.project && row.durationMilliseconds >= 0 && Date.now() - row.at < 60_000)
      assert.deepEqual([row.requestBody, row.replyBody], [undefined, undefined])
    }
    assert.deepEqual(
      rows.map(({ operation, stream, status }) => [operation, stream, status]),
      [
        ['generateContent', false, 400],
        ['countTokens', false, 200],
        ['generateContent', true, 200],
        ['generateContent', true, 200],
        ['generateContent', false, 200],
      ],
    )
    for (const row of [whole, sse, array]) {
      assert.ok(row!.promptTokens! > 0 && row!.outputTokens! > 0, JSON.stringify(row))
      assert.equal(row!.totalTokens, row!.promptTokens! + row!.outputTokens!)
      assert.ok(row!.firstTokenMilliseconds! >= 0)
    }
    assert.equal(count?.errorKind, undefined)
    assert.deepEqual(
      [refused?.errorKind, refused?.failures[0]?.googleStatus],
      ['upstream_refused', 'INVALID_ARGUMENT'],
    )
    assert.match(refused?.failures[0]?.text ?? '', /Not like this\./)

    const limited = rows.find(({ failures }) => failures.some(({ status }) => status === 429))
    const [failure] = limited?.failures ?? []
    assert.equal(limited?.attempts, 2)
    assert.deepEqual(
      [failure?.googleStatus, failure?.fault.startsWith('quota_minute')],
      ['RESOURCE_EXHAUSTED', true],
    )
    assert.match(failure?.text ?? '', /GenerateRequestsPerMinute/)
    assert.notEqual(failure?.keyId, limited?.keyId)
  })

  test('keeps bodies where it was asked to, free of secrets', async () => {
    await using scene = await openDisposable(KEYS.slice(0, 1), { log: { bodies: true } })
    const said = `my token is ${scene.gateway.clientToken}, yours is ${KEYS[0]}`
    const question = { contents: [{ role: 'user', parts: [{ text: said }] }] }
    for (const form of ['whole', 'sse', 'array', 'countTokens'] as const) {
      assert.equal((await ask(scene, form, question)).status, 200)
    }
    assert.equal(await scene.gateway.end('SIGTERM'), 0)
    const rows = await rowsIn(scene.gateway.folder)
    assert.equal(rows.length, 4)
    for (const { operation, stream, requestBody = '', replyBody = '' } of rows) {
      const what = `${operation} ${stream ? 'stream' : 'whole'}`
      assert.match(requestBody, /my token is \[/, what)
      assert.match(replyBody, operation === 'countTokens' ? /totalTokens/ : /Hello!/, what)
      for (const secret of [scene.gateway.clientToken, KEYS[0]!]) {
        assert.ok(!`${requestBody} ${replyBody}`.includes(secret), what)
      }
    }
  })
})

describe('A port that is in use', () => {
  test('ends a second gateway with 1 and one sentence that names the setting', async () => {
    const first = await startGatewayProcess({})
    try {
      const port = Number(new URL(first.url).port)
      const opening = startGatewayProcess({ server: { port } })
      await assert.rejects(opening, ({ message }: Error) => {
        const sentences = message.trim().split('\n')
        assert.equal(sentences.length, 1, message)
        assert.match(message, new RegExp(`ended with 1: Port ${port} on 127.0.0.1 is in use.*server\\.port`))
        return true
      })
      assert.equal((await fetch(`${first.url}/healthz`)).status, 200)
    } finally {
      await first.remove()
    }
  })
})

async function inEmptyFolder(): Promise<GatewayProcess & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'geminate-empty-'))
  const gateway = await startInFolder(folder, { GEMINATE_SERVER_PORT: '0' })
  return Object.assign(gateway, { [Symbol.asyncDispose]: gateway.remove })
}

async function openDisposable(
  keys: readonly string[],
  settings: Record<string, unknown> = {},
): Promise<Scene & AsyncDisposable> {
  const scene = await openScene(keys, settings)
  return { ...scene, [Symbol.asyncDispose]: scene.close }
}

function askWith({ url }: GatewayProcess, token: string): Promise<Response> {
  return fetch(url + pathOf('whole'), {
    method: 'POST',
    headers: { 'x-goog-api-key': token },
    body: JSON.stringify(QUESTION),
  })
}

async function untilAnswered(gateway: GatewayProcess, token: string, status: number, milliseconds: number) {
  const begun = performance.now()
  await until(async () => (await askWith(gateway, token)).status === status, `the answer is ${status}`)
  assert.ok(performance.now() - begun < milliseconds)
}

/** Whether a new connection is refused. */
function isRefused(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname)
    socket.once('connect', () => {
      socket.destroy()
      resolve(false)
    })
    socket.once('error', () => resolve(true))
  })
}

async function rest(reader: { read(): Promise<{ done: boolean; value?: Uint8Array | undefined }> }) {
  const pieces: Uint8Array[] = []
  for (let next = await reader.read(); !next.done; next = await reader.read()) pieces.push(next.value!)
  return pieces
}

function decoded(pieces: readonly Uint8Array[]): string {
  return Buffer.concat(pieces).toString()
}
