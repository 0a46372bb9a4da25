import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createJudge } from '../core/call/judge.ts'
import type { GenerateContentResponse, Part } from '../core/canonical.ts'

function judge(...chunks: readonly GenerateContentResponse[]) {
  const judge = createJudge()
  for (const chunk of chunks) judge.add(chunk)
  return judge
}

const chunk = (parts: Part[] | undefined, finishReason?: string): GenerateContentResponse => ({
  candidates: [{ content: { role: 'model', parts }, finishReason }],
})

describe('the judge', () => {
  const MEANINGFUL: readonly Part[] = [
    { text: 'x' },
    { text: ' ' },
    { functionCall: { name: 'f' } },
    { inlineData: { data: '' } },
    { partOfTomorrow: 1 },
    { toolCall: {}, thoughtSignature: 's' },
  ]
  for (const part of MEANINGFUL) {
    test(`takes ${JSON.stringify(part)} as meaningful`, () => assert.ok(judge(chunk([part])).answered))
  }

  const MEANINGLESS: readonly Part[] = [
    {},
    { text: '' },
    { text: '', thoughtSignature: 's' },
    { thoughtSignature: 's' },
    { text: 'hm', thought: true },
    { inlineData: {}, thought: true },
  ]
  for (const part of MEANINGLESS) {
    test(`takes ${JSON.stringify(part)} as nothing to show for`, () => {
      assert.equal(judge(chunk([part], 'STOP')).answered, false)
      assert.equal(judge(chunk([part], 'STOP')).failure(), 'empty')
    })
  }

  test('takes STOP and a missing reason without content as empty', () => {
    for (const reply of [chunk([], 'STOP'), chunk(undefined, 'STOP'), chunk([]), {}, { candidates: [] }]) {
      assert.equal(judge(reply).failure(), 'empty')
    }
  })

  for (const reason of [
    'MAX_TOKENS',
    'CONTINUATION',
    'SAFETY',
    'RECITATION',
    'OTHER',
    'REASON_OF_TOMORROW',
  ]) {
    test(`takes ${reason} as an answer, even without content`, () => {
      assert.equal(judge(chunk(undefined, reason)).failure(), undefined)
      assert.ok(judge(chunk(undefined, reason)).answered)
    })
  }

  test('takes a blocked prompt as an answer, and an unspecified block as none', () => {
    assert.ok(judge({ promptFeedback: { blockReason: 'SAFETY' } }).finished)
    assert.ok(judge({ promptFeedback: { blockReasonMessage: 'No' } }).finished)
    for (const blockReason of ['BLOCK_REASON_UNSPECIFIED', 'BLOCKED_REASON_UNSPECIFIED']) {
      assert.equal(judge({ promptFeedback: { blockReason } }).failure(), 'empty')
    }
    assert.equal(judge({ promptFeedback: { safetyRatings: [] } }).answered, false)
  })

  test('takes an unreadable function call as a failure only while nothing else came', () => {
    assert.equal(judge(chunk([], 'MALFORMED_FUNCTION_CALL')).failure(), 'malformed_call')
    assert.equal(judge(chunk([{ text: 'x' }]), chunk([], 'MALFORMED_FUNCTION_CALL')).failure(), undefined)
  })

  test('does not take a leading STOP without parts as the end of what is to come', () => {
    const leading = judge(chunk([], 'STOP'))
    assert.equal(leading.answered, false)
    leading.add(chunk([{ text: 'and yet' }]))
    assert.ok(leading.answered)
  })

  test('sees thoughts, and counts the last usage of each kind', () => {
    const seen = judge(
      {
        ...chunk([{ text: 'hm', thought: true }]),
        usageMetadata: { promptTokenCount: 15, thoughtsTokenCount: 4 },
      },
      { ...chunk([{ text: 'x' }], 'STOP'), usageMetadata: { promptTokenCount: 13, candidatesTokenCount: 2 } },
    )
    assert.ok(seen.thought)
    assert.deepEqual(seen.usage, { promptTokenCount: 13, thoughtsTokenCount: 4, candidatesTokenCount: 2 })
  })

  test('looks at every candidate', () => {
    const second = { candidates: [{ content: { parts: [] } }, { content: { parts: [{ text: 'here' }] } }] }
    assert.ok(judge(second).answered)
  })
})
