import assert from 'node:assert/strict'
import { test } from 'node:test'
import { weighCall } from '../core/quota/call-weight.ts'
import { createTokenEstimates } from '../core/quota/token-estimates.ts'

const bytesOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))

test('text weighs its bytes', () => {
  const body = bytesOf({ contents: [{ parts: [{ text: 'x'.repeat(100_000) }] }] })
  assert.deepEqual(weighCall(body), { textBytes: body.length, mediaTokens: 0 })
})

test('base64 weighs as media, in Gemini’s form and in data URLs', () => {
  const data = 'A'.repeat(200_000)
  const bodies = [
    { contents: [{ parts: [{ text: 'What is this?' }, { inlineData: { mimeType: 'image/png', data } }] }] },
    { messages: [{ content: [{ type: 'image_url', image_url: { url: `data:image/png;base64,${data}` } }] }] },
  ]
  for (const body of bodies) {
    const { textBytes, mediaTokens } = weighCall(bytesOf(body))
    assert.ok(textBytes < 200, `${textBytes}`)
    assert.ok(mediaTokens >= 258 && mediaTokens < 2_000, `${mediaTokens}`)
  }
})

test('nothing weighs less than nothing, however media are written', () => {
  const part = { inlineData: { data: `data:image/png;base64,${'A'.repeat(100_000)}` } }
  const { textBytes, mediaTokens } = weighCall(bytesOf({ contents: [{ parts: [part] }] }))
  assert.ok(textBytes >= 0 && mediaTokens >= 258)
})

test('a long text that speaks of "data" and of ;base64, is still text', () => {
  const text = '"data" and ;base64, and "data": "short" '.repeat(1_000)
  const body = bytesOf({ contents: [{ parts: [{ text }] }] })
  assert.equal(weighCall(body).textBytes, body.length)
})

test('weighing a large body takes time in line with its length', () => {
  const part = { inlineData: { mimeType: 'image/png', data: 'A'.repeat(5_000) } }
  const body = bytesOf({ contents: [{ parts: Array.from({ length: 2_000 }, () => part) }] })
  const { textBytes, mediaTokens } = weighCall(body)
  assert.ok(textBytes < body.length / 50)
  assert.ok(mediaTokens > 2_000 * 258)
})

test('estimates follow what Google counted, each model for itself', () => {
  const estimates = createTokenEstimates()
  const weight = { textBytes: 4_000, mediaTokens: 0 }
  assert.equal(estimates.estimate('m', weight), 1_000)
  estimates.learn('m', weight, 2_000)
  assert.equal(estimates.estimate('m', weight), 2_000)
  for (let call = 0; call < 100; call++) estimates.learn('m', weight, 1_200)
  assert.ok(Math.abs(estimates.estimate('m', weight) - 1_200) < 10)
  assert.equal(estimates.estimate('other', weight), 1_000)
  estimates.learn('m', { textBytes: 10, mediaTokens: 9_999 }, 1_000_000)
  assert.ok(Math.abs(estimates.estimate('m', weight) - 1_200) < 10, 'media teach nothing')
  assert.equal(estimates.estimate('m', { textBytes: 0, mediaTokens: 300 }), 300)
})

test('estimates that were kept go on where they were, without what is none', () => {
  const weight = { textBytes: 4_000, mediaTokens: 0 }
  const before = createTokenEstimates()
  before.learn('m', weight, 2_000)
  before.learn('m', weight, 1_999)
  assert.deepEqual(before.ratios(), { m: 0.5 })
  const kept = JSON.parse(JSON.stringify({ ...before.ratios(), odd: 'x', none: null, huge: 40 }))
  const after = createTokenEstimates(kept)
  assert.equal(after.estimate('m', weight), 2_000)
  assert.deepEqual(after.ratios(), { m: 0.5 })
  for (const odd of [undefined, null, 7, 'text', [1, 2, 3], { m: Number.NaN }])
    assert.equal(createTokenEstimates(odd).estimate('m', weight), 1_000)
})
