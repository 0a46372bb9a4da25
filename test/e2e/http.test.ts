import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { Value } from '@sinclair/typebox/value'
import { Elysia } from 'elysia'
import { mountOwnRoutes } from '../../core/http/own-routes.ts'
import { standardPlugins } from '../../plugins/standard.ts'
import { CLIENT_TOKEN } from './gateway-process.ts'
import { fakeKeys, LENIENT, MODEL, openScene, QUESTION, type Scene } from './scene.ts'

const PATH = `/v1beta/models/${MODEL}:generateContent`
const OPEN = ['GET /', 'GET /healthz', 'GET /health', 'GET /readyz']
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

let scene: Scene
before(async () => {
  scene = await openScene(fakeKeys(2), {}, LENIENT)
})
after(() => scene.close())
beforeEach(() => scene.google.reset())

const send = (path: string, init: RequestInit = {}) => fetch(scene.gateway.url + path, init)
const asClient = { 'x-goog-api-key': CLIENT_TOKEN }

const routes = await everyRoute()

describe('A route without a credential', () => {
  for (const { method, path } of routes) {
    for (const verb of method === 'ALL' ? METHODS : [method]) {
      const place = `${verb} ${path.replace('*', 'anything')}`
      if (OPEN.includes(place)) continue
      test(`is closed: ${place}`, async () => {
        const response = await send(place.slice(verb.length + 1), { method: verb })
        assert.equal(response.status, 401)
        assert.match(response.headers.get('x-request-id') ?? '', /^req_/)
        assert.ok(((await response.json()) as { error: unknown }).error)
      })
    }
  }

  for (const place of ['POST /', 'POST /healthz', 'DELETE /readyz', 'GET /favicon.ico', 'GET /healthz/x']) {
    test(`is closed also where there is none: ${place}`, async () => {
      const [method, path = ''] = place.split(' ')
      assert.equal((await send(path, { method })).status, 401)
    })
  }

  for (const place of OPEN) {
    test(`is open: ${place}`, async () => {
      const [method, path = ''] = place.split(' ')
      for (const verb of [method ?? '', 'HEAD']) {
        const response = await send(path, { method: verb })
        assert.equal(response.status, 200, verb)
        assert.equal((await response.text()) === '', verb === 'HEAD')
      }
    })
  }
})

describe('The admin API', () => {
  test('refuses a client’s token with 403', async () => {
    const response = await send('/admin/api/keys', { headers: { authorization: `Bearer ${CLIENT_TOKEN}` } })
    assert.equal(response.status, 403)
  })

  for (const path of [
    '/%61dmin/api/keys',
    '/ADMIN/api/keys',
    '//admin/api/keys',
    '/x/../admin/api/keys',
    '/admin%2Fapi/keys',
  ]) {
    test(`is not reached by a client through ${path}`, async () => {
      for (const headers of [{}, asClient]) {
        const response = await send(path, { headers })
        assert.ok([401, 403, 404].includes(response.status), String(response.status))
        assert.ok(!(await response.text()).includes('masked'))
      }
    })
  }
})

test('Ids of requests sort as the requests came, so that the log grows at its end', async () => {
  const ids: (string | null)[] = []
  for (let call = 0; call < 5; call++) {
    ids.push((await send('/healthz')).headers.get('x-request-id'))
    await new Promise((resolve) => setTimeout(resolve, 3))
  }
  assert.deepEqual(ids.toSorted(), ids)
  assert.match(String(ids[0]), /^req_[0-9a-f]{32}$/)
})

describe('A browser', () => {
  test('may ask from anywhere, for any header, without cookies', async () => {
    const asked = 'authorization, x-goog-api-key, x-goog-upload-offset, anthropic-version, x-stainless-os'
    for (const path of [PATH, '/admin/api/keys', '/nothing/here']) {
      const response = await send(path, {
        method: 'OPTIONS',
        headers: {
          origin: 'https://app.example',
          'access-control-request-method': 'POST',
          'access-control-request-headers': asked,
        },
      })
      assert.equal(response.status, 204)
      assert.equal(response.headers.get('access-control-allow-origin'), '*')
      assert.equal(response.headers.get('access-control-allow-headers'), asked)
      assert.equal(
        response.headers.get('access-control-allow-methods'),
        'GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD',
      )
      assert.ok(Number(response.headers.get('access-control-max-age')) >= 600)
      assert.equal(response.headers.get('access-control-allow-credentials'), null)
      assert.match(response.headers.get('x-request-id') ?? '', /^req_/)
    }
  })

  test('may read every answer and its telling headers, errors too', async () => {
    const origin = 'https://app.example'
    const asked = { headers: { origin } }
    const answers = [
      await scene.post(PATH, QUESTION, asked),
      await scene.post(PATH, '{', asked),
      await scene.post(`/v1beta/models/${MODEL}:streamGenerateContent?alt=sse`, QUESTION, asked),
      await scene.post(PATH, QUESTION, { headers: { origin, 'x-goog-api-key': 'wrong-token' } }),
      await send('/nothing/here', { headers: { ...asClient, origin } }),
      await send('/healthz', asked),
    ]
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 400, 200, 401, 404, 200],
    )
    for (const answer of answers) {
      assert.equal(answer.headers.get('access-control-allow-origin'), '*')
      assert.equal(answer.headers.get('access-control-allow-credentials'), null)
      const exposed = answer.headers.get('access-control-expose-headers')?.split(', ') ?? []
      for (const name of [
        'x-request-id',
        'retry-after',
        'x-should-retry',
        'x-geminate-attempts',
        'x-geminate-notes',
      ])
        assert.ok(exposed.includes(name), name)
      await answer.body?.cancel()
    }
    const ids = new Set(answers.map(({ headers }) => headers.get('x-request-id')))
    assert.equal(ids.size, answers.length)
  })
})

describe('A path', () => {
  const generation = (path: string, sent: string) =>
    test(`${path} reaches Google as ${sent}`, async () => {
      const response = await scene.post(path, QUESTION)
      assert.equal(response.status, 200, await response.text())
      const [call, ...more] = scene.google.calls
      assert.equal([call?.path, call?.query].filter(Boolean).join('?'), sent)
      assert.equal(more.length, 0)
    })
  generation(PATH, PATH)
  for (const version of ['v1', 'v1alpha', 'v1beta']) {
    const path = `/${version}/models/${MODEL}:generateContent`
    generation(path, path)
    generation(`/gemini${path}`, path)
  }
  generation(`/gemini/models/${MODEL}:generateContent`, PATH)
  generation(`/v1beta/models%2F${MODEL}:generateContent`, PATH)
  generation(`/v1beta/models/${MODEL}%3AgenerateContent`, PATH)
  generation(`/v1beta/models/google%2F${MODEL}:generateContent`, PATH)
  generation(`/v1beta/models/google/${MODEL}:generateContent`, PATH)
  generation(`/v1beta/models/models/${MODEL}:generateContent`, PATH)
  generation(`/v1beta/models/gemini-3%2E8-flash:generateContent`, PATH)
  generation(
    `${PATH}?alt=json&prettyPrint=false&x=%2F+%20&x=2`,
    `${PATH}?alt=json&prettyPrint=false&x=%2F+%20&x=2`,
  )
  generation(`/v1/v1beta/models/${MODEL}:generateContent`, PATH)
  generation(`/gemini//v1/v1beta//models/${MODEL}:generateContent/`, PATH)
  generation(`/v1/models%2F${MODEL}%3AgenerateContent`, `/v1/models/${MODEL}:generateContent`)
  generation(`/v1beta/models/${MODEL}:countTokens`, `/v1beta/models/${MODEL}:countTokens`)

  test('of Google’s that this gateway does not know is relayed, with Google’s answer', async () => {
    const predicted = await scene.post('/v1beta/models/imagen-9:predict', { instances: [] })
    assert.equal(predicted.status, 404)
    const { error } = (await predicted.json()) as { error: { status: string; message: string } }
    assert.equal(error.status, 'NOT_FOUND')
    assert.match(error.message, /imagen-9/)
    const files = await send('/v1beta/models/gemini-x/permissions?pageSize=3', { headers: asClient })
    assert.equal(files.status, 404)
    assert.deepEqual(
      scene.google.calls.map(({ method, path, query }) => `${method} ${path} ${query}`),
      ['POST /v1beta/models/imagen-9:predict ', 'GET /v1beta/models/gemini-x/permissions pageSize=3'],
    )
  })

  test('that nobody serves is a 404 in words', async () => {
    const response = await send('/v2/nothing', { headers: asClient })
    assert.equal(response.status, 404)
    assert.match(await response.text(), /\/v1beta/)
    assert.equal(scene.google.calls.length, 0)
  })

  for (const path of [
    '/v1beta/models/..:generateContent',
    '/v1beta/models/:generateContent',
    '/v1beta/%',
    '/v1beta/',
  ]) {
    test(`that is odd is answered with a 4xx in JSON: ${path}`, async () => {
      const response = await scene.post(path, QUESTION)
      assert.ok(response.status >= 400 && response.status < 500, String(response.status))
      assert.match(response.headers.get('content-type') ?? '', /json/)
      assert.ok(((await response.json()) as { error: unknown }).error)
    })
  }
})

describe('Chosen fields', () => {
  const body = '{"usageMetadata":{"totalTokenCount":3}}'

  test('of a whole answer are no failure, whatever is not among them', async () => {
    scene.google.script('*', { kind: 'raw', headers: { 'content-type': 'application/json' }, body })
    const response = await scene.post(`${PATH}?fields=usageMetadata`, QUESTION)
    assert.deepEqual([response.status, await response.text()], [200, body])
    assert.equal(scene.google.calls.length, 1)
    assert.equal(scene.google.calls[0]?.query, 'fields=usageMetadata')
  })

  test('of a stream are no failure either', async () => {
    const events = `data: ${body}\r\n\r\ndata: ${body}\r\n\r\n`
    scene.google.script('*', { kind: 'raw', headers: { 'content-type': 'text/event-stream' }, body: events })
    const path = `/v1beta/models/${MODEL}:streamGenerateContent?alt=sse&$fields=usageMetadata`
    const response = await scene.post(path, QUESTION)
    assert.deepEqual([response.status, await response.text()], [200, events])
    assert.equal(scene.google.calls.length, 1)
  })
})

describe('A gateway without a usable key', () => {
  let poor: Scene
  before(async () => {
    poor = await openScene(fakeKeys(1))
  })
  after(() => poor.close())

  test('is alive but not ready', async () => {
    poor.google.script('*', { kind: 'keyInvalid' })
    assert.equal((await fetch(`${poor.gateway.url}/readyz`)).status, 200)
    assert.equal((await poor.post(PATH, QUESTION)).status, 503)
    assert.equal((await fetch(`${poor.gateway.url}/readyz`)).status, 503)
    assert.equal((await fetch(`${poor.gateway.url}/healthz`)).status, 200)
  })
})

/** Every route that the program registers, asked of the code that registers them. */
async function everyRoute(): Promise<{ method: string; path: string }[]> {
  const app = new Elysia()
  mountOwnRoutes(app, { pool: undefined, log: undefined, admin: [] } as never)
  for (const plugin of standardPlugins) {
    const options = plugin.options ? Value.Default(plugin.options, {}) : {}
    const hooks = await plugin.setup(options, { schedule: () => {} } as never)
    hooks.routes?.(app, undefined as never)
  }
  return app.routes.map(({ method, path }) => ({ method, path }))
}
