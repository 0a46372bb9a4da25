import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { toVertexBody } from '../core/vertex/vertex-body.ts'
import { fromVertexEmbedding, toVertexEmbedding } from '../core/vertex/vertex-embeddings.ts'
import { frozen } from './frozen.ts'

const USER = { role: 'user', parts: [{ text: 'a' }] }

interface Case {
  readonly title: string
  readonly method?: string
  readonly gemini: Record<string, unknown>
  readonly vertex: Record<string, unknown>
  readonly leftOut?: readonly string[]
}

const CASES: readonly Case[] = [
  {
    title: 'what both know stays, unknown fields too',
    gemini: { contents: [USER], labels: { a: 'b' }, newer: { part_metadata: 1 } },
    vertex: { contents: [USER], labels: { a: 'b' }, newer: { part_metadata: 1 } },
  },
  {
    title: 'a content without a role is the user’s, and so is a function’s answer',
    gemini: {
      contents: [{ parts: [{ text: 'a' }] }, { role: '', parts: [] }, { role: 'function', parts: [] }],
      systemInstruction: { parts: [{ text: 's' }] },
    },
    vertex: {
      contents: [USER, { role: 'user', parts: [] }, { role: 'user', parts: [] }],
      systemInstruction: { parts: [{ text: 's' }] },
    },
  },
  {
    title: 'a single content is one too',
    gemini: { contents: { parts: { text: 'a' } } },
    vertex: { contents: { role: 'user', parts: { text: 'a' } } },
  },
  {
    title: 'what only the Gemini API has goes, in either spelling',
    gemini: {
      model: 'models/m',
      store: true,
      contents: [
        { role: 'user', parts: [{ text: 'a', part_metadata: {} }] },
        { role: 'user', parts: [{ functionResponse: { name: 'f', response: {}, will_continue: true } }] },
      ],
      tool_config: { include_server_side_tool_invocations: true, functionCallingConfig: {} },
      generationConfig: { enableEnhancedCivicAnswers: true, topK: 1 },
    },
    vertex: {
      contents: [USER, { role: 'user', parts: [{ functionResponse: { name: 'f', response: {} } }] }],
      tool_config: { functionCallingConfig: {} },
      generationConfig: { topK: 1 },
    },
    leftOut: [
      'store',
      'partMetadata',
      'willContinue',
      'enableEnhancedCivicAnswers',
      'includeServerSideToolInvocations',
    ],
  },
  {
    title: 'a count is of the fields that count',
    method: 'countTokens',
    gemini: {
      generateContentRequest: {
        model: 'models/m',
        contents: [{ parts: [{ text: 'a' }] }],
        system_instruction: { parts: [] },
        tools: [],
        safetySettings: [],
        toolConfig: {},
      },
    },
    vertex: { contents: [USER], system_instruction: { parts: [] }, tools: [] },
  },
  {
    title: 'a count of contents alone',
    method: 'countTokens',
    gemini: { contents: [USER] },
    vertex: { contents: [USER] },
  },
  {
    title: 'what makes no sense is left to Vertex',
    gemini: { contents: ['a', null], generationConfig: 5, toolConfig: null },
    vertex: { contents: ['a', null], generationConfig: 5, toolConfig: null },
  },
]

describe('A request for Vertex', () => {
  for (const { title, method = 'generateContent', gemini, vertex, leftOut = [] } of CASES) {
    test(`in its own form: ${title}`, () => {
      const { body, leftOut: left } = toVertexBody(method, frozen(gemini))
      assert.deepEqual(body, vertex)
      assert.deepEqual(left, leftOut)
    })
  }
})

describe('An embedding at Vertex', () => {
  const content = { parts: [{ text: 'one' }, { text: ' two' }] }

  test('is asked of older models by predict', () => {
    const request = frozen({ content, task_type: 'CLUSTERING', outputDimensionality: 8 })
    assert.deepEqual(toVertexEmbedding('gemini-embedding-001', request), {
      method: 'predict',
      body: {
        instances: [{ content: 'one two', task_type: 'CLUSTERING' }],
        parameters: { outputDimensionality: 8 },
      },
    })
    assert.equal(toVertexEmbedding('text-embedding-005', { content }).method, 'predict')
  })

  test('is asked of newer ones by embedContent', () => {
    const request = frozen({ model: 'models/m', content, taskType: 'CLUSTERING', title: 't' })
    assert.deepEqual(toVertexEmbedding('gemini-embedding-2', request), {
      method: 'embedContent',
      body: {
        content: { ...content, role: 'user' },
        embedContentConfig: { taskType: 'CLUSTERING', title: 't' },
      },
    })
  })

  test('is asked of the one part that stands in no list', () => {
    const { body } = toVertexEmbedding(
      'gemini-embedding-001',
      frozen({ content: { parts: { text: 'one' } } }),
    )
    assert.deepEqual(body, { instances: [{ content: 'one' }], parameters: {} })
  })

  for (const content of [undefined, 'one', {}, { parts: [] }]) {
    test(`of ${JSON.stringify(content)} is refused, and not made of nothing`, () => {
      assert.throws(() => toVertexEmbedding('gemini-embedding-001', { content }), {
        kind: 'invalid_request',
        message: /"content" has no parts/,
      })
    })
  }

  test('of a picture is refused where the model takes text alone', () => {
    const picture = { content: { parts: [{ inlineData: {} }] } }
    assert.throws(() => toVertexEmbedding('gemini-embedding-001', picture), /embeds text alone/)
  })

  test('is read of either answer, and of none', () => {
    const statistics = { token_count: 2 }
    assert.deepEqual(fromVertexEmbedding({ predictions: [{ embeddings: { values: [1], statistics } }] }), {
      values: [1],
      tokens: 2,
    })
    assert.deepEqual(
      fromVertexEmbedding({ embedding: { values: [1] }, usageMetadata: { promptTokenCount: 3 } }),
      { values: [1], tokens: 3 },
    )
    assert.deepEqual(fromVertexEmbedding({}), { values: undefined, tokens: undefined })
  })
})
