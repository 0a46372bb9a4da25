import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { GenerateContentRequest, GenerateContentResponse } from '../core/canonical.ts'
import { createLinks } from '../plugins/search/links.ts'
import { withSearch } from '../plugins/search/with-search.ts'
import { callOf } from './call-of-test.ts'
import { frozen } from './frozen.ts'

const SEARCH = { googleSearch: {} }
const functions = (...names: string[]) => ({ functionDeclarations: names.map((name) => ({ name })) })
const MIXED = { functionCallingConfig: { mode: 'VALIDATED' }, includeServerSideToolInvocations: true }

interface Case {
  readonly title: string
  readonly model?: string
  readonly request: GenerateContentRequest
  readonly suffix?: boolean
  readonly force?: boolean
  /** Undefined where the call stays as it is. */
  readonly expected: GenerateContentRequest | undefined
  readonly note?: RegExp
}

const CASES: readonly Case[] = [
  { title: 'is not asked for by a plain call', request: { tools: [functions('f')] }, expected: undefined },
  { title: 'is added by the suffix', request: {}, suffix: true, expected: { tools: [SEARCH] } },
  {
    title: 'stays as the client stated it',
    request: { tools: [{ google_search: {} }] },
    suffix: true,
    expected: { tools: [{ google_search: {} }] },
  },
  {
    title: 'stands beside functions where the model can mix',
    request: { tools: [functions('f')] },
    suffix: true,
    expected: { tools: [functions('f'), SEARCH], toolConfig: MIXED },
  },
  {
    title: 'leaves a stated choice of functions',
    request: { tools: [functions('f')], toolConfig: { functionCallingConfig: { mode: 'ANY' } } },
    suffix: true,
    expected: {
      tools: [functions('f'), SEARCH],
      toolConfig: { functionCallingConfig: { mode: 'ANY' }, includeServerSideToolInvocations: true },
    },
  },
  {
    title: 'is left out beside functions before Gemini 3',
    model: 'gemini-2.5-flash',
    request: { tools: [functions('f')] },
    suffix: true,
    expected: { tools: [functions('f')] },
    note: /no search beside functions/,
  },
  {
    title: 'goes before functions by force',
    model: 'gemini-2.5-flash',
    request: { tools: [functions('f')], toolConfig: MIXED },
    suffix: true,
    force: true,
    expected: { tools: [SEARCH] },
    note: /functions left out/,
  },
  {
    title: 'is left out beside JSON before Gemini 3',
    model: 'gemini-2.5-flash',
    request: { generationConfig: { responseMimeType: 'application/json' } },
    suffix: true,
    expected: { generationConfig: { responseMimeType: 'application/json' } },
    note: /beside an answer in JSON/,
  },
  {
    title: 'is nothing that every model has',
    model: 'gemma-3-27b-it',
    request: {},
    suffix: true,
    expected: {},
    note: /cannot search/,
  },
  {
    title: 'is asked for by a function of its name',
    request: { tools: [functions('googleSearch')] },
    expected: { tools: [SEARCH] },
  },
  {
    title: 'is asked for by a function of its name among others',
    request: { tools: [functions('f', 'googleSearch')] },
    expected: { tools: [functions('f'), SEARCH], toolConfig: MIXED },
  },
  {
    title: 'is not chosen as a function is',
    request: {
      tools: [functions('googleSearch')],
      toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['googleSearch'] } },
    },
    expected: { tools: [SEARCH] },
  },
  {
    title: 'goes before an answer in JSON by force, in whichever spelling it is asked for',
    model: 'gemini-2.5-flash',
    request: {
      generation_config: { response_mime_type: 'application/json', response_schema: {}, top_k: 3 },
      toolConfig: { retrievalConfig: { languageCode: 'de' } },
    },
    suffix: true,
    force: true,
    expected: {
      generation_config: { top_k: 3 },
      toolConfig: { retrievalConfig: { languageCode: 'de' } },
      tools: [SEARCH],
    },
    note: /an answer in JSON left out/,
  },
  {
    title: 'is left out beside an answer that is one of several words',
    model: 'gemini-2.5-flash',
    request: { generationConfig: { responseMimeType: 'text/x.enum' } },
    suffix: true,
    expected: { generationConfig: { responseMimeType: 'text/x.enum' } },
    note: /no search beside an answer in JSON/,
  },
  {
    title: 'drops out of the functions that may be called',
    request: {
      tools: [functions('f', 'googleSearch')],
      toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['f', 'googleSearch'] } },
    },
    expected: {
      tools: [functions('f'), SEARCH],
      toolConfig: {
        functionCallingConfig: { mode: 'ANY', allowedFunctionNames: ['f'] },
        includeServerSideToolInvocations: true,
      },
    },
  },
]

describe('Google Search', () => {
  for (const { title, model = 'gemini-3.8-flash', request, suffix, force = false, expected, note } of CASES) {
    test(title, () => {
      const call = withSearch(
        callOf(request, { model, notes: ['earlier'] }),
        suffix ? '-search' : undefined,
        force,
      )
      assert.deepEqual(call?.request, expected)
      if (call) assert.equal(call.notes.length, note ? 2 : 1)
      if (note) assert.match(call!.notes[1]!, note)
    })
  }
})

describe('Links to pages', () => {
  const web = (uri: string, title?: string) => ({ web: { uri, ...(title && { title }) } })
  const pages = {
    groundingChunks: [
      web('https://a.example/x', 'A [b]'),
      web('https://b.example/(y)'),
      web('https://a.example/x'),
    ],
    groundingSupports: [{}],
    webSearchQueries: ['q'],
  }
  const LINKS =
    '\n\n1. [A \\[b\\]](https://a.example/x)\n2. [https://b.example/(y)](https://b.example/%28y%29)'
  const answer = (text: string, more: object = {}): GenerateContentResponse =>
    frozen({ candidates: [{ content: { role: 'model', parts: [{ text }] }, index: 0, ...more }] })
  const textOf = ({ candidates }: GenerateContentResponse) =>
    candidates?.[0]?.content?.parts?.map(({ text }) => text).join('')

  test('stand below the text of a whole reply, each once, and nothing is cited twice', () => {
    const told = createLinks().reply(
      answer('Hello', { finishReason: 'STOP', groundingMetadata: pages }),
      callOf({}),
    )
    assert.equal(textOf(told), `Hello${LINKS}`)
    const { groundingSupports: _, ...rest } = pages
    assert.deepEqual(told.candidates?.[0]?.groundingMetadata, rest)
  })

  test('stand below the last of a stream, wherever its pages came', () => {
    const { chunk } = createLinks()
    const call = callOf({})
    const texts = [answer('Hel', { groundingMetadata: pages }), answer('lo', { finishReason: 'STOP' })].map(
      (each) => textOf(chunk(each, call)),
    )
    assert.deepEqual(texts, ['Hel', `lo${LINKS}`])
    assert.equal(textOf(chunk(answer('x', { finishReason: 'STOP' }), callOf({}))), 'x')
  })

  test('are all that the chunks of a stream named, each once', () => {
    const { chunk } = createLinks()
    const call = callOf({})
    const [a, b] = [web('https://a.example/', 'A'), web('https://b.example/', 'B')]
    chunk(answer('x', { groundingMetadata: { groundingChunks: [a] } }), call)
    const last = answer('y', { finishReason: 'STOP', groundingMetadata: { groundingChunks: [b, a] } })
    assert.equal(textOf(chunk(last, call)), 'y\n\n1. [A](https://a.example/)\n2. [B](https://b.example/)')
  })

  test('stand below no text that is for a program, which is cited as ever', () => {
    const json = callOf({ generationConfig: { responseMimeType: 'application/json' } })
    const whole = answer('{}', { finishReason: 'STOP', groundingMetadata: pages })
    assert.equal(createLinks().reply(whole, json), whole)
    assert.equal(createLinks().chunk(whole, json), whole)
  })

  test('change nothing where no page was found', () => {
    const plain = answer('Hello', { finishReason: 'STOP' })
    assert.deepEqual(createLinks().reply(plain, callOf({})), plain)
  })
})
