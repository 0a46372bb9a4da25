import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { GenerateContentResponse, Part } from '../core/canonical.ts'
import { isGatewayError } from '../core/errors.ts'
import { toFunctionNames } from '../core/schema-compiler/function-names.ts'
import { both, firstOf, says } from './openai-both.ts'
import { streamed, whole } from './openai-codec.ts'
import { foldStream } from './openai-fold.ts'

describe('an answer', () => {
  test('has an id and a time that follow from its call', () => {
    const { id, created, model, object } = whole(says([{ text: 'Hi' }]))
    assert.deepEqual(
      { id, created, model, object },
      {
        id: 'chatcmpl-0123456789abcdef0123456789abcdef',
        created: 1_800_000_000,
        model: 'gemini-3.8-flash',
        object: 'chat.completion',
      },
    )
  })

  const REASONS = [
    ['STOP', 'stop'],
    ['MAX_TOKENS', 'length'],
    ['CONTINUATION', 'length'],
    ['SAFETY', 'content_filter'],
    ['RECITATION', 'content_filter'],
    ['BLOCKLIST', 'content_filter'],
    ['PROHIBITED_CONTENT', 'content_filter'],
    ['SPII', 'content_filter'],
    ['IMAGE_SAFETY', 'content_filter'],
    ['IMAGE_PROHIBITED_CONTENT', 'content_filter'],
    ['IMAGE_RECITATION', 'content_filter'],
    ['LANGUAGE', 'stop'],
    ['OTHER', 'stop'],
    ['NO_IMAGE', 'stop'],
    ['MALFORMED_FUNCTION_CALL', 'stop'],
    ['A_REASON_OF_NEXT_YEAR', 'stop'],
    ['constructor', 'stop'],
  ] as const
  for (const [google, openai] of REASONS) {
    test(`that Google ends with ${google} ends with ${openai}`, () => {
      assert.equal(both([says([{ text: 'Hi' }], { finishReason: google })]).finish_reason, openai)
    })
  }

  for (const reason of [
    'MALFORMED_FUNCTION_CALL',
    'UNEXPECTED_TOOL_CALL',
    'TOO_MANY_TOOL_CALLS',
    'MALFORMED_RESPONSE',
    'MISSING_THOUGHT_SIGNATURE',
  ]) {
    test(`that is nothing but ${reason} is an error`, () => {
      const reply = says([], { finishReason: reason, finishMessage: 'It went wrong.' })
      assert.throws(
        () => whole(reply),
        (thrown) => isGatewayError(thrown) && thrown.status === 502 && /It went wrong/.test(thrown.message),
      )
      const { error, done } = foldStream(streamed([reply]))
      assert.match(error?.message ?? '', /It went wrong/)
      assert.equal(done, false)
    })
  }

  test('to a blocked prompt is a filtered choice without content', () => {
    const blocked = { promptFeedback: { blockReason: 'SAFETY' }, usageMetadata: { promptTokenCount: 3 } }
    const { message, finish_reason } = both([blocked])
    assert.deepEqual(
      { message, finish_reason },
      { message: { role: 'assistant', content: null, refusal: null }, finish_reason: 'content_filter' },
    )
  })

  test('that states its end before its last content ends once, after it', () => {
    const choice = both([says([]), says([{ text: 'Late' }], {}), says([{ text: ' text' }])])
    assert.equal(choice.message.content, 'Late text')
    assert.equal(choice.finish_reason, 'stop')
  })

  test('whose stream ends without a reason in one of its choices is an error, not an end', () => {
    const two = {
      candidates: [says([{ text: 'a' }]).candidates[0]!, { index: 1, content: { parts: [{ text: 'b' }] } }],
    }
    const { error, done } = foldStream(streamed([two]))
    assert.match(error?.message ?? '', /broke the answer off/)
    assert.equal(done, false)
  })

  test('has several choices, each with its role, its content and its end', () => {
    const chunk = (index: number, text: string, finishReason?: string) => ({
      candidates: [
        { index, content: { role: 'model', parts: [{ text }] }, ...(finishReason && { finishReason }) },
      ],
    })
    const chunks = [chunk(0, 'a'), chunk(1, 'b'), chunk(1, 'B', 'MAX_TOKENS'), chunk(0, 'A', 'STOP')]
    both(chunks)
    const { completion } = foldStream(streamed(chunks))
    assert.deepEqual(
      (completion as { choices: { message: { content: string }; finish_reason: string }[] }).choices.map(
        ({ message, finish_reason }) => [message.content, finish_reason],
      ),
      [
        ['aA', 'stop'],
        ['bB', 'length'],
      ],
    )
  })

  const calls: Part[] = [
    { functionCall: { id: 'fc-1', name: 'weather', args: { city: 'Oslo' } }, thoughtSignature: 'U0lHMQ==' },
    { functionCall: { name: '_1st' } },
  ]

  test('has its calls with ids, places, signatures and the client’s own names', () => {
    const asked = { names: toFunctionNames(['1st']) }
    const chunks = [
      says([{ text: 'Hm.', thought: true }], {}),
      says([calls[0]!], {}),
      says([calls[1]!, calls[1]!, { text: '', thoughtSignature: 'VEVYVA==' }]),
    ]
    const { message, finish_reason } = both(chunks, asked)
    assert.equal(finish_reason, 'tool_calls')
    const generated = (place: string) => ({
      id: `call_ef0123456789abcdef0000${place}`,
      type: 'function',
      function: { name: '1st', arguments: '{}' },
    })
    const [first, ...others] = message.tool_calls as { id: string }[]
    assert.deepEqual(first, {
      id: 'fc-1',
      type: 'function',
      function: { name: 'weather', arguments: '{"city":"Oslo"}' },
      extra_content: { google: { thought_signature: 'U0lHMQ==' } },
    })
    assert.deepEqual(others, [generated('01'), generated('02')])
    assert.equal(message.content, null)
    assert.equal(message.reasoning_content, 'Hm.')
    assert.deepEqual(message.extra_content, { google: { thought_signature: 'VEVYVA==' } })
  })

  test('keeps the signature of a text that comes amid others', () => {
    const chunks = [
      says([{ text: 'a' }], {}),
      says([{ text: 'b', thoughtSignature: 'VEVYVA==' }], {}),
      says([{ text: 'c' }]),
    ]
    const { message } = both(chunks)
    assert.equal(message.content, 'abc')
    assert.deepEqual(message.extra_content, { google: { thought_signature: 'VEVYVA==' } })
  })

  test('has one call where no more are wanted', () => {
    const { message } = both([says(calls)], { oneCall: true })
    assert.equal((message.tool_calls as unknown[]).length, 1)
  })

  test('has a function_call for a client of the deprecated functions', () => {
    const { message, finish_reason } = both([says(calls)], { style: 'functions', oneCall: true })
    assert.deepEqual(message.function_call, { name: 'weather', arguments: '{"city":"Oslo"}' })
    assert.equal(message.tool_calls, undefined)
    assert.equal(finish_reason, 'function_call')
  })

  test('has the plain input of a custom tool', () => {
    const call = { functionCall: { id: 'x', name: 'shell', args: { input: 'ls' } } }
    const { message } = both([says([call])], { custom: new Set(['shell']) })
    assert.deepEqual(message.tool_calls, [
      { id: 'x', type: 'custom', custom: { name: 'shell', input: 'ls' } },
    ])
  })

  test('has pictures, run code and its output', () => {
    const { message } = both([
      says([
        { text: 'See' },
        { executableCode: { language: 'PYTHON', code: 'print(1)' } },
        { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '1\n' } },
        { inlineData: { mimeType: 'image/png', data: 'AAAA' }, thoughtSignature: 'SU1H' },
      ]),
    ])
    assert.equal(message.content, 'See\n\n```python\nprint(1)\n```\n\n\n\n```\n1\n```\n\n')
    assert.deepEqual(message.images, [
      {
        type: 'image_url',
        image_url: { url: 'data:image/png;base64,AAAA' },
        extra_content: { google: { thought_signature: 'SU1H' } },
      },
    ])
  })

  test('has log probabilities', () => {
    const logprobsResult = {
      chosenCandidates: [{ token: 'é', logProbability: -0.5 }],
      topCandidates: [{ candidates: [{ token: 'e', logProbability: -1 }] }],
    }
    const chunk = says([{ text: 'é' }], { finishReason: 'STOP', logprobsResult })
    const { logprobs } = both([chunk]) as unknown as { logprobs: unknown }
    assert.deepEqual(logprobs, {
      content: [
        {
          token: 'é',
          logprob: -0.5,
          bytes: [195, 169],
          top_logprobs: [{ token: 'e', logprob: -1, bytes: [101] }],
        },
      ],
      refusal: null,
    })
  })

  test('counts thoughts as completion tokens, and what is cached as part of the prompt', () => {
    const usageMetadata = {
      promptTokenCount: 40,
      toolUsePromptTokenCount: 2,
      cachedContentTokenCount: 16,
      candidatesTokenCount: 34,
      thoughtsTokenCount: 12,
      totalTokenCount: 88,
    }
    const { usage } = whole({ ...says([{ text: 'Hi' }]), usageMetadata })
    assert.deepEqual(usage, {
      prompt_tokens: 42,
      completion_tokens: 46,
      total_tokens: 88,
      prompt_tokens_details: { cached_tokens: 16, audio_tokens: 0 },
      completion_tokens_details: {
        reasoning_tokens: 12,
        audio_tokens: 0,
        accepted_prediction_tokens: 0,
        rejected_prediction_tokens: 0,
      },
    })
  })

  test('tells its usage only to those who asked, in one last chunk', () => {
    const chunk = { ...says([{ text: 'Hi' }]), usageMetadata: { promptTokenCount: 1 } }
    assert.ok(!streamed([chunk], { includeUsage: false }).includes('"usage"'))
    const events = streamed([chunk]).split('\n\n').slice(0, -2)
    assert.deepEqual(
      events.map((event) => event.includes('"usage":null')),
      [...Array<boolean>(events.length - 1).fill(true), false],
    )
  })

  test('survives what proxies make of Google’s JSON', () => {
    const odd = {
      candidates: [null, { index: null, content: { parts: [null, { text: 'Hi' }] }, finishReason: 'STOP' }],
    }
    const { message } = firstOf(whole(odd as unknown as GenerateContentResponse))
    assert.equal(message.content, 'Hi')
  })
})
