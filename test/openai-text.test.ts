import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { GenerateContentResponse } from '../core/canonical.ts'
import { isGatewayError } from '../core/errors.ts'
import type { ProtocolRequest } from '../core/plugin.ts'
import { codec } from '../plugins/openai-compat/codec.ts'
import type { TextAsked } from '../plugins/openai-compat/text/asked.ts'
import { type CodecCase, codecContract, eventsOf } from './contract/codec.ts'
import { fixture } from './fixture.ts'
import { callThat } from './openai-codec.ts'

const PATH = '/v1/completions'
const REQUEST: ProtocolRequest = {
  id: 'req_1',
  method: 'POST',
  url: new URL(PATH, 'http://localhost'),
  headers: new Headers(),
}

const requests = fixture('openai-compat/text-requests.json') as readonly (Omit<CodecCase, 'url'> & {
  notes?: string[]
})[]
const refusals = fixture('openai-compat/text-refusals.json') as readonly {
  readonly title: string
  readonly param: string
  readonly code: string
  readonly wire: unknown
}[]

codecContract('legacy completions', codec, {
  cases: requests.map((each) => ({ ...each, url: PATH })),
  recordings: new Map(),
  urls: { whole: PATH, streams: [PATH] },
  junk: [null, 1, 'x', [], {}, { model: 'm' }, { prompt: 'x' }],
  read: (_url, text) => ({
    chunks: [],
    error: (eventsOf(text) as { error?: { message: string } }[]).find((value) => value?.error)?.error
      ?.message,
  }),
})

describe('a legacy completion', () => {
  for (const { title, wire, notes = [] } of requests) {
    test(`notes what it loses, and nothing else: one that ${title}`, () => {
      assert.deepEqual(codec.decode(wire, REQUEST).notes, notes)
    })
  }

  for (const { title, param, code, wire } of refusals) {
    test(`is refused by the name of its parameter: ${title}`, () => {
      assert.throws(
        () => codec.decode(wire, REQUEST),
        (thrown) => {
          assert.ok(isGatewayError(thrown))
          assert.deepEqual({ param: thrown.param, code: thrown.code }, { param, code })
          return true
        },
      )
    })
  }
})

interface Choice {
  text: string
  index: number
  logprobs: Record<string, unknown[]> | null
  finish_reason: string | null
}

describe('the answer to a legacy completion', () => {
  const reply = (text: string, index: number, rest: object = {}): GenerateContentResponse => ({
    candidates: [{ index, content: { role: 'model', parts: [{ text }] }, ...rest }],
  })
  const token = (word: string) => ({ token: word, logProbability: -1 })
  const logprobsOf = (...words: string[]) => ({
    logprobsResult: {
      chosenCandidates: words.map(token),
      topCandidates: words.map((word) => ({ candidates: [token(word), token('other')] })),
    },
  })
  const CHUNKS: readonly GenerateContentResponse[] = [
    { candidates: [{ index: 0, content: { parts: [{ text: 'Hm', thought: true }] } }] },
    reply(' a', 0, logprobsOf(' a')),
    reply(' the', 1),
    reply(' time', 0, { ...logprobsOf(' ti', 'me'), finishReason: 'STOP' }),
    {
      ...reply(' end', 1, { finishReason: 'MAX_TOKENS' }),
      usageMetadata: { promptTokenCount: 2, candidatesTokenCount: 4 },
    },
  ]
  const WHOLE: GenerateContentResponse = {
    candidates: [
      {
        index: 0,
        content: { parts: [{ text: 'Hm', thought: true }, { text: ' a time' }] },
        finishReason: 'STOP',
        ...logprobsOf(' a', ' ti', 'me'),
      },
      { index: 1, content: { parts: [{ text: ' the end' }] }, finishReason: 'MAX_TOKENS' },
    ],
    usageMetadata: { promptTokenCount: 2, candidatesTokenCount: 4 },
  }

  const callOf = (asked: Partial<TextAsked>) => ({
    ...callThat(),
    asked: { form: 'text', prompts: ['Once upon'], count: 2, echo: false, includeUsage: true, ...asked },
  })

  for (const echo of [false, true]) {
    test(`says the same whole and streamed, ${echo ? 'with' : 'without'} an echo`, () => {
      const whole = JSON.parse(codec.encode(WHOLE, callOf({ echo })).body)
      const before = echo ? 'Once upon' : ''
      const { length } = before
      assert.deepEqual(whole.choices, [
        {
          text: `${before} a time`,
          index: 0,
          logprobs: {
            tokens: [' a', ' ti', 'me'],
            token_logprobs: [-1, -1, -1],
            top_logprobs: [' a', ' ti', 'me'].map((word) => ({ [word]: -1, other: -1 })),
            text_offset: [length, length + 2, length + 5],
          },
          finish_reason: 'stop',
        },
        { text: `${before} the end`, index: 1, logprobs: null, finish_reason: 'length' },
      ])
      assert.deepEqual([whole.object, whole.id], ['text_completion', 'cmpl-0123456789abcdef0123456789abcdef'])
      const encoder = codec.encodeStream(REQUEST, callOf({ echo }))
      const text = CHUNKS.map((chunk) => encoder.chunk(chunk)).join('') + encoder.end()
      assert.deepEqual(folded(text), { ...whole })
      assert.ok(text.endsWith('data: [DONE]\n\n'))
    })
  }

  test('is filtered where Google blocked the prompt', () => {
    const encoder = codec.encodeStream(REQUEST, callOf({}))
    const blocked = { promptFeedback: { blockReason: 'SAFETY' } }
    const { choices } = folded(encoder.chunk(blocked) + encoder.end()) as { choices: Choice[] }
    assert.deepEqual(choices, [{ text: '', index: 0, logprobs: null, finish_reason: 'content_filter' }])
    assert.deepEqual(JSON.parse(codec.encode(blocked, callOf({})).body).choices, choices)
  })

  test('that Google breaks off is an error, and its usage is told only where it is asked for', () => {
    const encoder = codec.encodeStream(REQUEST, callOf({ includeUsage: false }))
    assert.doesNotMatch(encoder.chunk(CHUNKS[4]!), /usage/)
    encoder.chunk(CHUNKS[1]!)
    assert.throws(() => encoder.end(), /broke the answer off/)
  })
})

function folded(text: string): Record<string, unknown> {
  const values = (eventsOf(text) as ({ choices: Choice[]; usage: unknown } | undefined)[]).flatMap(
    (value) => value ?? [],
  )
  const choices: Choice[] = []
  for (const piece of values.flatMap((value) => value.choices)) {
    const before = choices[piece.index]
    if (!before) choices[piece.index] = piece
    else {
      before.text += piece.text
      before.finish_reason = piece.finish_reason
      before.logprobs ??= piece.logprobs && {
        tokens: [],
        token_logprobs: [],
        top_logprobs: [],
        text_offset: [],
      }
      for (const [name, list] of Object.entries(piece.logprobs ?? {})) before.logprobs?.[name]?.push(...list)
    }
  }
  return { ...values[0], choices, usage: values.at(-1)?.usage }
}
