import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Part } from '../core/canonical.ts'
import { toCitations, toGrounding } from '../plugins/openai-compat/responses/citations.ts'
import { unsealed } from '../plugins/openai-compat/responses/envelope.ts'
import type { ToldTool } from '../plugins/openai-compat/responses/told-tools.ts'
import { ALL, type Asked, ended, type Item, outputOf, said } from './responses-output.ts'

function toolsOf(name: string, told: ToldTool): Asked {
  return { tools: new Map([[name, told]]) }
}

describe('thought signatures in a response', () => {
  const sealsOf = (output: readonly Item[]) =>
    output.flatMap(({ type, encrypted_content }) =>
      type === 'reasoning' ? [unsealed(encrypted_content)] : [],
    )

  test('of a call lie in the thoughts right before it', () => {
    const chunks = [
      said({ text: 'Hm.', thought: true }),
      ended({}, { functionCall: { id: 'a', name: 'f', args: {} }, thoughtSignature: 'c2ln' }),
    ]
    const output = outputOf(chunks, ALL)
    assert.deepEqual(
      output.map(({ type }) => type),
      ['reasoning', 'function_call'],
    )
    assert.deepEqual(sealsOf(output), [{ calls: { a: 'c2ln' } }])
  })

  test('of a call after a text lie in an item of their own', () => {
    const chunks = [
      said({ text: 'Hm.', thought: true }),
      said({ text: 'So' }),
      ended({}, { functionCall: { id: 'a', name: 'f', args: {} }, thoughtSignature: 'c2ln' }),
    ]
    const output = outputOf(chunks, ALL)
    assert.deepEqual(
      output.map(({ type }) => type),
      ['reasoning', 'message', 'reasoning', 'function_call'],
    )
    assert.deepEqual(sealsOf(output), [{}, { calls: { a: 'c2ln' } }])
  })

  test('of a text may come alone after it, and lie in an item after it', () => {
    const chunks = [said({ text: 'So' }), ended({}, { text: '', thoughtSignature: 'c2ln' })]
    const output = outputOf(chunks, ALL)
    assert.deepEqual(
      output.map(({ type }) => type),
      ['message', 'reasoning'],
    )
    assert.deepEqual(sealsOf(output), [{ before: 'c2ln' }])
    assert.deepEqual(output[0]?.extra_content, { google: { thought_signature: 'c2ln' } })
  })

  test('add no item where the client did not ask for them', () => {
    const chunks = [
      said({ text: 'So' }),
      ended({}, { functionCall: { id: 'a', name: 'f', args: {} }, thoughtSignature: 'c2ln' }),
    ]
    assert.deepEqual(
      outputOf(chunks).map(({ type }) => type),
      ['message', 'function_call'],
    )
  })

  test('are read back from their envelope alone', () => {
    for (const text of [undefined, '', 'gAAAA', 'geminate.2.e30', 'geminate.1.!!', 'geminate.1.W10'])
      assert.equal(unsealed(text), undefined, String(text))
  })
})

describe('a call in a response', () => {
  const made = (name: string, args: object) => [ended({}, { functionCall: { id: 'a', name, args } })]
  const CASES: readonly (readonly [ToldTool, object, Item])[] = [
    [
      { kind: 'function', name: 'send', namespace: 'mail' },
      { a: 1 },
      { type: 'function_call', name: 'send', namespace: 'mail', arguments: '{"a":1}' },
    ],
    [
      { kind: 'custom', name: 'apply_patch' },
      { input: '*** Begin' },
      { type: 'custom_tool_call', name: 'apply_patch', input: '*** Begin' },
    ],
    [
      { kind: 'custom', name: 'apply_patch' },
      { patch: 'x' },
      { type: 'custom_tool_call', name: 'apply_patch', input: '{"patch":"x"}' },
    ],
    [
      { kind: 'local_shell', name: 'local_shell' },
      { command: ['ls', '-l'], timeout_ms: 1000 },
      {
        type: 'local_shell_call',
        action: {
          type: 'exec',
          command: ['ls', '-l'],
          env: {},
          timeout_ms: 1000,
          working_directory: null,
          user: null,
        },
      },
    ],
    [
      { kind: 'shell', name: 'shell' },
      { commands: 'ls' },
      {
        type: 'shell_call',
        action: { commands: ['ls'], timeout_ms: null, max_output_length: null },
        environment: null,
      },
    ],
    [
      { kind: 'apply_patch', name: 'apply_patch' },
      { type: 'create_file', path: 'a.txt', diff: '+x' },
      { type: 'apply_patch_call', operation: { type: 'create_file', path: 'a.txt', diff: '+x' } },
    ],
    [
      { kind: 'apply_patch', name: 'apply_patch' },
      { type: 'delete_file', path: 'a.txt' },
      { type: 'apply_patch_call', operation: { type: 'delete_file', path: 'a.txt' } },
    ],
  ]
  for (const [told, args, expected] of CASES) {
    test(`is told as its tool is: ${JSON.stringify(told)} ${JSON.stringify(args)}`, () => {
      const [{ id: _, ...item } = {}] = outputOf(made('its_name', args), toolsOf('its_name', told))
      assert.deepEqual(item, { status: 'completed', call_id: 'a', ...expected })
    })
  }
})

describe('Google’s own tools in a response', () => {
  const grounded = {
    webSearchQueries: ['weather oslo'],
    groundingChunks: [
      { web: { uri: 'https://a.example', title: 'A' } },
      { web: { uri: 'https://b.example' } },
    ],
  }

  test('a search becomes an item, and its places citations', () => {
    const text = 'Kälte in Oslo'
    const groundingMetadata = {
      ...grounded,
      groundingSupports: [
        { segment: { startIndex: 7, endIndex: 14, text: 'in Oslo' }, groundingChunkIndices: [0, 1] },
      ],
    }
    const [told, search] = outputOf(
      [said({ text: text.slice(0, 3) }), ended({ groundingMetadata }, { text: text.slice(3) })],
      ALL,
    )
    assert.deepEqual((told!.content as { annotations: unknown }[])[0]?.annotations, [
      { type: 'url_citation', start_index: 6, end_index: 13, title: 'A', url: 'https://a.example' },
      {
        type: 'url_citation',
        start_index: 6,
        end_index: 13,
        title: 'https://b.example',
        url: 'https://b.example',
      },
    ])
    assert.equal(text.slice(6, 13), 'in Oslo')
    assert.deepEqual(search?.action, {
      type: 'search',
      query: 'weather oslo',
      queries: ['weather oslo'],
      sources: [
        { type: 'url', url: 'https://a.example' },
        { type: 'url', url: 'https://b.example' },
      ],
    })
  })

  test('a place that is counted otherwise is found by its words, or not cited', () => {
    const grounding = (segment: object) =>
      toGrounding({ ...grounded, groundingSupports: [{ segment, groundingChunkIndices: [0] }] })!
    const text = 'Before. It is cold.'
    const found = (segment: object) =>
      toCitations(text, grounding(segment)).map(({ start_index, end_index }) =>
        text.slice(start_index, end_index),
      )
    assert.deepEqual(found({ startIndex: 0, endIndex: 11, text: 'It is cold.' }), ['It is cold.'])
    assert.deepEqual(found({ startIndex: 0, endIndex: 9, text: 'Somewhere' }), [])
    assert.deepEqual(found({ endIndex: 7 }), ['Before.'])
    assert.equal(toGrounding({}), undefined)
  })

  test('code that ran becomes one item with what it printed', () => {
    const chunks = [
      said({ executableCode: { language: 'PYTHON', code: 'print(1)' } }),
      said({ codeExecutionResult: { outcome: 'OUTCOME_OK', output: '1\n' } }),
      ended({}, { text: 'One.' }),
    ]
    const [code] = outputOf(chunks, ALL)
    assert.deepEqual(code, {
      id: code?.id,
      type: 'code_interpreter_call',
      status: 'completed',
      code: 'print(1)',
      container_id: 'cntr_0123456789abcdef0123456789abcdef',
      outputs: [{ type: 'logs', logs: '1\n' }],
    })
    assert.equal(outputOf(chunks)[0]?.outputs, null)
  })

  test('a picture becomes an item with its bytes', () => {
    const [picture] = outputOf([
      ended({}, { inlineData: { mimeType: 'image/jpeg', data: 'aGk=' }, thoughtSignature: 'c2ln' }),
    ])
    assert.deepEqual(picture, {
      id: picture?.id,
      type: 'image_generation_call',
      status: 'completed',
      result: 'aGk=',
      output_format: 'jpeg',
      extra_content: { google: { thought_signature: 'c2ln' } },
    })
  })

  test('what a search beside functions did is brought back by the client', () => {
    const parts: Part[] = [
      {
        toolCall: { id: 's', toolType: 'GOOGLE_SEARCH_WEB', args: { queries: ['news'] } },
        thoughtSignature: 'c2ln',
      },
      { toolResponse: { id: 's', toolType: 'GOOGLE_SEARCH_WEB', response: {} } },
    ]
    const chunks = [
      said(parts[0]!),
      said(parts[1]!),
      ended({ groundingMetadata: grounded }, { text: 'None.' }),
    ]
    const [seal, search, ...rest] = outputOf(chunks, ALL)
    assert.deepEqual(unsealed(seal?.encrypted_content), { parts })
    assert.deepEqual((search!.action as Item).queries, ['news'])
    assert.deepEqual(
      rest.map(({ type }) => type),
      ['message'],
    )
    assert.deepEqual(outputOf(chunks)[0]?.extra_content, { google: { parts } })
  })
})
