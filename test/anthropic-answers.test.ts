import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Part } from '../core/canonical.ts'
import { toFunctionNames } from '../core/schema-compiler/function-names.ts'
import { streamed } from './anthropic-codec.ts'
import { foldMessage } from './anthropic-fold.ts'
import { type Block, call, ends, kinds, type Message, returned, says, told } from './anthropic-told.ts'

const LONG = Buffer.from('a signature too long for an id '.repeat(10)).toString('base64')

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
      const message = told([says(...parts), says(call('f', LONG), call('g')), ends()], { thinks })
      assert.deepEqual(kinds(message), [...blocks, 'tool_use'])
      const calls = returned(message).filter(({ functionCall }) => functionCall)
      assert.deepEqual(
        calls.map(({ thoughtSignature }) => thoughtSignature),
        [LONG, undefined],
      )
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
    const message = told([says(call('_1_now')), ends()], { names: toFunctionNames(['1/now']) })
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
    const { webSearchQueries, ...rest } = groundingMetadata
    const said = {
      index: 0,
      content: { parts: [{ text: ' is blue.' }] },
      groundingMetadata: { webSearchQueries },
    }
    const chunks = [says({ text: 'Sky' }), { candidates: [said] }, ends({ groundingMetadata: rest }), ends()]
    const { message } = foldMessage(streamed(chunks)) as unknown as { message: Message }
    const all = [says({ text: 'Sky is blue.' }), ends({ groundingMetadata })]
    assert.deepEqual(message.content, told(all).content)
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
})
