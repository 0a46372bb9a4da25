import { assert, createTestGateway, test } from 'geminate/testing'
import plainText from './index.ts'

const MODEL = 'gemini-3.8-flash'

test('answers in plain text, whole and streamed', async () => {
  const gateway = await createTestGateway({ plugins: [plainText] })
  for (const stream of [false, true]) {
    const response = await gateway.fetch('/plain', { body: { model: MODEL, ask: 'Hi', stream } })
    assert.equal(response.status, 200)
    assert.match(response.headers.get('content-type') ?? '', /^text\/plain/)
    assert.equal((await response.text()).trim(), 'Hello! You said: Hi')
  }
  await gateway.close()
})

test('tells errors in plain text: its own, the host’s and Google’s', async () => {
  const gateway = await createTestGateway({ plugins: [plainText] })
  const wrong = await gateway.fetch('/plain', { body: { ask: 5 } })
  assert.equal(wrong.status, 400)
  assert.match(await wrong.text(), /^Send \{"model"/)
  const stranger = await gateway.fetch('/plain', { body: {}, headers: { authorization: 'Bearer nobody' } })
  assert.equal(stranger.status, 401)
  assert.match(await stranger.text(), /^No valid client token/)
  gateway.google.script('*', { kind: 'streamError', after: 'content', error: 'internal500' })
  const broken = await gateway.fetch('/plain', { body: { model: MODEL, ask: 'Hi', stream: true } })
  assert.match(await broken.text(), /\n\(.+\)\n$/)
  await gateway.close()
})
