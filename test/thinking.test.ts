import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { GenerateContentResponse, Part } from '../core/canonical.ts'
import { byPattern } from '../core/models/by-pattern.ts'
import type { Effort } from '../core/models.ts'
import { withThinking } from '../plugins/thinking/amount.ts'
import { createShownThoughts } from '../plugins/thinking/shown-thoughts.ts'
import { callOf } from './call-of-test.ts'
import { frozen } from './frozen.ts'

interface Situation {
  readonly model?: string
  readonly suffixes?: readonly string[]
  readonly stated?: Record<string, unknown>
  readonly models?: Record<string, number | Effort>
  readonly thoughts?: Record<string, 'show' | 'hide' | 'inline'>
  readonly force?: boolean
}

function shape({
  model = 'gemini-2.5-flash',
  suffixes,
  stated,
  models = {},
  thoughts = {},
  force = false,
}: Situation) {
  const request = stated ? { generationConfig: { topK: 3, thinkingConfig: stated } } : {}
  const wishes = { amountOf: byPattern(models), displayOf: byPattern(thoughts), force }
  const call = withThinking(callOf(request, { model, suffixes }), wishes)
  const { thinkingConfig } = call?.request.generationConfig ?? {}
  return { config: thinkingConfig as Record<string, unknown> | undefined, notes: call?.notes ?? [] }
}

describe('How hard a model thinks', () => {
  const cases: readonly (readonly [string, Situation, Record<string, unknown> | undefined, RegExp?])[] = [
    ['is left to it', {}, undefined],
    ['follows a suffix', { suffixes: ['-high'] }, { thinkingBudget: 24_576 }],
    ['follows the suffix that stands last', { suffixes: ['-low', '-high'] }, { thinkingBudget: 1024 }],
    [
      'follows a suffix beside -thinking',
      { suffixes: ['-thinking', '-low'] },
      { thinkingBudget: 1024, includeThoughts: true },
    ],
    ['is nothing where the suffix wants that', { suffixes: ['-nothinking'] }, { thinkingBudget: 0 }],
    [
      'is nothing, and not shown, where -nothinking and -thinking disagree',
      { suffixes: ['-nothinking', '-thinking'] },
      { thinkingBudget: 0 },
    ],
    [
      'is as little as can be for Pro',
      { model: 'gemini-2.5-pro', suffixes: ['-non-thinking'] },
      { thinkingBudget: 128 },
      /as little as it can/,
    ],
    [
      'is the least level where there are levels',
      { model: 'gemini-3.8-flash', suffixes: ['-nothinking'] },
      { thinkingLevel: 'LOW' },
      /as little as it can/,
    ],
    ['follows the config', { models: { 'gemini-2.5-*': 2000 } }, { thinkingBudget: 2000 }],
    [
      'follows the config with -thinking',
      { suffixes: ['-thinking'], models: { '*': 2000 } },
      { thinkingBudget: 2000, includeThoughts: true },
    ],
    [
      'follows a suffix before the config',
      { suffixes: ['-low'], models: { '*': 2000 } },
      { thinkingBudget: 1024 },
    ],
    [
      'is a level where the config says tokens',
      { model: 'gemini-3.8-flash', models: { '*': 20_000 } },
      { thinkingLevel: 'HIGH' },
    ],
    ['is tokens where the config says an effort', { models: { '*': 'medium' } }, { thinkingBudget: 8192 }],
    ['is up to the model where the config says so', { models: { '*': -1 } }, { thinkingBudget: -1 }],
    ['is no more than the model takes', { models: { '*': 99_999 } }, { thinkingBudget: 24_576 }],
    [
      'is no less than the model takes',
      { model: 'gemini-2.5-flash-lite', models: { '*': 3 } },
      { thinkingBudget: 512 },
    ],
    [
      'is as the request states',
      { stated: { thinkingBudget: 5 }, suffixes: ['-high'], models: { '*': 1 } },
      { thinkingBudget: 5 },
      /-high: the request itself/,
    ],
    [
      'is as the request states in snake case',
      { stated: { thinking_level: 'LOW' }, suffixes: ['-high'] },
      { thinking_level: 'LOW' },
      /itself/,
    ],
    [
      'is as the suffix says by force',
      { stated: { thinkingBudget: 5, includeThoughts: false }, suffixes: ['-high'], force: true },
      { thinkingBudget: 24_576, includeThoughts: false },
    ],
    [
      'is up to the model where -thinking asks for thoughts to read',
      { model: 'gemini-2.5-flash-lite', suffixes: ['-thinking'] },
      { thinkingBudget: -1, includeThoughts: true },
    ],
    [
      'is up to the model where -thinking asks for what the config switches off',
      { suffixes: ['-thinking'], models: { '*': 'none' } },
      { thinkingBudget: -1, includeThoughts: true },
    ],
    [
      'is nothing where the config says so, and then nothing is shown',
      { models: { '*': 0 }, thoughts: { '*': 'show' } },
      { thinkingBudget: 0 },
    ],
    [
      'is nothing where the request says so, and then nothing is shown',
      { stated: { thinking_budget: 0 }, thoughts: { '*': 'inline' } },
      { thinking_budget: 0 },
    ],
    [
      'is nothing where the request says so, and a suffix that would show it hears why',
      { stated: { thinkingBudget: 0 }, suffixes: ['-thinking'] },
      { thinkingBudget: 0 },
      /-thinking: the request itself/,
    ],
    [
      'is nothing where the suffix says so, whatever the request would see of it',
      { stated: { includeThoughts: true }, suffixes: ['-nothinking'] },
      { thinkingBudget: 0 },
    ],
    [
      'cannot be stated to every model',
      { model: 'gemini-2.0-flash', suffixes: ['-high'] },
      undefined,
      /cannot be told/,
    ],
  ]
  for (const [title, situation, expected, note] of cases) {
    test(title, () => {
      const { config, notes } = shape(situation)
      assert.deepEqual(config, expected)
      assert.equal(notes.length, note ? 1 : 0)
      if (note) assert.match(notes[0]!, note)
    })
  }

  test('stands where a client of Google’s wrote it', () => {
    const request = { generation_config: { top_k: 3, thinking_config: { include_thoughts: false } } }
    const wishes = { amountOf: () => undefined, displayOf: () => 'show' as const, force: false }
    const call = withThinking(callOf(request, { model: 'gemini-2.5-flash', suffixes: ['-low'] }), wishes)
    assert.deepEqual(call?.request, {
      generation_config: { top_k: 3, thinking_config: { include_thoughts: false, thinkingBudget: 1024 } },
    })
  })
})

describe('Thoughts', () => {
  const thought = (text: string, more: Part = {}): Part => ({ text, thought: true, ...more })
  const reply = (parts: Part[], ending = {}): GenerateContentResponse =>
    frozen({ candidates: [{ content: { role: 'model', parts }, index: 0, ...ending }] })
  const partsOf = (answer: GenerateContentResponse | undefined) => answer?.candidates?.[0]?.content?.parts
  const END = { finishReason: 'STOP' }
  const CALL = { functionCall: { name: 'f' } }

  test('are hidden, and what signs them is not', () => {
    const { reply: shown } = createShownThoughts(() => 'hide')
    const answer = shown(
      reply([thought('a'), thought('b', { thoughtSignature: 's' }), { text: 'c' }, CALL]),
      callOf({}),
    )
    assert.deepEqual(partsOf(answer), [{ text: '', thoughtSignature: 's' }, { text: 'c' }, CALL])
  })

  test('stand in the text of a whole reply', () => {
    const { reply: shown } = createShownThoughts(() => 'inline')
    const text = (parts: Part[]) =>
      partsOf(shown(reply(parts, END), callOf({})))
        ?.map((part) => part.text ?? '(call)')
        .join('')
    assert.equal(text([thought('a'), thought('b'), { text: 'c' }]), '<think>\nab\n</think>\n\nc')
    assert.equal(text([thought('a'), CALL]), '<think>\na\n</think>\n\n(call)')
    assert.equal(text([thought('a')]), '<think>\na\n</think>\n\n')
    assert.equal(text([{ text: 'c' }]), 'c')
  })

  test('stand in no text that is for a program', () => {
    const { reply: shown, chunk } = createShownThoughts(() => 'inline')
    const answer = reply([thought('a'), { text: '{}' }], END)
    for (const request of [
      { generationConfig: { responseMimeType: 'application/json' } },
      { generation_config: { response_mime_type: 'text/x.enum' } },
    ]) {
      assert.equal(shown(answer, callOf(request)), undefined)
      assert.equal(chunk(answer, callOf(request)), undefined)
    }
  })

  test('stand in the text of a stream, begun and ended once, apart for each candidate and call', () => {
    const { chunk } = createShownThoughts(() => 'inline')
    const tell = (call: ReturnType<typeof callOf>, ...chunks: GenerateContentResponse[]) =>
      chunks
        .map((each) =>
          partsOf(chunk(each, call))
            ?.map(({ text }) => text)
            .join(''),
        )
        .join('|')
    const one = callOf({})
    const other = callOf({})
    assert.equal(tell(one, reply([thought('a')])), '<think>\na')
    assert.equal(tell(other, reply([{ text: 'x' }])), 'x')
    assert.equal(
      tell(one, reply([thought('b')]), reply([{ text: '' }]), reply([{ text: 'c' }]), reply([], END)),
      'b||\n</think>\n\nc|',
    )
    assert.equal(tell(other, reply([thought('a')]), reply([], END)), '<think>\na|\n</think>\n\n')
  })
})
