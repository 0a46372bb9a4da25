import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { GatewayError, isGatewayError } from '../core/errors.ts'
import { responseCallThat, streamedResponse, timedCodec, wholeResponse } from './openai-codec.ts'
import { foldResponse } from './responses-fold.ts'
import { ended, type Item, outputOf, said } from './responses-output.ts'

const PLACE = /^[a-z]+_0123456789abcdef0123456789abcdef\d{4}$/

describe('a response', () => {
  test('has an item for each thing that the model did, in its order', () => {
    const output = outputOf([
      said({ text: 'Hm.', thought: true }),
      said({ text: 'Let' }),
      said({ text: ' me see.' }),
      said(
        { functionCall: { name: 'f', args: { a: 1 } }, thoughtSignature: 'c2ln' },
        { functionCall: { id: 'x', name: 'f', args: {} } },
      ),
      ended({}, { text: 'Done' }),
    ])
    assert.deepEqual(
      output.map(({ id: _, ...item }) => item),
      [
        { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hm.' }] },
        message('Let me see.'),
        {
          type: 'function_call',
          status: 'completed',
          call_id: 'call_ef0123456789abcdef000000',
          name: 'f',
          arguments: '{"a":1}',
          extra_content: { google: { thought_signature: 'c2ln' } },
        },
        { type: 'function_call', status: 'completed', call_id: 'x', name: 'f', arguments: '{}' },
        message('Done'),
      ],
    )
    for (const { id } of output) assert.match(String(id), PLACE)
    assert.equal(new Set(output.map(({ id }) => id)).size, output.length)
  })

  test('streams its events in the documented order', () => {
    const chunks = [
      said({ text: 'Hm.', thought: true }),
      said({ text: 'Yes' }),
      ended({}, { functionCall: { name: 'f', args: {} } }),
    ]
    assert.deepEqual(
      foldResponse(streamedResponse(chunks)).types.map((type) => type.replace('response.', '')),
      [
        'created',
        'in_progress',
        'output_item.added',
        'reasoning_summary_part.added',
        'reasoning_summary_text.delta',
        'reasoning_summary_text.done',
        'reasoning_summary_part.done',
        'output_item.done',
        'output_item.added',
        'content_part.added',
        'output_text.delta',
        'output_text.done',
        'content_part.done',
        'output_item.done',
        'output_item.added',
        'function_call_arguments.delta',
        'function_call_arguments.done',
        'output_item.done',
        'completed',
      ],
    )
  })

  test('has all the keys that clients read', () => {
    const keys = Object.keys(wholeResponse(ended({}, { text: 'Hi' })))
    for (const key of [
      'id',
      'object',
      'created_at',
      'status',
      'background',
      'completed_at',
      'error',
      'incomplete_details',
      'model',
      'output',
      'usage',
      'store',
    ])
      assert.ok(keys.includes(key), key)
  })

  test('repeats what its request said', () => {
    const wire = {
      model: 'gemini-3.8-flash',
      input: 'Hi',
      instructions: 'Be kind',
      temperature: 0.5,
      metadata: { a: 'b' },
      user: 'u',
      text: { verbosity: 'low' },
      reasoning: { effort: 'low' },
      tool_choice: 'none',
      store: false,
    }
    const request = {
      id: 'r',
      method: 'POST',
      url: new URL('http://localhost/v1/responses'),
      headers: new Headers(),
    }
    const { asked } = timedCodec.decode(wire, request)
    const response = JSON.parse(
      timedCodec.encode(ended({}, { text: 'Hi' }), { ...responseCallThat(), asked }).body,
    )
    const {
      instructions,
      temperature,
      metadata,
      user,
      text,
      reasoning,
      tool_choice,
      store,
      tools,
      top_p,
      previous_response_id,
    } = response
    assert.deepEqual(
      {
        instructions,
        temperature,
        metadata,
        user,
        text,
        reasoning,
        tool_choice,
        store,
        tools,
        top_p,
        previous_response_id,
      },
      {
        instructions: 'Be kind',
        temperature: 0.5,
        metadata: { a: 'b' },
        user: 'u',
        text: { verbosity: 'low', format: { type: 'text' } },
        reasoning: { effort: 'low', summary: null },
        tool_choice: 'none',
        store: false,
        tools: [],
        top_p: null,
        previous_response_id: null,
      },
    )
  })

  test('tells the counts of tokens', () => {
    const usageMetadata = {
      promptTokenCount: 40,
      cachedContentTokenCount: 16,
      candidatesTokenCount: 34,
      thoughtsTokenCount: 12,
      totalTokenCount: 86,
    }
    assert.deepEqual(wholeResponse({ ...ended({}, { text: 'Hi' }), usageMetadata }).usage, {
      input_tokens: 40,
      input_tokens_details: { cached_tokens: 16, cache_write_tokens: 0 },
      output_tokens: 46,
      output_tokens_details: { reasoning_tokens: 12 },
      total_tokens: 86,
    })
  })

  test('passes only the first call on where the client wants one', () => {
    const call = { functionCall: { name: 'f', args: {} } }
    assert.equal(outputOf([said(call, call), ended({}, call)], { oneCall: true }).length, 1)
  })

  for (const [reason, details] of [
    ['MAX_TOKENS', 'max_output_tokens'],
    ['SAFETY', 'content_filter'],
    ['PROHIBITED_CONTENT', 'content_filter'],
  ] as const) {
    test(`is incomplete where Google stopped for ${reason}`, () => {
      const chunks = [said({ text: 'Once' }), ended({ finishReason: reason })]
      const { response, types } = foldResponse(streamedResponse(chunks))
      assert.deepEqual(response?.incomplete_details, { reason: details })
      assert.equal(response?.status, 'incomplete')
      assert.equal(types.at(-1), 'response.incomplete')
      assert.equal(outputOf(chunks)[0]?.status, 'incomplete')
    })
  }

  test('is incomplete and empty where the prompt was blocked', () => {
    const reply = { promptFeedback: { blockReason: 'SAFETY' } }
    assert.deepEqual(outputOf([reply]), [])
    assert.deepEqual(wholeResponse(reply).incomplete_details, { reason: 'content_filter' })
  })

  test('is an error where the output was broken and there is nothing to show', () => {
    const broken = ended({ finishReason: 'MALFORMED_FUNCTION_CALL', finishMessage: 'no such' })
    assert.throws(
      () => wholeResponse(broken),
      (thrown) => isGatewayError(thrown) && /no such/.test(thrown.message),
    )
    const { error, response } = foldResponse(streamedResponse([broken]))
    assert.match(error?.message ?? '', /no such/)
    assert.equal(response?.status, 'failed')
  })
})

describe('a stream of a response that fails', () => {
  const url = new URL('http://localhost/v1/responses')
  const request = { id: 'r', method: 'POST', url, headers: new Headers() }

  test('never completes, and tells why by the event that each client reads', () => {
    for (const begun of [false, true]) {
      const encoder = timedCodec.encodeStream(request, responseCallThat())
      const before = begun ? encoder.chunk(said({ text: 'Once' })) : encoder.heartbeat()
      const { error, response, types } = foldResponse(
        before + encoder.error(new GatewayError('rate_limited', 'Later')),
      )
      assert.equal(error?.message, 'Later')
      assert.equal(error?.code, 'rate_limit_exceeded')
      assert.deepEqual(types.slice(-2), ['error', 'response.failed'])
      assert.deepEqual(response?.error, { code: 'rate_limit_exceeded', message: 'Later' })
      assert.ok(!types.includes('response.completed'))
    }
  })

  test('does not complete where Google gave no reason to end', () => {
    const { error, types } = foldResponse(streamedResponse([said({ text: 'Once' })]))
    assert.match(error?.message ?? '', /^The answer stopped before its end$/)
    assert.equal(types.at(-1), 'response.failed')
  })

  test('keeps nothing', () => {
    const kept: unknown[] = []
    const keep = (response: unknown) => void kept.push(response)
    streamedResponse([said({ text: 'Once' })], { keep })
    assert.deepEqual(kept, [])
    streamedResponse([ended({}, { text: 'Once' })], { keep })
    assert.equal(kept.length, 1)
  })
})

function message(text: string): Item {
  return {
    type: 'message',
    status: 'completed',
    role: 'assistant',
    content: [{ type: 'output_text', text, annotations: [], logprobs: [] }],
  }
}
