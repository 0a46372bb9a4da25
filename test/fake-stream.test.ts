import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { GenerateContentResponse, Part } from '../core/canonical.ts'
import { toPieces } from '../plugins/fake-stream/pieces.ts'
import { frozen } from './frozen.ts'
import { seededRandom } from './seeded-random.ts'

const whole = (parts: Part[], more: object = {}): GenerateContentResponse =>
  frozen({
    candidates: [
      { content: { role: 'model', parts }, finishReason: 'STOP', index: 0, avgLogprobs: -1, ...more },
    ],
    usageMetadata: { totalTokenCount: 9 },
    modelVersion: 'm',
    responseId: 'r',
  })
const partsOf = (chunks: readonly GenerateContentResponse[], index = 0) =>
  chunks.flatMap(({ candidates = [] }) =>
    candidates.filter((each) => each.index === index).flatMap(({ content }) => content?.parts ?? []),
  )

describe('The pieces of a whole answer', () => {
  const IMAGE = { inlineData: { mimeType: 'image/png', data: 'AAAA' } }
  const CALL = { functionCall: { name: 'f', args: {} }, thoughtSignature: 's' }

  test('hold every part in its order, one a piece', () => {
    const parts = [{ text: 'a', thought: true }, { text: 'b' }, CALL, IMAGE]
    const chunks = toPieces(whole(parts), 10)
    assert.equal(chunks.length, 4)
    assert.deepEqual(partsOf(chunks), parts)
    for (const { modelVersion, responseId } of chunks)
      assert.deepEqual([modelVersion, responseId], ['m', 'r'])
  })

  test('tell the end, and what it cost, with the last', () => {
    const chunks = toPieces(whole([{ text: 'one two three four' }]), 5)
    const ends = chunks.map(({ candidates, usageMetadata }) => [
      candidates?.[0]?.finishReason,
      usageMetadata?.totalTokenCount,
    ])
    assert.deepEqual(ends.pop(), ['STOP', 9])
    for (const end of ends) assert.deepEqual(end, [undefined, undefined])
  })

  test('come to the same text, cut between words and never within a character', () => {
    const random = seededRandom(7)
    const words = ['a', 'word', '🙂🙂🙂', 'äöü', '\n', ' ', 'considerably', '漢字漢字漢字']
    for (let times = 0; times < 200; times++) {
      const text = Array.from({ length: 30 }, () => words[Math.floor(random() * words.length)]).join(
        random() < 0.5 ? ' ' : '',
      )
      const pieces = partsOf(toPieces(whole([{ text }]), 1 + Math.floor(random() * 20))).map(
        (part) => part.text ?? '',
      )
      assert.equal(pieces.join(''), text)
      for (const piece of pieces) assert.ok(piece.isWellFormed(), JSON.stringify(piece))
    }
    assert.deepEqual(
      partsOf(toPieces(whole([{ text: 'one two three' }]), 5)).map(({ text }) => text),
      ['one ', 'two ', 'three'],
    )
  })

  test('keep a thought a thought in each piece, and its signature on the last', () => {
    const parts = partsOf(toPieces(whole([{ text: 'one two', thought: true, thoughtSignature: 's' }]), 4))
    assert.deepEqual(parts, [
      { text: 'one ', thought: true },
      { text: 'two', thought: true, thoughtSignature: 's' },
    ])
  })

  test('go on side by side for several candidates', () => {
    const reply = frozen({
      candidates: [
        { content: { parts: [{ text: 'one two' }] }, finishReason: 'STOP', index: 0 },
        { content: { parts: [{ text: 'x' }] }, finishReason: 'MAX_TOKENS', index: 1 },
      ],
    })
    const chunks = toPieces(reply, 4)
    assert.deepEqual(
      partsOf(chunks, 0).map(({ text }) => text),
      ['one ', 'two'],
    )
    assert.deepEqual(
      partsOf(chunks, 1).map(({ text }) => text),
      ['x'],
    )
    assert.equal(chunks[0]!.candidates?.[1]?.finishReason, 'MAX_TOKENS')
  })

  test('are one where there is nothing to cut', () => {
    const blocked = frozen({
      promptFeedback: { blockReason: 'SAFETY' },
      usageMetadata: { totalTokenCount: 1 },
    })
    assert.deepEqual(toPieces(blocked, 4), [blocked])
    const spent = whole([], { finishReason: 'MAX_TOKENS' })
    assert.equal(toPieces(spent, 4).length, 1)
    assert.equal(toPieces(spent, 4)[0]!.candidates?.[0]?.finishReason, 'MAX_TOKENS')
  })
})
