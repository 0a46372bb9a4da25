import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { namesInBytes, namesInInteraction } from '../core/ownership/names-in-bytes.ts'
import { namesMade } from '../core/ownership/names-made.ts'
import { collectionOf, toResourceName } from '../core/ownership/resource-name.ts'

const GOOGLE = 'https://generativelanguage.googleapis.com/v1beta'
const namesIn = (body: unknown) =>
  namesInBytes(new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body)))
const partOf = (part: unknown) => ({ contents: [{ parts: [part] }] })

describe('The resources that a body refers to', () => {
  const REFERENCES: readonly (readonly [body: unknown, ...names: string[]])[] = [
    [partOf({ fileData: { fileUri: `${GOOGLE}/files/abc-1`, mimeType: 'text/plain' } }), 'files/abc-1'],
    [partOf({ file_data: { file_uri: `${GOOGLE}/files/abc-1` } }), 'files/abc-1'],
    [partOf({ fileData: { fileUri: 'files/abc-1' } }), 'files/abc-1'],
    [{ cachedContent: 'cachedContents/c_1' }, 'cachedContents/c_1'],
    [{ generate_content_request: { cached_content: 'cachedContents/c_1' } }, 'cachedContents/c_1'],
    [
      { tools: [{ fileSearch: { fileSearchStoreNames: ['fileSearchStores/a', 'fileSearchStores/b'] } }] },
      'fileSearchStores/a',
      'fileSearchStores/b',
    ],
    [{ batch: { input_config: { file_name: 'files/in' } } }, 'files/in'],
    [{ file: { name: 'files/mine' } }, 'files/mine'],
    [{ input: [{ type: 'image', uri: `${GOOGLE}/files/pic` }] }, 'files/pic'],
    [
      { messages: [{ content: [{ type: 'image_url', image_url: { url: `${GOOGLE}/files/p` } }] }] },
      'files/p',
    ],
    ['{"cachedContent" :\n "cachedContents/x"}', 'cachedContents/x'],
    ['{"fileUri":"files\\/abc"}', 'files/abc'],
    ['{"fileUri":"\\u0066iles/abc"}', 'files/abc'],
    ['{"fileUri":"files\\u002fabc"}', 'files/abc'],
    ['{"file\\u0055ri":"files/abc"}', 'files/abc'],
    ['{"text":"a \\\\/ b","fileUri":"files/abc"}', 'files/abc'],
    [{ args: ['}]"'], input: [{ note: '\\"{"args":[', uri: 'files/abc' }] }, 'files/abc'],
  ]
  for (const [body, ...names] of REFERENCES) {
    test(`of ${JSON.stringify(body).slice(0, 90)} are ${names.join(' and ')}`, () => {
      assert.deepEqual([...namesIn(body)].toSorted(), names)
    })
  }

  const NONE: readonly unknown[] = [
    partOf({ text: 'files/abc' }),
    partOf({ text: `Look at ${GOOGLE}/files/abc` }),
    partOf({ text: '{"fileUri":"files/abc"}' }),
    partOf({ text: `{"fileUri":"${GOOGLE}/files/abc"}` }),
    partOf({ functionCall: { args: { path: 'files/abc' } } }),
    partOf({ functionCall: { args: { deep: [{ t: '}\\\\"{' }, { uri: `${GOOGLE}/files/abc` }] } } }),
    partOf({ functionResponse: { response: { uri: 'files/abc' } } }),
    { input: [{ type: 'function_call', arguments: { url: `${GOOGLE}/files/abc` } }] },
    partOf({ fileData: { fileUri: 'https://example.com/files/abc' } }),
    partOf({ fileData: { fileUri: 'https://youtu.be/x' } }),
    { displayName: 'cachedContents/x' },
    'files/abc',
    '"files/abc',
    'files/',
    '',
    '{"fileUri":"files\\/abc"',
  ]
  for (const body of NONE) {
    test(`of ${JSON.stringify(body).slice(0, 90)} are none`, () => assert.deepEqual(namesIn(body), []))
  }

  test('are found before and after pictures, of whatever size', () => {
    const data = 'A'.repeat(300_000)
    const parts = [
      { fileData: { fileUri: 'files/before' } },
      { inlineData: { mimeType: 'image/png', data } },
      { inlineData: { data } },
      { fileData: { fileUri: 'files/after' } },
    ]
    assert.deepEqual(namesIn({ contents: [{ parts }], cachedContent: 'cachedContents/c' }), [
      'files/before',
      'files/after',
      'cachedContents/c',
    ])
  })

  test('are told apart from what tools were told, behind pictures too', () => {
    const data = 'A'.repeat(300_000)
    const parts = [
      { text: 'The "args": {' },
      { inlineData: { data } },
      { functionCall: { args: { text: '"}', list: [{ uri: `${GOOGLE}/files/told` }] } } },
      { fileData: { fileUri: 'files/meant' } },
      {
        functionResponse: {
          response: { uri: 'files/told' },
          parts: [{ fileData: { fileUri: 'files/got' } }],
        },
      },
    ]
    assert.deepEqual(namesIn({ contents: [{ parts }] }), ['files/meant', 'files/got'])
  })

  test('are found in one direction where a body is nothing but quotes and slashes', () => {
    const begun = performance.now()
    namesIn('\\/"files/'.repeat(200_000))
    namesIn('"files/'.repeat(200_000))
    namesIn('{"args":{"uri":"files/a"},"uri":"files/b"},'.repeat(100_000))
    namesIn(`{"args":1,"uri":"files/b","x":"${'\\'.repeat(1_000_000)}"}`)
    assert.ok(performance.now() - begun < 5_000)
  })

  test('are in the Interactions API named by bare ids too', () => {
    const none = { previous: undefined, perhaps: [] }
    for (const field of ['previous_interaction_id', 'previousInteractionId'])
      assert.equal(namesInInteraction({ [field]: 'v1_x' }).previous, 'interactions/v1_x')
    assert.deepEqual(namesInInteraction({ agent: 'mine', environment: 'environments/e' }).perhaps, [
      'agents/mine',
      'environments/e',
    ])
    for (const body of [undefined, { previous_interaction_id: 7, environment: { type: 'remote' } }])
      assert.deepEqual(namesInInteraction(body), none)
  })
})

describe('A resource’s name', () => {
  const NAMES: Readonly<Record<string, string | undefined>> = {
    'files/abc': 'files/abc',
    'files/abc:download': 'files/abc',
    [`${GOOGLE}/files/abc:download?alt=media`]: 'files/abc',
    'fileSearchStores/s/documents/d': 'fileSearchStores/s',
    'fileSearchStores/s/upload/operations/o': 'fileSearchStores/s',
    'models/veo/operations/o': 'models/veo/operations/o',
    'models/gemini-x': undefined,
    'tunedModels/t/operations/o': 'tunedModels/t',
    'dynamic/x': undefined,
    files: undefined,
    'files/': undefined,
    'files/..': undefined,
    'files/a b': undefined,
    'constructor/x': undefined,
    '__proto__/x': undefined,
  }
  for (const [text, name] of Object.entries(NAMES)) {
    test(`in ${text} is ${name ?? 'none'}`, () => assert.equal(toResourceName(text), name))
  }

  test('of a token is not the token', () => {
    assert.match(toResourceName('auth_tokens/secret') ?? '', /^auth_tokens\/[0-9a-f]+$/)
  })

  test('says what it is listed in', () => {
    assert.equal(collectionOf('files/abc'), 'files')
    assert.equal(collectionOf('models/veo/operations/o'), 'models/veo/operations')
  })
})

describe('The resources that an answer tells of', () => {
  test('are its own, with the time at which it is over', () => {
    assert.deepEqual(
      namesMade(
        { file: { name: 'files/a', uri: `${GOOGLE}/files/a`, expirationTime: '2026-01-01T00:00:00Z' } },
        'files',
      ),
      [{ name: 'files/a', expiresAt: Date.UTC(2026, 0, 1) }],
    )
    assert.deepEqual(namesMade({ id: 'v1_x', steps: [] }, 'interactions'), [{ name: 'interactions/v1_x' }])
  })

  test('are the results of a batch and the films of an operation', () => {
    const batch = {
      name: 'batches/b',
      response: { responsesFile: 'files/out' },
      metadata: { model: 'models/m' },
    }
    assert.deepEqual(
      namesMade(batch, 'batches').map(({ name }) => name),
      ['batches/b', 'files/out'],
    )
    const film = {
      name: 'models/veo/operations/o',
      response: {
        generateVideoResponse: {
          generatedSamples: [{ video: { uri: `${GOOGLE}/files/v:download?alt=media` } }],
        },
      },
    }
    assert.deepEqual(
      namesMade(film, 'models').map(({ name }) => name),
      ['models/veo/operations/o', 'files/v'],
    )
  })

  test('are none where it is no object', () => {
    for (const answer of [undefined, null, 'files/a', [], 7]) assert.deepEqual(namesMade(answer, 'files'), [])
  })
})
