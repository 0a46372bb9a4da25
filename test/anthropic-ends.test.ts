import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Candidate, GenerateContentResponse } from '../core/canonical.ts'
import { callThat, codec, REQUEST, streamed, whole } from './anthropic-codec.ts'
import { foldMessage } from './anthropic-fold.ts'
import { ends, says, told } from './anthropic-told.ts'

describe('the end of an answer as Anthropic’s', () => {
  const ENDS: readonly (readonly [Partial<Candidate>, string])[] = [
    [{ finishReason: 'STOP' }, 'end_turn'],
    [{ finishReason: 'MAX_TOKENS' }, 'max_tokens'],
    [{ finishReason: 'CONTINUATION' }, 'max_tokens'],
    [{ finishReason: 'SAFETY' }, 'refusal'],
    [{ finishReason: 'PROHIBITED_CONTENT' }, 'refusal'],
    [{ finishReason: 'RECITATION' }, 'refusal'],
    [{ finishReason: 'SOMETHING_NEW' }, 'end_turn'],
  ]
  for (const [candidate, reason] of ENDS) {
    test(`ends by ${candidate.finishReason} as ${reason}`, () => {
      assert.equal(told([says({ text: 'x' }), ends(candidate)]).stop_reason, reason)
    })
  }

  test('tells why it was refused', () => {
    const { stop_details } = told([ends({ finishReason: 'SAFETY', finishMessage: 'Not this.' })])
    assert.deepEqual(stop_details, { type: 'refusal', category: null, explanation: 'Not this.' })
  })

  test('of a blocked prompt is a refusal without content', () => {
    const message = told([{ promptFeedback: { blockReason: 'SAFETY' } }])
    assert.deepEqual([message.content, message.stop_reason], [[], 'refusal'])
    assert.equal(message.stop_details?.explanation, 'SAFETY')
  })

  test('of a whole answer that gives no reason is plain', () => {
    const parts = [{ text: 'x' }]
    const message = whole({ candidates: [{ content: { role: 'model', parts } }] })
    assert.deepEqual([message.stop_reason, message.stop_details], ['end_turn', null])
    const calls = [{ functionCall: { name: 'f', args: {} } }]
    assert.equal(
      whole({ candidates: [{ content: { role: 'model', parts: calls } }] }).stop_reason,
      'tool_use',
    )
  })

  test('tells of a stop sequence that its text ends with', () => {
    const stops = ['END', '\n\n']
    const message = told([says({ text: 'The E' }), says({ text: 'ND' }), ends()], { stops })
    assert.deepEqual([message.stop_reason, message.stop_sequence], ['stop_sequence', 'END'])
    assert.equal(told([says({ text: 'ENDING' }), ends()], { stops }).stop_reason, 'end_turn')
  })

  test('counts what is cached apart from the input, and thoughts as output', () => {
    const usageMetadata = {
      promptTokenCount: 40,
      cachedContentTokenCount: 16,
      candidatesTokenCount: 34,
      thoughtsTokenCount: 12,
      toolUsePromptTokenCount: 3,
      totalTokenCount: 89,
    }
    const { usage } = told([
      { ...says({ text: 'x' }), usageMetadata: { promptTokenCount: 40 } },
      { ...ends(), usageMetadata },
    ])
    assert.deepEqual(usage, {
      input_tokens: 27,
      output_tokens: 46,
      cache_creation: null,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 16,
      inference_geo: null,
      output_tokens_details: { thinking_tokens: 12 },
      server_tool_use: null,
      service_tier: 'standard',
      speed: null,
    })
  })

  test('survives what proxies make of Google’s JSON', () => {
    const parts = [null, {}, { text: 'x' }]
    const odd = { candidates: [null, { content: null }, { content: { parts }, finishReason: 'STOP' }] }
    const { message } = foldMessage(streamed([odd as unknown as GenerateContentResponse]))
    assert.deepEqual(message, whole(odd as unknown as GenerateContentResponse))
    assert.deepEqual(message?.content, [{ type: 'text', text: 'x', citations: null }])
  })

  test('is one of several that Google gave', () => {
    const other = { index: 1, content: { parts: [{ text: 'other' }] }, finishReason: 'STOP' }
    const message = told([{ candidates: [...(says({ text: 'one' }).candidates ?? []), other] }, ends()])
    assert.equal(message.content[0]?.text, 'one')
  })

  test('that is broken and empty is an error', () => {
    const broken = [ends({ finishReason: 'UNEXPECTED_TOOL_CALL', finishMessage: 'No such tool.' })]
    assert.throws(() => whole(broken[0]!), /UNEXPECTED_TOOL_CALL/)
    const { error, done } = foldMessage(streamed(broken))
    assert.equal(done, false)
    assert.deepEqual(error, {
      type: 'api_error',
      message: "The model's answer was broken (UNEXPECTED_TOOL_CALL): No such tool.",
    })
  })

  test('that breaks off is an error, never an end', () => {
    const { error, done } = foldMessage(streamed([says({ text: 'x' })]))
    assert.deepEqual([error?.type, done], ['api_error', false])
  })
})

test('a stream’s heartbeat is a ping', () => {
  const encoder = codec.encodeStream(REQUEST, callThat())
  assert.equal(encoder.heartbeat(), 'event: ping\ndata: {"type":"ping"}\n\n')
})
