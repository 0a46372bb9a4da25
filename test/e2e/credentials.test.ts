import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { ADMIN_TOKEN, CLIENT_TOKEN } from './gateway-process.ts'
import { fakeKeys, MODEL, openScene, QUESTION, type Scene } from './scene.ts'

const PATH = `/v1beta/models/${MODEL}:generateContent`
const JSON_TYPE = { 'content-type': 'application/json' }
const BEARER = { authorization: `Bearer ${CLIENT_TOKEN}` }
const WRONG = { authorization: 'Bearer sk-nobody-has-this-token' }

describe('A client credential', () => {
  const keys = fakeKeys(1)
  let scene: Scene
  before(async () => {
    scene = await openScene(keys, { upstream: { gemini: { headers: { 'x-operator': 'the operator' } } } })
  })
  after(() => scene.close())
  beforeEach(() => scene.google.reset())

  const send = (path: string, headers: Record<string, string>) =>
    fetch(scene.gateway.url + path, {
      method: 'POST',
      headers: { ...JSON_TYPE, ...headers },
      body: JSON.stringify(QUESTION),
    })

  const accepted: Record<string, readonly [path: string, headers: Record<string, string>]> = {
    'as Authorization: Bearer': [PATH, BEARER],
    'as bearer in lower case': [PATH, { authorization: `bearer ${CLIENT_TOKEN}` }],
    'as x-goog-api-key': [PATH, { 'x-goog-api-key': CLIENT_TOKEN }],
    'as x-api-key': [PATH, { 'x-api-key': CLIENT_TOKEN }],
    'as ?key=': [`${PATH}?key=${CLIENT_TOKEN}`, {}],
    'as bearer beside an empty x-goog-api-key': [PATH, { ...BEARER, 'x-goog-api-key': '' }],
    'as ?key= beside empty headers': [
      `${PATH}?key=${CLIENT_TOKEN}`,
      { authorization: 'Bearer ', 'x-goog-api-key': '', 'x-api-key': '' },
    ],
    'as bearer and x-goog-api-key at once': [PATH, { ...BEARER, 'x-goog-api-key': CLIENT_TOKEN }],
    'in all four places at once': [
      `${PATH}?key=${CLIENT_TOKEN}`,
      { ...BEARER, 'x-goog-api-key': CLIENT_TOKEN, 'x-api-key': CLIENT_TOKEN },
    ],
    'behind a wrong one in another place': [PATH, { ...WRONG, 'x-goog-api-key': CLIENT_TOKEN }],
  }
  for (const [title, [path, headers]] of Object.entries(accepted)) {
    test(`is taken ${title}, and exactly one credential reaches Google: the key`, async () => {
      const response = await send(path, headers)
      assert.equal(response.status, 200, await response.text())
      const [call] = scene.google.calls
      assert.equal(call?.headers['x-goog-api-key'], keys[0])
      for (const name of ['authorization', 'x-api-key', 'cookie'])
        assert.equal(call?.headers[name], undefined)
      assert.equal(call?.query, '')
      assert.ok(!JSON.stringify(call).includes(CLIENT_TOKEN))
    })
  }

  const refused: Record<string, readonly [path: string, headers: Record<string, string>]> = {
    'that is missing': [PATH, {}],
    'that is empty everywhere': [
      `${PATH}?key=`,
      { authorization: '', 'x-goog-api-key': '', 'x-api-key': '' },
    ],
    'that nobody holds': [PATH, WRONG],
    'that is one of the pool’s own keys': [PATH, { 'x-goog-api-key': keys[0]! }],
    'that comes as Basic': [PATH, { authorization: `Basic ${btoa(`:${CLIENT_TOKEN}`)}` }],
    'that comes in a cookie': [PATH, { cookie: `key=${CLIENT_TOKEN}` }],
  }
  for (const [title, [path, headers]] of Object.entries(refused)) {
    test(`${title} is refused with 401 in Google's shape, and Google hears nothing`, async () => {
      const response = await send(path, headers)
      assert.equal(response.status, 401)
      const { error } = (await response.json()) as { error: { code: number; status: string } }
      assert.deepEqual([error.code, error.status], [401, 'UNAUTHENTICATED'])
      assert.equal(scene.google.calls.length, 0)
    })
  }

  test('of the admin does not open the way to Google', async () => {
    const response = await send(PATH, { authorization: `Bearer ${ADMIN_TOKEN}` })
    assert.equal(response.status, 403)
    assert.equal(scene.google.calls.length, 0)
  })
})

describe('Headers of a client', () => {
  let scene: Scene
  before(async () => {
    const headers = { 'x-operator': 'the operator', 'x-goog-user-project': 'operator-pays' }
    scene = await openScene(fakeKeys(1), { upstream: { gemini: { headers } } })
  })
  after(() => scene.close())

  const sent = {
    cookie: 'session=abcdef-client-cookie',
    'user-agent': 'client-agent/1.0 (odd; thing)',
    'x-goog-user-project': 'client-project',
    'x-goog-api-client': 'client-sdk/3.1.0 gl-node/v20',
    'x-goog-iam-authorization-token': 'client-iam',
    'x-forwarded-for': '203.0.113.7',
    'x-real-ip': '203.0.113.7',
    forwarded: 'for=203.0.113.7',
    via: '1.1 client-proxy',
    referer: 'https://client.example/',
    origin: 'https://client.example',
    'accept-language': 'tlh',
    'x-gemini-api-privileged-user-id': 'client-user',
    'x-anything': 'client-anything',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  }

  test('stay behind, but those meant for Google, and the operator’s are added', async () => {
    const response = await scene.post(PATH, QUESTION, {
      headers: { ...sent, 'x-server-timeout': '17', 'x-goog-fieldmask': 'candidates,usageMetadata' },
    })
    assert.equal(response.status, 200, await response.text())
    const { headers } = scene.google.calls[0]!
    for (const [name, value] of Object.entries(sent)) assert.notEqual(headers[name], value, name)
    assert.equal(headers['x-server-timeout'], '17')
    assert.equal(headers['x-goog-fieldmask'], 'candidates,usageMetadata')
    assert.equal(headers['x-operator'], 'the operator')
    assert.equal(headers['x-goog-user-project'], 'operator-pays')
    assert.equal(headers['content-type'], 'application/json')
    assert.equal(headers['accept-encoding'], 'identity')
  })

  test('reach Google in no other name than these', async () => {
    scene.google.reset()
    await (await scene.post(PATH, QUESTION, { headers: sent })).text()
    const known = ['accept-encoding', 'content-length', 'content-type', 'host']
    const more = ['x-goog-api-key', 'x-goog-user-project', 'x-operator']
    // Bun adds all of these, Deno the connection alone.
    const ofTheRuntime = ['accept', 'connection', 'user-agent']
    const names = Object.keys(scene.google.calls[0]!.headers).sort()
    assert.deepEqual(
      names.filter((name) => !ofTheRuntime.includes(name)),
      [...known, ...more],
    )
  })

  test('cannot smuggle a credential in the query past the gateway', async () => {
    scene.google.reset()
    const query = `alt=json&key=${CLIENT_TOKEN}&%6Bey=a&access_token=b&oauth_token=c&%24key=d&$access_token=e`
    await (await scene.post(`${PATH}?${query}`, QUESTION)).text()
    assert.equal(scene.google.calls[0]?.query, 'alt=json')
  })
})
