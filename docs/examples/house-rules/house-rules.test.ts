import { assert, createTestGateway, test } from 'geminate/testing'
import houseRules from './index.ts'

const MODEL = 'gemini-3.8-flash'
const open = () => createTestGateway({ plugins: [[houseRules, { rules: 'Be kind.', strike: ['Hello'] }]] })

/** The same question in each protocol, whole and streamed. */
const QUESTIONS = [
  [`/v1beta/models/${MODEL}:generateContent`, { contents: [{ parts: [{ text: 'Hi' }] }] }],
  [`/v1beta/models/${MODEL}:streamGenerateContent?alt=sse`, { contents: [{ parts: [{ text: 'Hi' }] }] }],
  ['/v1/chat/completions', { model: MODEL, messages: [{ role: 'user', content: 'Hi' }] }],
  ['/v1/chat/completions', { model: MODEL, stream: true, messages: [{ role: 'user', content: 'Hi' }] }],
  ['/v1/messages', { model: MODEL, max_tokens: 99, messages: [{ role: 'user', content: 'Hi' }] }],
] as const

test('tells the model the rules and strikes words, in every protocol', async () => {
  const gateway = await open()
  for (const [path, body] of QUESTIONS) {
    gateway.google.reset()
    gateway.google.script('*', { kind: 'text', text: 'Hello there' })
    const headers = { 'anthropic-version': '2023-06-01' }
    const response = await gateway.fetch(path, { body, headers })
    const text = await response.text()
    assert.equal(response.status, 200, text)
    assert.match(text, /▇▇▇▇▇/)
    assert.doesNotMatch(text, /Hello/)
    const sent = JSON.parse(new TextDecoder().decode(gateway.google.calls[0]?.body))
    assert.equal(sent.systemInstruction.parts[0].text, 'Be kind.')
  }
  await gateway.close()
})

test('says which option is missing', async () => {
  await assert.rejects(
    createTestGateway({ plugins: [[houseRules, {}]] }),
    /plugins\.house-rules\.rules.*missing/,
  )
})
