import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Candidate, GenerateContentResponse, Part } from '../core/canonical.ts'
import type { Asked } from '../plugins/anthropic/asked.ts'
import { callThat, codec, decoded, REQUEST, streamed, whole } from './anthropic-codec.ts'
import { foldMessage } from './anthropic-fold.ts'
import { merged } from './merged.ts'

const LONG = Buffer.from('a signature too long for an id '.repeat(10)).toString('base64')

/** As much of a message as the tests look at. */
interface Message {
  readonly content: readonly Block[]
  readonly stop_reason: string
  readonly stop_sequence: string | null
  readonly stop_details: { readonly explanation: string } | null
  readonly usage: Record<string, unknown>
}

interface Block {
  readonly type: string
  readonly id?: string
  readonly name?: string
  readonly text?: string
  readonly thinking?: string
  readonly input?: unknown
  readonly citations?: unknown
  readonly tool_use_id?: string
  readonly content?: Record<string, unknown>
}

/** What the chunks become, streamed and whole, which must be the same. */
function told(chunks: readonly GenerateContentResponse[], asked?: Partial<Asked>): Message {
  const { message, error, done } = foldMessage(streamed(chunks, asked))
  assert.equal(error, undefined)
  assert.ok(done)
  assert.deepEqual(message, whole(merged(chunks), asked))
  return message as unknown as Message
}

function says(...parts: Part[]): GenerateContentResponse {
  return { candidates: [{ index: 0, content: { role: 'model', parts } }] }
}

function ends(more: Partial<Candidate> = {}): GenerateContentResponse {
  return { candidates: [{ index: 0, finishReason: 'STOP', ...more }] }
}

const call = (name: string, thoughtSignature?: string): Part => ({
  functionCall: { id: 'fc-1', name, args: { of: name } },
  ...(thoughtSignature !== undefined && { thoughtSignature }),
})

const kinds = (message: Message) => message.content.map(({ type }) => type)

/** The parts that Google gets back when a client returns an answer's content. */
function returned({ content }: Message): Part[] {
  const results = content
    .filter(({ type }) => type === 'tool_use')
    .map(({ id }) => ({ type: 'tool_result', tool_use_id: id, content: 'x' }))
  const messages = [
    { role: 'user', content: 'Hi' },
    { role: 'assistant', content },
    { role: 'user', content: [...results, { type: 'text', text: 'And?' }] },
  ]
  return decoded({ messages }).request.contents?.[1]?.parts ?? []
}

describe("an answer as Anthropic's", () => {
  test('is a message under the name that the client asked for', () => {
    const message = told([says({ text: 'Hel' }), says({ text: 'lo' }), ends()], { model: 'claude-x' })
    const { usage: _, ...rest } = message
    assert.deepEqual(rest, {
      id: 'msg_0123456789abcdef0123456789abcdef',
      type: 'message',
      role: 'assistant',
      model: 'claude-x',
      content: [{ type: 'text', text: 'Hello', citations: null }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      stop_details: null,
      container: null,
      diagnostics: null,
    })
  })

  test('has thoughts, text and calls each in a block, short signatures in ids', () => {
    const message = told(
      [
        says({ text: 'Need the ', thought: true }),
        says({ text: 'weather.', thought: true }),
        says({ text: 'Let me check.' }),
        says(call('oslo', 'U0lHMQ=='), call('rome')),
        ends({ content: { parts: [{ text: '' }] } }),
      ],
      { thinks: true },
    )
    assert.deepEqual(kinds(message), ['thinking', 'text', 'tool_use', 'tool_use'])
    assert.equal(message.content[0]?.thinking, 'Need the weather.')
    assert.deepEqual(message.content[2], {
      type: 'tool_use',
      id: 'toolu_ef0123456789abcdef0000-3-U0lHMQ',
      name: 'oslo',
      input: { of: 'oslo' },
      caller: { type: 'direct' },
    })
    assert.equal(message.stop_reason, 'tool_use')
    assert.deepEqual(
      returned(message).map(({ thoughtSignature }) => thoughtSignature),
      [undefined, 'U0lHMQ==', undefined],
    )
  })

  const CARRIERS: readonly (readonly [title: string, thinks: boolean, parts: Part[], kinds: string[]])[] = [
    ['the thought before it', true, [{ text: 'Hm.', thought: true }], ['thinking', 'tool_use']],
    [
      'a thought without words',
      true,
      [{ text: 'Hm.', thought: true }, { text: 'See.' }],
      ['thinking', 'text', 'thinking', 'tool_use'],
    ],
    [
      'a thought of its own, where the one before is signed itself',
      true,
      [{ text: 'Hm.', thought: true, thoughtSignature: 'VEg=' }],
      ['thinking', 'thinking', 'tool_use'],
    ],
    [
      'a redacted thought, where none are asked for',
      false,
      [{ text: 'See.' }],
      ['text', 'redacted_thinking', 'tool_use'],
    ],
  ]
  for (const [title, thinks, parts, blocks] of CARRIERS) {
    test(`carries a long signature in ${title}, and it comes back`, () => {
      const message = told([says(...parts), says(call('f', LONG)), ends()], { thinks })
      assert.deepEqual(kinds(message), blocks)
      const part = returned(message).find(({ functionCall }) => functionCall)
      assert.equal(part?.thoughtSignature, LONG)
      for (const { id = '' } of message.content) assert.match(id, /^[\w-]{0,64}$/)
    })
  }

  test('gives each call an id of its own, which clients may name files after', () => {
    const odd = 'not base64'
    const message = told([says(call('f', 'A'.repeat(160)), call('g'), call('h', odd)), ends()])
    const ids = message.content.flatMap(({ id }) => id ?? [])
    assert.equal(new Set(ids).size, 3)
    for (const id of ids) assert.match(id, /^[a-zA-Z0-9_-]{1,200}$/)
    const signatures = returned(message).map(({ thoughtSignature }) => thoughtSignature)
    assert.deepEqual(signatures, ['A'.repeat(160), undefined, odd])
  })

  test('carries signed thoughts, and calls of Google’s own tools with their results', () => {
    const parts: Part[] = [
      { text: 'Hm.', thought: true, thoughtSignature: 'VEg=' },
      { toolCall: { id: 'x', toolType: 'GOOGLE_SEARCH_WEB', args: {} }, thoughtSignature: 'UA==' },
      { toolResponse: { id: 'x', toolType: 'GOOGLE_SEARCH_WEB', response: {} } },
      { text: 'Found.' },
    ]
    const message = told([says(...parts), ends()], { thinks: true })
    assert.deepEqual(kinds(message), ['thinking', 'redacted_thinking', 'redacted_thinking', 'text'])
    assert.deepEqual(returned(message), parts)
  })

  test('passes on only the first of several calls where one was asked for', () => {
    const message = told([says(call('f'), call('g')), says(call('h')), ends()], { oneCall: true })
    assert.deepEqual(kinds(message), ['tool_use'])
  })

  test('calls functions by the client’s names', () => {
    const message = told([says(call('_1_now')), ends()], { names: new Map([['_1_now', '1/now']]) })
    assert.equal(message.content[0]?.name, '1/now')
  })

  test('has pictures as texts of their own, which come back as pictures', () => {
    const picture = { inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgo=' } }
    const message = told([says({ text: 'Look:' }, picture, { text: 'Nice.' }), ends()])
    assert.deepEqual(kinds(message), ['text', 'text', 'text'])
    assert.deepEqual(returned(message), [{ text: 'Look:' }, picture, { text: 'Nice.' }])
  })

  test('has run code and what came of it, which come back as they were', () => {
    const parts: Part[] = [
      { executableCode: { language: 'PYTHON', code: 'print(1)' } },
      { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '1\n' } },
      { executableCode: { language: 'PYTHON', code: 'oops' } },
      { codeExecutionResult: { outcome: 'OUTCOME_FAILED', output: 'NameError' } },
    ]
    const message = told([says(...parts), ends()])
    const [code, result, second, failure] = message.content as [Block, Block, Block, Block]
    assert.deepEqual([code.name, code.input], ['code_execution', { code: 'print(1)' }])
    assert.deepEqual([result.tool_use_id, failure.tool_use_id], [code.id, second.id])
    assert.deepEqual(
      [result.content?.stdout, failure.content?.stderr, failure.content?.return_code],
      ['1\n', 'NameError', 1],
    )
    assert.deepEqual(returned(message), parts)
  })

  test('cites the pages of Google’s search, and has the search as a tool’s', () => {
    const groundingMetadata = {
      webSearchQueries: ['stars', 'sky'],
      groundingChunks: [
        { web: { uri: 'https://a.example', title: 'A' } },
        { maps: { uri: 'https://m.example' } },
      ],
      groundingSupports: [{ segment: { endIndex: 3, text: 'Sky' }, groundingChunkIndices: [0, 1, 7] }],
    }
    const message = told([says({ text: 'Sky is blue.' }), ends({ groundingMetadata }), ends()])
    assert.deepEqual(kinds(message), ['text', 'server_tool_use', 'web_search_tool_result'])
    const [text, use, result] = message.content as [Block, Block, Block]
    assert.deepEqual(text.citations, [
      {
        type: 'web_search_result_location',
        url: 'https://a.example',
        title: 'A',
        encrypted_index: '',
        cited_text: 'Sky',
      },
    ])
    assert.deepEqual([use.name, use.input], ['web_search', { query: 'stars; sky' }])
    assert.equal(result.tool_use_id, use.id)
    assert.deepEqual(result.content, [
      {
        type: 'web_search_result',
        url: 'https://a.example',
        title: 'A',
        encrypted_content: '',
        page_age: null,
      },
    ])
    assert.deepEqual(message.usage.server_tool_use, { web_search_requests: 2, web_fetch_requests: 0 })
    assert.deepEqual(returned(message), [{ text: 'Sky is blue.' }])
  })

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
