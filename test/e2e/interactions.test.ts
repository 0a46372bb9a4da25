import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { openNativeScene, sdkOf, send } from './native-scene.ts'
import { MODEL, type Scene } from './scene.ts'

describe('Interactions', () => {
  let scene: Scene
  before(async () => {
    scene = await openNativeScene()
  })
  after(() => scene.close())
  beforeEach(() => scene.google.reset())

  const lastKey = () => scene.google.calls.at(-1)?.key
  const post = (body: unknown, client: 'one' | 'two' = 'one') =>
    send(scene, client, '/v1beta/interactions', { json: body })
  const errorOf = async (response: Response) =>
    ((await response.json()) as { error: { code: unknown; message: string } }).error

  test('are made, gone on from, shown, cancelled and deleted through one project', async () => {
    const { interactions } = sdkOf(scene, 'one')
    for (let round = 0; round < 4; round++) {
      const first = await interactions.create({ model: MODEL, input: 'Hello' })
      const key = lastKey()
      const next = await interactions.create({
        model: MODEL,
        input: 'And?',
        previous_interaction_id: first.id,
      })
      assert.equal(lastKey(), key)
      assert.equal((await interactions.get(next.id)).id, next.id)
      await interactions.cancel(next.id)
      await interactions.delete(first.id)
      assert.equal(lastKey(), key)
      await assert.rejects(interactions.get(first.id), { status: 404 })
    }
    assert.ok(new Set(scene.google.calls.map(({ key }) => key)).size > 1)
  })

  test('stream, are known from the first event on, and are taken up where they broke off', async () => {
    const { interactions } = sdkOf(scene, 'one')
    let id = ''
    const events: string[] = []
    for await (const event of await interactions.create({ model: MODEL, input: 'Hello', stream: true })) {
      events.push(event.event_type)
      if (event.event_type === 'interaction.created') id = event.interaction.id
    }
    assert.equal(events.at(-1), 'interaction.completed')
    const key = lastKey()
    const rest: string[] = []
    for await (const event of await interactions.get(id, { stream: true, last_event_id: 'e2' }))
      rest.push(event.event_type)
    assert.deepEqual(rest, ['step.stop', 'interaction.completed'])
    assert.equal(lastKey(), key)
    assert.match(scene.google.calls.at(-1)!.query, /last_event_id=e2/)
  })

  test('of another client are not there, in the words of their API', async () => {
    const { id } = await sdkOf(scene, 'one').interactions.create({ model: MODEL, input: 'Hello' })
    const before = scene.google.calls.length
    for (const response of [
      await send(scene, 'two', `/v1beta/interactions/${id}`),
      await send(scene, 'two', `/v1beta/interactions/${id}/cancel`, { method: 'POST' }),
      await post({ model: MODEL, input: 'x', previous_interaction_id: id }, 'two'),
      await post({ model: MODEL, input: 'x', previousInteractionId: id }, 'two'),
    ]) {
      assert.equal(response.status, 404)
      assert.equal((await errorOf(response)).code, 'not_found')
    }
    assert.equal(scene.google.calls.length, before)
  })

  test('move to another key where one is spent, and are refused in their own words where all are', async () => {
    for (const key of scene.google.keys.slice(0, 2)) scene.google.quota({ key, model: MODEL, perMinute: 1 })
    for (let round = 0; round < 10; round++)
      assert.equal((await post({ model: MODEL, input: 'x' })).status, 200)
    assert.equal(scene.google.calls.length, 12, 'two were refused on the way')
    // What was not limited was not counted either: three more are answered.
    scene.google.quota({ model: MODEL, perMinute: 1 })
    for (let round = 0; round < 3; round++) await post({ model: MODEL, input: 'x' })
    const refused = await post({ model: MODEL, input: 'x' })
    assert.equal(refused.status, 429)
    assert.ok(Number(refused.headers.get('retry-after')) >= 1)
    assert.equal((await errorOf(refused)).code, 'rate_limit_exceeded')
  })

  test('that stream move to another key where the first event is an error', async () => {
    const spent = scene.google.keys.slice(0, 3)
    for (const key of spent) scene.google.quota({ key, model: 'gemini-4-argon', perMinute: 0 })
    for (let round = 0; round < 5; round++) {
      const response = await post({ model: 'gemini-4-argon', input: 'x', stream: true })
      assert.match(await response.text(), /interaction\.completed/)
    }
    assert.ok(scene.google.calls.some(({ key = '' }) => spent.includes(key)))
  })

  test('that are wrong are refused with Google’s own words', async () => {
    const refused = await post({ input: 'x' })
    assert.deepEqual(
      [refused.status, await errorOf(refused)],
      [400, { code: 'invalid_request', message: 'One of model or agent is required.' }],
    )
    const unknown = await fetch(`${scene.gateway.url}/v1beta/interactions`, { method: 'POST', body: '{}' })
    assert.deepEqual([unknown.status, (await errorOf(unknown)).code], [401, 'authentication'])
  })
})
