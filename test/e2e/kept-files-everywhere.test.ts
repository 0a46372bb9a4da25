import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import {
  aboutAll,
  GENERATE,
  lastProject,
  openKeptScene,
  type Two,
  uploadsIn,
  uploadTwo,
} from './kept-scene.ts'
import { sdkOf, send } from './native-scene.ts'
import { MODEL, type Scene } from './scene.ts'

/** How clients of each protocol name two files by their addresses. */
const FORMS: Readonly<
  Record<string, (first: string, second: string) => readonly [path: string, body: unknown]>
> = {
  'chat completions, as pictures and as files': (first, second) => [
    '/v1/chat/completions',
    chat([
      { type: 'image_url', image_url: { url: first } },
      { type: 'file', file: { file_id: second } },
    ]),
  ],
  'chat completions, as data and as pictures': (first, second) => [
    '/v1/chat/completions',
    chat([
      { type: 'file', file: { file_data: first } },
      { type: 'image_url', image_url: { url: second } },
    ]),
  ],
  'responses, by address and by id': (first, second) => [
    '/v1/responses',
    {
      model: MODEL,
      input: [
        {
          role: 'user',
          content: [
            { type: 'input_file', file_url: first },
            { type: 'input_image', image_url: second },
          ],
        },
      ],
    },
  ],
  messages: (first, second) => [
    '/v1/messages',
    {
      model: MODEL,
      max_tokens: 100,
      messages: [
        {
          role: 'user',
          content: [
            { type: 'document', source: { type: 'url', url: first } },
            { type: 'image', source: { type: 'url', url: second } },
          ],
        },
      ],
    },
  ],
  countTokens: (first, second) => [`/v1beta/models/${MODEL}:countTokens`, native(first, second)],
  interactions: (first, second) => [
    '/v1beta/interactions',
    {
      model: MODEL,
      input: [
        { type: 'document', uri: first, mime_type: 'text/plain' },
        { type: 'document', uri: second, mime_type: 'text/plain' },
      ],
    },
  ],
  caches: (first, second) => [
    '/v1beta/cachedContents',
    { model: `models/${MODEL}`, ...native(first, second) },
  ],
}

function chat(content: readonly unknown[]) {
  return { model: MODEL, messages: [{ role: 'user', content }] }
}

function native(first: string, second: string) {
  return aboutAll([first, second].map((uri) => ({ name: '', uri, project: '' })))
}

const addressOf = (name: string) => `https://generativelanguage.googleapis.com/v1beta/${name}`

describe('Kept files come together', () => {
  let scene: Scene
  before(async () => {
    scene = await openKeptScene()
  })
  after(() => scene.close())
  beforeEach(() => scene.google.reset())

  for (const [form, toCall] of Object.entries(FORMS)) {
    test(`in ${form}`, async () => {
      const files = await uploadTwo(scene)
      for (const order of [files, files.toReversed() as unknown as Two]) {
        const [path, body] = toCall(addressOf(order[0].name), addressOf(order[1].name))
        const headers = { 'anthropic-version': '2023-06-01' }
        const response = await send(scene, 'one', path, {
          json: body,
          ...(path === '/v1/messages' && { headers }),
        })
        assert.equal(response.status, 200, await response.text())
        assert.equal(lastProject(scene), files[1].project)
      }
      assert.equal(uploadsIn(scene), 3)
    })
  }

  test('in a cache, which is then used in its project', async () => {
    const files = await uploadTwo(scene)
    const { contents } = aboutAll(files)
    const cache = await sdkOf(scene, 'one').caches.create({ model: MODEL, config: { contents } })
    const json = { contents: [{ parts: [{ text: 'And?' }] }], cachedContent: cache.name }
    const response = await send(scene, 'one', GENERATE, { json })
    assert.equal(response.status, 200, await response.text())
    assert.equal(lastProject(scene), files[1].project)
  })

  test('with a file search store that takes one of them in', async () => {
    const files = await uploadTwo(scene)
    const store = await sdkOf(scene, 'one').fileSearchStores.create({})
    const project = lastProject(scene)
    for (const { name } of files)
      await sdkOf(scene, 'one').fileSearchStores.importFile({
        fileSearchStoreName: store.name!,
        fileName: name,
      })
    assert.equal(lastProject(scene), project)
    assert.equal(uploadsIn(scene), 3)
  })

  test('or the client is told in its own protocol’s words why not', async () => {
    const files = await uploadTwo(scene)
    scene.google.script('*', { kind: 'invalidArgument400', times: 2 }, { method: 'POST' })
    const [path, body] = FORMS.messages!(addressOf(files[0].name), addressOf(files[1].name))
    const response = await send(scene, 'one', path, {
      json: body,
      headers: { 'anthropic-version': '2023-06-01' },
    })
    assert.equal(response.status, 500)
    const { type, error } = (await response.json()) as { type: string; error: { message: string } }
    assert.equal(type, 'error')
    assert.match(error.message, new RegExp(`^${files[0].name} could not be uploaded again`))
  })
})
