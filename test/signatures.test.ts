import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Content, Part } from '../core/canonical.ts'
import { BYPASS, toBypassNote } from '../core/codec/signatures.ts'
import type { Call, PluginStore } from '../core/plugin.ts'
import { watchAnswer } from '../plugins/signatures/answer-watch.ts'
import { type KeepingLimits, keepSignatures, LIMITS } from '../plugins/signatures/kept-signatures.ts'
import { withKeptSignatures } from '../plugins/signatures/restore.ts'
import { frozen } from './frozen.ts'

const SIGNATURE = 'c2lnbmF0dXJl'
const ID = 'req_0123456789abcdef0123456789abcdef'
const SEED = 'ef0123456789abcdef'
const question: Content = { role: 'user', parts: [{ text: 'What is the weather?' }] }
const made = (id?: string, args: object = { city: 'Paris', unit: 'C' }): Part => ({
  functionCall: { ...(id !== undefined && { id }), name: 'weather', args },
})
const answered = (id?: string): Content => ({
  role: 'user',
  parts: [{ functionResponse: { ...(id && { id }), name: 'weather', response: { result: 'sun' } } }],
})
const modelSays = (...parts: Part[]): Content => ({ role: 'model', parts })

function createStore(): PluginStore & { readonly documents: Map<string, unknown> } {
  const documents = new Map<string, unknown>()
  return {
    documents,
    get: async (name) => structuredClone(documents.get(name)),
    put: async (name, value) => void documents.set(name, structuredClone(value)),
    delete: async (name) => void documents.delete(name),
    names: async () => [...documents.keys()],
  }
}

function setUp(store = createStore(), limits: Partial<KeepingLimits> = {}) {
  const clock = { now: 1_000_000 }
  const kept = keepSignatures({
    store,
    limits: { ...LIMITS, ...limits },
    now: () => clock.now,
    failed: (cause) => assert.fail(String(cause)),
  })
  return { store, kept, clock }
}

const callOf = (contents: readonly Content[], over: Partial<Call> = {}): Call =>
  frozen({
    id: ID,
    at: 0,
    protocol: 'openai',
    operation: 'generateContent',
    model: 'gemini-3.8-flash',
    stream: false,
    client: 'me',
    headers: {} as Headers,
    notes: [],
    signal: {} as AbortSignal,
    ...over,
    request: { contents: [...contents] },
  })

type Kept = ReturnType<typeof setUp>['kept']

/** What a model's turn after `contents` leaves in the store. */
function answer(kept: Kept, contents: readonly Content[], chunks: readonly Part[][]): void {
  const watch = watchAnswer(callOf(contents), contents, kept)
  chunks.forEach((parts, index) => {
    const ending = index === chunks.length - 1 ? { finishReason: 'STOP' } : {}
    watch.add({ candidates: [{ content: { role: 'model', parts }, ...ending }] })
  })
}

function partsOf(call: Call | undefined, index = 1): readonly Part[] | undefined {
  return call?.request.contents?.[index]?.parts
}

describe('A thought signature that a client dropped', () => {
  const asked = [{ ...made('g-1'), thoughtSignature: SIGNATURE }, made('g-2')]

  test('is found by the id that Google gave the call, on the first of parallel calls alone', async () => {
    const { kept } = setUp()
    answer(kept, [question], [asked])
    const other = { role: 'user', parts: [{ text: 'Words that the client changed' }] }
    const call = withKeptSignatures(callOf([other, modelSays(made('g-1'), made('g-2')), answered()]), kept)
    assert.deepEqual(partsOf(call), [{ ...made('g-1'), thoughtSignature: SIGNATURE }, made('g-2')])
  })

  for (const id of [`call_${SEED}000000`, `toolu_${SEED}0000`]) {
    test(`is found by the id that a codec gave the call: ${id.slice(0, 5)}`, async () => {
      const { kept } = setUp()
      answer(kept, [question], [[{ ...made(), thoughtSignature: SIGNATURE }]])
      const call = withKeptSignatures(callOf([{ role: 'user' }, modelSays(made(id)), answered(id)]), kept)
      assert.equal(partsOf(call)?.[0]?.thoughtSignature, SIGNATURE)
    })
  }

  test('is found by what was said, where the client made an id of its own', async () => {
    const { kept } = setUp()
    answer(kept, [question], [asked])
    const returned = made('mine', { unit: 'C', city: 'Paris' })
    const call = withKeptSignatures(
      callOf([question, modelSays({ text: 'changed' }, returned), answered('mine')]),
      kept,
    )
    assert.deepEqual(partsOf(call), [{ text: 'changed' }, { ...returned, thoughtSignature: SIGNATURE }])
  })

  test('is found in each step of a turn', async () => {
    const { kept } = setUp()
    const first = [question]
    answer(kept, first, [[{ ...made('a'), thoughtSignature: 'b25l' }]])
    const second = [...first, modelSays(made('x')), answered('x')]
    answer(kept, second, [[{ ...made('b'), thoughtSignature: 'dHdv' }]])
    const call = withKeptSignatures(callOf([...second, modelSays(made('y')), answered('y')]), kept)
    assert.equal(partsOf(call, 1)?.[0]?.thoughtSignature, 'b25l')
    assert.equal(partsOf(call, 3)?.[0]?.thoughtSignature, 'dHdv')
  })

  test('takes the place of the value that stands for a lost one, and the note goes', async () => {
    const { kept } = setUp()
    answer(kept, [question], [asked])
    const lost = { ...made('g-1'), thoughtSignature: BYPASS }
    const notes = ['seed: left out', toBypassNote('tool_calls')]
    const call = withKeptSignatures(callOf([question, modelSays(lost), answered()], { notes }), kept)
    assert.equal(partsOf(call)?.[0]?.thoughtSignature, SIGNATURE)
    assert.deepEqual(call?.notes, ['seed: left out'])
  })

  test('does not go before one that the client sent', async () => {
    const { kept } = setUp()
    answer(kept, [question], [asked])
    const own = { ...made('g-1'), thoughtSignature: 'b3du' }
    assert.equal(withKeptSignatures(callOf([question, modelSays(own), answered()]), kept), undefined)
  })

  const strangers: readonly (readonly [who: string, over: Partial<Call>])[] = [
    ['another client', { client: 'you' }],
    ['another family of models', { model: 'gemini-4-argon' }],
  ]
  for (const [who, over] of strangers) {
    test(`is not given to ${who}`, async () => {
      const { kept } = setUp()
      answer(kept, [question], [asked])
      assert.equal(withKeptSignatures(callOf([question, modelSays(made('g-1'))], over), kept), undefined)
    })
  }

  test('of a text is put on its last part', async () => {
    const { kept } = setUp()
    answer(
      kept,
      [question],
      [[{ text: 'It is ' }], [{ text: 'sunny.' }], [{ text: '', thoughtSignature: SIGNATURE }]],
    )
    const call = withKeptSignatures(callOf([question, modelSays({ text: 'It is sunny.' }), question]), kept)
    assert.deepEqual(partsOf(call), [{ text: 'It is sunny.', thoughtSignature: SIGNATURE }])
    assert.equal(withKeptSignatures(callOf([question, modelSays({ text: 'Rain.' })]), kept), undefined)
  })

  test('is found after very long texts, and told apart by them', async () => {
    const { kept } = setUp()
    const long = (end: string): Content => ({ role: 'user', parts: [{ text: 'a'.repeat(100_000) + end }] })
    answer(kept, [long('b')], [[{ ...made(), thoughtSignature: SIGNATURE }]])
    const look = (end: string) => withKeptSignatures(callOf([long(end), modelSays(made('mine'))]), kept)
    assert.equal(partsOf(look('b'))?.[0]?.thoughtSignature, SIGNATURE)
    assert.equal(look('c'), undefined)
  })

  test('of a picture is found by the picture', async () => {
    const { kept } = setUp()
    const picture = { inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgo=' } }
    answer(kept, [question], [[{ ...picture, thoughtSignature: SIGNATURE }]])
    const call = withKeptSignatures(callOf([{ role: 'user' }, modelSays(picture)]), kept)
    assert.deepEqual(partsOf(call), [{ ...picture, thoughtSignature: SIGNATURE }])
  })

  test('comes back with what Google’s own tools did', async () => {
    const { kept } = setUp()
    const tools = [
      { toolCall: { toolType: 'GOOGLE_SEARCH', id: '1' }, thoughtSignature: SIGNATURE },
      { toolResponse: { toolType: 'GOOGLE_SEARCH', id: '1' } },
    ]
    answer(kept, [question], [[...tools, { text: 'Sun.' }]])
    const call = withKeptSignatures(callOf([question, modelSays({ text: 'Sun.' }), question]), kept)
    assert.deepEqual(partsOf(call), [...tools, { text: 'Sun.' }])
    const whole = callOf([question, modelSays(...tools, { text: 'Sun.' })])
    assert.equal(withKeptSignatures(whole, kept), undefined)
  })

  test('is not kept of an answer that broke off', async () => {
    const { kept, store } = setUp()
    const watch = watchAnswer(callOf([question]), [question], kept)
    watch.add({ candidates: [{ content: modelSays(...asked) }] })
    await kept.write()
    assert.equal(store.documents.size, 0)
  })
})

describe('The store of signatures', () => {
  const entry = (signature: string) => ({ model: 'gemini-3.8-flash', signature })

  test('outlives a restart', async () => {
    const { store, kept } = setUp()
    kept.put('a', entry('one'))
    await kept.write()
    kept.put('b', entry('two'))
    await kept.write()
    assert.equal(store.documents.size, 1)
    const later = setUp(store).kept
    await later.load()
    assert.deepEqual([later.get('a'), later.get('b')], [entry('one'), entry('two')])
  })

  test('of two at one place is the newer, after a restart too', async () => {
    const { store, kept } = setUp(createStore(), { segmentBytes: 100 })
    for (const signature of ['one', 'two', 'three']) kept.put('a', entry(signature.repeat(50)))
    await kept.write()
    assert.equal(store.documents.size, 3)
    const later = setUp(store).kept
    await later.load()
    for (const each of [kept, later]) assert.deepEqual(each.get('a'), entry('three'.repeat(50)))
  })

  test('writes nothing where nothing is new', async () => {
    const { store, kept } = setUp()
    kept.put('a', entry('one'))
    await kept.write()
    store.documents.clear()
    await kept.write()
    assert.equal(store.documents.size, 0)
  })

  test('has a bound, and the oldest go', async () => {
    const { store, kept } = setUp(createStore(), { bytes: 10_000, segmentBytes: 1_000 })
    for (let index = 0; index < 500; index++) {
      kept.put(`place ${index}`, entry('x'.repeat(100)))
      if (index % 10 === 0) await kept.write()
    }
    await kept.write()
    assert.equal(kept.get('place 0'), undefined)
    assert.ok(kept.get('place 499'))
    assert.ok(store.documents.size <= 11, String(store.documents.size))
  })

  test('forgets after its time', async () => {
    const { store, kept, clock } = setUp()
    kept.put('a', entry('one'))
    await kept.write()
    clock.now += LIMITS.milliseconds + 1
    await kept.write()
    assert.equal(kept.get('a'), undefined)
    assert.equal(store.documents.size, 0)
  })

  test('takes nothing from a document that it did not write', async () => {
    const store = createStore()
    store.documents
      .set('1.0', { no: 'list' })
      .set('2.0', [['a', 3], 'b', ['c', { model: 1 }]])
      .set('other', [])
    const { kept } = setUp(store)
    await kept.load()
    assert.deepEqual([kept.get('a'), kept.get('c')], [undefined, undefined])
  })
})
