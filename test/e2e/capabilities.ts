import assert from 'node:assert/strict'
import type { Capability, Cell } from './capability-cell.ts'
import { GOOD_ANSWER } from './scene.ts'

/** What the gateways of the matrix are told of the plugins. */
export const PLUGINS = {
  thinking: { thoughts: { 'gemini-3.5-flash': 'inline', 'gemini-2.5-pro': 'hide', 'gemini-3.1-*': 'show' } },
  'model-aliases': {
    aliases: {
      smart: 'gemini-2.5-flash-low',
      'gemini-9-neon': 'gemini-3.8-flash',
      embedder: 'gemini-embedding-001',
    },
    renames: { 'gemini-4-carbon': 'gemini-house' },
    hidden: ['gemini-3.7-*'],
    successors: { 'gemini-none': 'gemini-3.8-flash' },
  },
  'fake-stream': { models: ['gemini-3.6-flash'], heartbeatSeconds: 1, pieceCharacters: 10 },
}

const PAGE = 'https://pages.example/hello'
const GROUNDED = {
  candidates: [
    {
      content: { role: 'model', parts: [{ text: 'Hello there' }] },
      finishReason: 'STOP',
      index: 0,
      groundingMetadata: {
        webSearchQueries: ['hello'],
        groundingChunks: [{ web: { uri: PAGE, title: 'pages.example' } }],
        groundingSupports: [{ segment: { endIndex: 5, text: 'Hello' }, groundingChunkIndices: [0] }],
      },
    },
  ],
}

const isSearching = ({ body }: ReturnType<Cell['sent']>) => body.tools?.some((tool) => 'googleSearch' in tool)
const thinkingIn = ({ body }: ReturnType<Cell['sent']>) => body.generationConfig?.thinkingConfig ?? {}
const NATIVE_TOOL =
  "Google's own clients state `googleSearch` themselves, and a call that no hook must see is relayed byte for byte"

/** All of them. */
export const CAPABILITIES: readonly Capability[] = [
  {
    plugin: 'thinking',
    title: '`-thinking` shows the thoughts',
    async check({ ask, sent }) {
      const { thoughts, text } = await ask({ model: 'gemini-2.5-flash-thinking' })
      assert.match(thoughts, /Reading the Message/)
      assert.equal(text, GOOD_ANSWER)
      assert.equal(thinkingIn(sent()).includeThoughts, true)
      assert.match(sent().path, /models\/gemini-2\.5-flash:/)
    },
  },
  {
    plugin: 'thinking',
    title: '`-nothinking` and `-non-thinking` switch them off',
    async check({ ask, sent }) {
      for (const suffix of ['-nothinking', '-non-thinking']) {
        assert.equal((await ask({ model: `gemini-2.5-flash${suffix}` })).text, GOOD_ANSWER)
        assert.equal(thinkingIn(sent()).thinkingBudget, 0)
      }
    },
  },
  {
    plugin: 'thinking',
    title: '`-low`, `-medium` and `-high` say how hard, in the terms of the model',
    async check({ ask, sent }) {
      const expected = { '-low': [1024, 'LOW'], '-medium': [8192, 'MEDIUM'], '-high': [24_576, 'HIGH'] }
      for (const [suffix, [budget, level]] of Object.entries(expected)) {
        await ask({ model: `gemini-2.5-flash${suffix}` })
        assert.equal(thinkingIn(sent()).thinkingBudget, budget)
        await ask({ model: `gemini-3.8-flash${suffix}` })
        assert.equal(thinkingIn(sent()).thinkingLevel, level)
      }
    },
  },
  {
    plugin: 'thinking',
    title: 'thoughts are shown by the config',
    async check({ ask }) {
      assert.match((await ask({ model: 'gemini-3.1-pro-preview' })).thoughts, /Reading the Message/)
    },
  },
  {
    plugin: 'thinking',
    title: 'thoughts are hidden by the config',
    async check({ ask, sent }) {
      const { thoughts, text, raw } = await ask({ model: 'gemini-2.5-pro', thoughts: true })
      assert.equal(thinkingIn(sent()).includeThoughts, true)
      assert.deepEqual([thoughts, text], ['', GOOD_ANSWER])
      assert.doesNotMatch(raw, /Reading the Message/)
    },
  },
  {
    plugin: 'thinking',
    title: 'thoughts stand in the text, between `<think>` and `</think>`',
    async check({ ask }) {
      const { thoughts, text } = await ask({ model: 'gemini-3.5-flash' })
      assert.equal(thoughts, '')
      assert.match(text, /^<think>\n\*\*Reading the Message\*\*[^<]*<\/think>\n\nHello!/)
    },
  },
  {
    plugin: 'model-aliases',
    title: 'another name answers, with suffixes in it and behind it',
    async check({ ask, sent }) {
      assert.equal((await ask({ model: 'smart-search' })).text, GOOD_ANSWER)
      assert.match(sent().path, /models\/gemini-2\.5-flash:/)
      assert.equal(thinkingIn(sent()).thinkingBudget, 1024)
      assert.ok(isSearching(sent()))
      assert.equal((await ask({ model: 'gemini-house' })).text, GOOD_ANSWER)
      assert.match(sent().path, /models\/gemini-4-carbon:/)
    },
  },
  {
    plugin: 'model-aliases',
    title: 'what a request says is put in the terms of the model behind the name',
    async check({ ask, sent }) {
      await ask({ model: 'smart', thoughts: true })
      assert.equal(thinkingIn(sent()).thinkingLevel, undefined)
      assert.equal(thinkingIn(sent()).includeThoughts, true)
    },
  },
  {
    plugin: 'model-aliases',
    title: 'a hidden and a renamed model are refused with 404, with suffixes too',
    async check({ ask, scene }) {
      scene.google.reset()
      for (const model of ['gemini-3.7-flash', 'gemini-3.7-flash-high', 'gemini-4-carbon']) {
        const { status, raw } = await ask({ model })
        assert.equal(status, 404, model)
        assert.match(raw, /does not exist/)
      }
      assert.equal(scene.google.calls.filter(({ operation }) => operation !== 'listModels').length, 0)
    },
  },
  {
    plugin: 'model-aliases',
    title: 'an error that a model is gone names its successor',
    async check({ ask }) {
      const { status, raw } = await ask({ model: 'gemini-none' })
      assert.equal(status, 404)
      assert.match(raw, /Its successor is gemini-3\.8-flash\./)
    },
  },
  {
    plugin: 'search',
    title: '`-search` searches, before and behind other suffixes',
    async check({ ask, sent }) {
      for (const model of ['gemini-3.8-flash-search-high', 'gemini-3.8-flash-high-search']) {
        assert.equal((await ask({ model })).text, GOOD_ANSWER)
        assert.ok(isSearching(sent()))
        assert.equal(thinkingIn(sent()).thinkingLevel, 'HIGH')
      }
    },
  },
  {
    plugin: 'search',
    title: 'a function named `googleSearch` searches',
    not: { gemini: NATIVE_TOOL },
    async check({ ask, sent }) {
      await ask({ model: 'gemini-2.5-flash', functions: ['googleSearch'] })
      assert.deepEqual(sent().body.tools, [{ googleSearch: {} }])
    },
  },
  {
    plugin: 'search',
    title: "the protocol's own search is Google's",
    async check({ ask, sent }) {
      await ask({ model: 'gemini-2.5-flash', search: true })
      assert.deepEqual(sent().body.tools, [{ googleSearch: {} }])
    },
  },
  {
    plugin: 'search',
    title: 'what a model cannot mix is left out, and said',
    async check({ ask, sent }) {
      const { notes } = await ask({ model: 'gemini-2.5-flash-search', functions: ['weather'] })
      assert.match(notes, /-search: left out, the model takes no search beside functions/)
      assert.ok(!isSearching(sent()))
      await ask({ model: 'gemini-3.8-flash-search', functions: ['weather'] })
      assert.ok(isSearching(sent()))
      assert.equal(sent().body.tools?.length, 2)
    },
  },
  {
    plugin: 'search',
    title: "pages are cited in the protocol's own form",
    async check({ ask, scene }) {
      scene.google.script('*', { kind: 'chunks', chunks: [GROUNDED] })
      const { cited, text } = await ask({ model: 'gemini-3.8-flash-search' })
      assert.deepEqual([cited, text], [[PAGE], 'Hello there'])
    },
  },
  {
    plugin: 'search',
    title: 'pages are linked below the text by option',
    scene: 'links',
    async check({ ask, scene }) {
      scene.google.script('*', { kind: 'chunks', chunks: [GROUNDED] })
      const { cited, text } = await ask({ model: 'gemini-3.8-flash-search' })
      assert.deepEqual([cited, text], [[], `Hello there\n\n1. [pages.example](${PAGE})`])
    },
  },
  {
    plugin: 'fake-stream',
    title: 'a stream is made of one whole call',
    not: { whole: 'a whole call is no stream; it passes as ever' },
    async check({ ask, sent }) {
      assert.equal((await ask({ model: 'gemini-3.6-flash' })).text, GOOD_ANSWER)
      assert.match(sent().path, /:generateContent$/)
    },
  },
  {
    plugin: 'fake-stream',
    title: 'thoughts, calls, pictures and citations are kept in it',
    not: { whole: 'a whole call is no stream; it passes as ever' },
    async check({ ask, scene }) {
      const thinking = await ask({ model: 'gemini-3.6-flash', thoughts: true })
      assert.match(thinking.thoughts, /Reading the Message/)
      assert.equal(thinking.text, GOOD_ANSWER)
      scene.google.script('*', { kind: 'functionCall', calls: [{ name: 'weather', args: {} }] })
      const calling = await ask({ model: 'gemini-3.6-flash', functions: ['weather'] })
      assert.deepEqual(calling.calls, ['weather'])
      scene.google.script('*', { kind: 'image', bytes: 30, text: 'A picture: ' })
      const drawn = await ask({ model: 'gemini-3.6-flash' })
      assert.match(drawn.raw, /(BwcH){8}/)
      scene.google.script('*', { kind: 'chunks', chunks: [GROUNDED] })
      assert.deepEqual((await ask({ model: 'gemini-3.6-flash-search' })).cited, [PAGE])
    },
  },
  {
    plugin: 'fake-stream',
    title: 'a refusal before the first heartbeat keeps its status',
    not: { whole: 'a whole call is no stream; it passes as ever' },
    async check({ ask, scene }) {
      scene.google.script('*', { kind: 'invalidArgument400', message: 'No such thing' })
      const { status, raw } = await ask({ model: 'gemini-3.6-flash' })
      assert.equal(status, 400)
      assert.match(raw, /No such thing/)
    },
  },
]
