import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { GenerateContentRequest, GenerateContentResponse, Part } from '../core/canonical.ts'
import { createFitting } from '../core/fitting/fitting.ts'
import { frozen } from './frozen.ts'

const MODEL = 'gemini-3.8-flash'
const OLD = 'gemini-2.0-flash'
const ANYTHING = { type: 'object', properties: { filter: { type: 'object' } }, required: ['filter'] }
const PORT = { type: 'object', properties: { port: { const: 80 } }, required: ['port'] }
const SCHEMA_REFUSAL =
  'Invalid value at \'tools[0].function_declarations[0].parameters.properties[0].value.type\' (TYPE_ENUM), "x"'

const withTool = (parametersJsonSchema: unknown): GenerateContentRequest => ({
  contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
  tools: [{ functionDeclarations: [{ name: 'find', description: 'Finds', parametersJsonSchema }] }],
})
const calling = (args: unknown): GenerateContentResponse => ({
  candidates: [{ content: { role: 'model', parts: [{ functionCall: { name: 'find', args } }] } }],
})
const argsIn = ({ candidates }: GenerateContentResponse) =>
  (candidates?.[0]?.content?.parts?.[0]?.functionCall as { args: unknown } | undefined)?.args
const declarationIn = ({ tools }: GenerateContentRequest) =>
  (tools?.[0]?.functionDeclarations as Record<string, unknown>[] | undefined)?.[0]

function fit(request: GenerateContentRequest, model = MODEL, fitting = createFitting(() => 0)) {
  return fitting.fit({ model, request: frozen(request) }, undefined)
}

describe('The schemas of a call', () => {
  test('go as JSON Schema to a model that takes it, and as Google’s own to an older one', () => {
    const fitted = declarationIn(fit(withTool(PORT)).request)
    assert.deepEqual(fitted, {
      name: 'find',
      description: 'Finds',
      parametersJsonSchema: {
        type: 'object',
        properties: { port: { enum: [80], type: 'integer' } },
        required: ['port'],
      },
    })
    const old = declarationIn(fit(withTool(PORT), OLD).request)
    assert.deepEqual(Object.keys(old ?? {}), ['name', 'description', 'parameters'])
  })

  test('are left out where a function has no parameters', () => {
    assert.deepEqual(declarationIn(fit(withTool({ type: 'object', properties: {} })).request), {
      name: 'find',
      description: 'Finds',
    })
  })

  test('give back what the model made for them as the client’s schema means it', () => {
    const { request, restore } = fit(withTool(ANYTHING), OLD)
    const { parameters } = declarationIn(request) as { parameters: { properties: Record<string, unknown> } }
    assert.equal((parameters.properties.filter as { type: string }).type, 'STRING')
    assert.deepEqual(argsIn(restore(calling({ filter: '{"a":[1]}' }))), { filter: { a: [1] } })
  })

  test('are said of in notes, of which there are few', () => {
    const properties = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [`p${index}`, { type: 'string', pattern: '^a' }]),
    )
    const { notes } = fit(withTool({ type: 'object', properties }))
    assert.equal(notes.length, 9)
    assert.match(notes[0] ?? '', /^find\.properties\.p0: /)
    assert.match(notes[8] ?? '', /^32 more of schemas/)
  })

  test('are refused by their place in the client’s request', () => {
    const places = { parameters: new Map([['find', 'tools[0].function.parameters']]), response: '' }
    const bad = withTool({ type: 'object', properties: { a: { $ref: '#/$defs/none' } } })
    assert.throws(() => createFitting(() => 0).fit({ model: MODEL, request: bad }, places), {
      kind: 'invalid_request',
      param: 'tools[0].function.parameters.properties.a.$ref',
    })
  })

  test('that are not there change nothing', () => {
    const request = { contents: [{ parts: [{ text: 'Hi' }] }], generationConfig: { temperature: 1 } }
    assert.equal(fit(request).request, request)
  })
})

describe('An answer in JSON whose schema was written otherwise', () => {
  const request: GenerateContentRequest = {
    contents: [],
    generationConfig: { responseMimeType: 'application/json', responseJsonSchema: ANYTHING },
  }
  const says = (parts: Part[], finishReason?: string): GenerateContentResponse => ({
    candidates: [{ content: { role: 'model', parts }, ...(finishReason && { finishReason }) }],
  })
  const wholeJson = '{"filter":"{\\"a\\":1}"}'

  test('is restored whole', () => {
    const { restore } = fit(request, OLD)
    assert.deepEqual(
      restore(says([{ text: wholeJson }], 'STOP')),
      says([{ text: '{"filter":{"a":1}}' }], 'STOP'),
    )
  })

  test('is held back in a stream until it is whole, and nothing else is', () => {
    const { restore } = fit(request, OLD)
    assert.deepEqual(restore(says([{ text: 'Hm', thought: true }, { text: wholeJson.slice(0, 7) }])), {
      candidates: [{ content: { role: 'model', parts: [{ text: 'Hm', thought: true }] } }],
    })
    const last = restore(says([{ text: wholeJson.slice(7), thoughtSignature: 'x' }], 'STOP'))
    assert.deepEqual(
      last,
      says([{ text: '{"filter":{"a":1}}' }, { text: '', thoughtSignature: 'x' }], 'STOP'),
    )
  })

  test('stays as it is where it was cut off', () => {
    const { restore } = fit(request, OLD)
    assert.deepEqual(
      restore(says([{ text: '{"filter' }], 'MAX_TOKENS')),
      says([{ text: '{"filter' }], 'MAX_TOKENS'),
    )
  })

  test('passes as it comes where nothing has to be restored', () => {
    const { restore } = fit(request)
    const chunk = says([{ text: '{"fil' }])
    assert.equal(restore(chunk), chunk)
  })
})

describe('A refused call', () => {
  test('whose schema is blamed is asked again in the stricter form, as all of the model are for an hour where that worked', () => {
    let now = 0
    const fitting = createFitting(() => now)
    const call = fit(withTool(ANYTHING), MODEL, fitting)
    assert.ok(declarationIn(call.request)?.parametersJsonSchema)
    const repaired = call.repair(SCHEMA_REFUSAL)
    assert.ok(declarationIn(repaired?.request ?? {})?.parameters)
    assert.deepEqual(argsIn(call.restore(calling({ filter: '{"a":1}' }))), { filter: { a: 1 } })
    assert.ok(declarationIn(fit(withTool(ANYTHING), MODEL, fitting).request)?.parametersJsonSchema)
    repaired?.worked()
    assert.ok(declarationIn(fit(withTool(ANYTHING), MODEL, fitting).request)?.parameters)
    assert.ok(declarationIn(fit(withTool(ANYTHING), 'gemini-4-argon', fitting).request)?.parametersJsonSchema)
    now = 3_600_001
    assert.ok(declarationIn(fit(withTool(ANYTHING), MODEL, fitting).request)?.parametersJsonSchema)
  })

  const thinking = (thinkingConfig: object): GenerateContentRequest => ({
    contents: [],
    generationConfig: { thinkingConfig },
  })
  const cases: readonly (readonly [
    refusal: string,
    asked: GenerateContentRequest,
    instead: GenerateContentRequest,
  ])[] = [
    [
      'Thinking level MINIMAL is not supported for this model. Please retry with other thinking level.',
      thinking({ thinkingLevel: 'MINIMAL', includeThoughts: true }),
      thinking({ thinkingLevel: 'LOW', includeThoughts: true }),
    ],
    [
      'Thinking level MEDIUM is not supported for this model. Supported levels: LOW, HIGH.',
      thinking({ thinkingLevel: 'MEDIUM' }),
      thinking({ thinkingLevel: 'LOW' }),
    ],
    [
      'The thinking budget 50000 is invalid. Please choose a value between 512 and 24576.',
      thinking({ thinkingBudget: 50_000 }),
      thinking({ thinkingBudget: 24_576 }),
    ],
    [
      'Budget 0 is invalid. This model only works in thinking mode.',
      thinking({ thinkingBudget: 0 }),
      thinking({ thinkingBudget: 128 }),
    ],
    [
      'thinking_budget and thinking_level are not supported together.',
      thinking({ thinkingBudget: 512, thinkingLevel: 'LOW' }),
      thinking({ thinkingBudget: undefined, thinkingLevel: 'LOW' }),
    ],
    [
      'Unable to submit request because it has a maxOutputTokens value of 100000 but the supported range is from 1 (inclusive) to 65537 (exclusive).',
      { contents: [], generationConfig: { maxOutputTokens: 100_000 } },
      { contents: [], generationConfig: { maxOutputTokens: 65_536 } },
    ],
    [
      'Penalty is not enabled for models/gemini-3.8-flash',
      { contents: [], generationConfig: { presencePenalty: 1, temperature: 1 } },
      { contents: [], generationConfig: { temperature: 1 } },
    ],
    [
      'Developer instruction is not enabled for models/gemma-9',
      {
        systemInstruction: { parts: [{ text: 'Be kind' }] },
        contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
      },
      { contents: [{ role: 'user', parts: [{ text: 'Be kind' }, { text: 'Hi' }] }] },
    ],
  ]
  for (const [refusal, asked, instead] of cases) {
    test(`learns from “${refusal}”`, () => {
      const fitting = createFitting(() => 0)
      const call = fit(asked, MODEL, fitting)
      const repaired = call.repair(refusal)
      assert.deepEqual(repaired?.request, instead)
      assert.ok((repaired?.notes.length ?? 0) > 1)
      repaired?.worked()
      const later = fit(asked, MODEL, fitting)
      assert.deepEqual(later.request, instead)
      assert.equal(later.notes.length, 1)
      assert.equal(later.repair(refusal), undefined)
    })
  }

  test('learns of one level after the other', () => {
    const fitting = createFitting(() => 0)
    const level = (name: string) => `Thinking level ${name} is not supported for this model.`
    const call = fit(thinking({ thinkingLevel: 'LOW' }), MODEL, fitting)
    assert.deepEqual(call.repair(level('LOW'))?.request, thinking({ thinkingLevel: 'MEDIUM' }))
    const second = call.repair(level('MEDIUM'))
    assert.deepEqual(second?.request, thinking({ thinkingLevel: 'HIGH' }))
    second?.worked()
    const later = fit(thinking({ thinkingLevel: 'MEDIUM' }), MODEL, fitting)
    assert.deepEqual(later.request, thinking({ thinkingLevel: 'HIGH' }))
  })

  test('whose signatures are blamed is asked again without them, and nothing is learned', () => {
    const call = { functionCall: { name: 'f', args: {} } }
    const contents = (first: Part, text: Part) => [
      { role: 'user', parts: [{ text: 'Hi' }] },
      { role: 'model', parts: [text, first, call] },
      { role: 'user', parts: [{ functionResponse: { name: 'f' } }, { functionResponse: { name: 'f' } }] },
    ]
    const asked = {
      contents: contents({ ...call, thoughtSignature: 'old' }, { text: 'So', thoughtSignature: 'old' }),
    }
    const bypassed = contents(
      { ...call, thoughtSignature: 'skip_thought_signature_validator' },
      { text: 'So' },
    )
    const fitting = createFitting(() => 0)
    for (const refusal of [
      'Corrupted thought signature.',
      'Invalid thought signature',
      'Function call is missing a thought_signature in functionCall parts.',
    ]) {
      assert.deepEqual(fit(asked, MODEL, fitting).repair(refusal)?.request.contents, bypassed)
    }
    assert.deepEqual(fit(asked, MODEL, fitting).request, asked)
    assert.equal(fit({ contents: bypassed }).repair('Invalid thought signature'), undefined)
  })

  test('stays in its repaired form, and is refused for good by the same words', () => {
    const call = fit({ contents: [], generationConfig: { maxOutputTokens: 9, presencePenalty: 1 } })
    const repaired = call.repair('Penalty is not enabled for this model')
    assert.deepEqual(call.request, repaired?.request)
    assert.equal(call.repair('Penalty is not enabled for this model'), undefined)
  })

  test('is mended once for each thing, and all that worked is learned', () => {
    const fitting = createFitting(() => 0)
    const asked = { ...withTool(ANYTHING), generationConfig: { presencePenalty: 1, topK: 1 } }
    const call = fit(asked, MODEL, fitting)
    call.repair(SCHEMA_REFUSAL)
    const last = call.repair('Penalty is not enabled for this model')
    assert.ok(declarationIn(last?.request ?? {})?.parameters)
    assert.deepEqual(last?.request.generationConfig, { topK: 1 })
    last?.worked()
    assert.deepEqual(fit(asked, MODEL, fitting).request, last?.request)
  })

  test('is not repaired where nobody knows what is wrong', () => {
    assert.equal(fit(withTool(ANYTHING)).repair('Request contains an invalid argument.'), undefined)
    assert.equal(fit({ contents: [] }).repair(SCHEMA_REFUSAL), undefined)
  })
})
