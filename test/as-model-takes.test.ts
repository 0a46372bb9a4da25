import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { GenerateContentRequest } from '../core/canonical.ts'
import { BYPASS } from '../core/codec/signatures.ts'
import { asModelTakes } from '../core/fitting/as-model-takes.ts'
import { createFitting } from '../core/fitting/fitting.ts'
import { traitsOf } from '../core/models.ts'
import { frozen } from './frozen.ts'

const SAID = [{ role: 'user', parts: [{ text: 'Hi' }] }]
const PICTURE = { inlineData: { mimeType: 'image/png', data: 'AA==' } }
const FUNCTIONS = { functionDeclarations: [{ name: 'f' }] }
const SEARCH = { googleSearch: {} }
const config = (generationConfig: Record<string, unknown>): GenerateContentRequest => ({
  contents: SAID,
  generationConfig,
})
const thinking = (thinkingConfig: object) => config({ thinkingConfig })

interface Case {
  readonly title: string
  readonly model: string
  readonly asked: GenerateContentRequest
  readonly taken: GenerateContentRequest
  readonly note?: RegExp
}

const CASES: readonly Case[] = [
  {
    title: 'a level becomes tokens',
    model: 'gemini-2.5-flash',
    asked: thinking({ thinkingLevel: 'HIGH', includeThoughts: true }),
    taken: thinking({ thinkingBudget: 24_576, includeThoughts: true }),
    note: /24576 instead of HIGH/,
  },
  {
    title: 'tokens become a level',
    model: 'gemini-3.8-flash',
    asked: thinking({ thinkingBudget: 0 }),
    taken: thinking({ thinkingLevel: 'LOW' }),
    note: /LOW instead of 0/,
  },
  {
    title: 'tokens become as many as the model thinks at least',
    model: 'gemini-2.5-pro',
    asked: thinking({ thinkingBudget: 0 }),
    taken: thinking({ thinkingBudget: 128 }),
    note: /128 instead of 0/,
  },
  {
    title: 'a level becomes the nearest',
    model: 'gemini-3.8-flash',
    asked: thinking({ thinkingLevel: 'XHIGH' }),
    taken: thinking({ thinkingLevel: 'HIGH' }),
    note: /HIGH instead of XHIGH/,
  },
  {
    title: 'thoughts alone stay',
    model: 'gemini-2.5-flash',
    asked: thinking({ includeThoughts: true }),
    taken: thinking({ includeThoughts: true }),
  },
  {
    title: 'what it has no place for is left out',
    model: 'gemini-2.5-flash-image',
    asked: config({ thinkingConfig: { thinkingLevel: 'LOW' }, presencePenalty: 1, seed: 1 }),
    taken: config({ seed: 1 }),
    note: /thinkingConfig: the model takes none/,
  },
  {
    title: 'what it writes is no longer than it can',
    model: 'gemini-2.0-flash',
    asked: config({ maxOutputTokens: 20_000 }),
    taken: config({ maxOutputTokens: 8_192 }),
    note: /8192/,
  },
  {
    title: 'the system speaks first where it has no place of its own',
    model: 'gemma-3-27b-it',
    asked: { systemInstruction: { parts: [{ text: 'Be kind' }] }, contents: SAID },
    taken: { contents: [{ role: 'user', parts: [{ text: 'Be kind' }, { text: 'Hi' }] }] },
    note: /systemInstruction/,
  },
  {
    title: 'a search stays out beside functions',
    model: 'gemini-2.5-flash',
    asked: { contents: SAID, tools: [FUNCTIONS, SEARCH] },
    taken: { contents: SAID, tools: [FUNCTIONS] },
    note: /beside functions/,
  },
  {
    title: 'a search alone stays',
    model: 'gemini-2.5-flash',
    asked: { contents: SAID, tools: [SEARCH] },
    taken: { contents: SAID, tools: [SEARCH] },
  },
  {
    title: 'a search stays out where the model cannot',
    model: 'gemma-3-27b-it',
    asked: { contents: SAID, tools: [SEARCH] },
    taken: { contents: SAID },
    note: /cannot search/,
  },
  {
    title: 'pictures have no resolution of their own, and stand beside what a function answered',
    model: 'gemini-2.5-flash',
    asked: {
      contents: [
        { role: 'user', parts: [{ ...PICTURE, mediaResolution: { level: 'LOW' } }] },
        { role: 'user', parts: [{ functionResponse: { name: 'f', response: {}, parts: [PICTURE] } }] },
      ],
    },
    taken: {
      contents: [
        { role: 'user', parts: [PICTURE] },
        { role: 'user', parts: [{ functionResponse: { name: 'f', response: {} } }, PICTURE] },
      ],
    },
  },
  {
    title: 'calls are signed as documented where the model wants signatures',
    model: 'gemini-3.8-flash',
    asked: { contents: [...SAID, { role: 'model', parts: [{ functionCall: { name: 'f' } }] }] },
    taken: {
      contents: [
        ...SAID,
        { role: 'model', parts: [{ functionCall: { name: 'f' }, thoughtSignature: BYPASS }] },
      ],
    },
    note: /thought signature/,
  },
]

describe('A request that another model answers', () => {
  for (const { title, model, asked, taken, note } of CASES) {
    test(`is as that one takes it: ${title}`, () => {
      const { request, notes } = asModelTakes(frozen(asked), traitsOf(model))
      assert.deepEqual(request, taken)
      if (note) assert.match(notes.join('; '), note)
      else if (request === asked) assert.deepEqual(notes, [])
    })
  }

  test('is the very same where there is nothing to change', () => {
    const request = config({ temperature: 1, thinkingConfig: { thinkingLevel: 'LOW' } })
    assert.equal(asModelTakes(request, traitsOf('gemini-3.8-flash')).request, request)
  })

  test('has schemas in that one’s form, gives back what they mean, and is repaired as that one says', () => {
    const schema = { type: 'object', properties: { filter: { type: 'object' } }, required: ['filter'] }
    const tools = [{ functionDeclarations: [{ name: 'f', parametersJsonSchema: schema }] }]
    const request = { contents: SAID, tools, generationConfig: { topK: 1, presencePenalty: 1 } }
    const fitting = createFitting(() => 0)
    const call = fitting.fit({ model: 'gemini-3.8-flash', request }, undefined)
    const other = call.forModel('gemini-2.0-flash')
    assert.ok(JSON.stringify(other.request).includes('"parameters":'))
    const made = { functionCall: { name: 'f', args: { filter: '{"a":1}' } } }
    const restored = call.restore({ candidates: [{ content: { parts: [made] } }] })
    assert.deepEqual(restored.candidates?.[0]?.content?.parts?.[0]?.functionCall, {
      name: 'f',
      args: { filter: { a: 1 } },
    })
    const repaired = call.repair('Penalty is not enabled for models/gemini-2.0-flash')
    assert.deepEqual(repaired?.request.generationConfig, { topK: 1 })
    repaired?.worked()
    const own = fitting.fit({ model: 'gemini-3.8-flash', request }, undefined).request
    assert.equal(own.generationConfig?.presencePenalty, 1)
  })
})
