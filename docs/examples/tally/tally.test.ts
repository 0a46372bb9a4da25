import { assert, createTestGateway, test } from 'geminate/testing'
import tally from './index.ts'

test('shows a client what it has used, and nobody else', async () => {
  const gateway = await createTestGateway({ plugins: [tally] })
  const shown = async () => (await gateway.fetch('/tally')).json()
  assert.deepEqual(await shown(), { calls: 0, tokens: 0 })

  const body = { model: 'gemini-3.8-flash', messages: [{ role: 'user', content: 'Hi' }] }
  for (let call = 0; call < 2; call++) await (await gateway.fetch('/v1/chat/completions', { body })).text()
  let { calls, tokens } = await shown()
  for (let tries = 0; calls < 2 && tries < 100; tries++) ({ calls, tokens } = await shown())
  assert.equal(calls, 2)
  assert.ok(tokens > 0)

  assert.equal((await gateway.fetch('/tally', { headers: { authorization: 'Bearer nobody' } })).status, 401)
  await gateway.close()
})
