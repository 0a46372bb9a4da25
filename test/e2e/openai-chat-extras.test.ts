import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { after, before, beforeEach, describe, test } from 'node:test'
import type OpenAI from 'openai'
import { openAiAt } from './openai-client.ts'
import { fakeKeys, MODEL, openScene, type Scene } from './scene.ts'

type Params = OpenAI.ChatCompletionCreateParamsNonStreaming
type Message = OpenAI.ChatCompletionMessage

const FORMS = ['whole', 'stream'] as const

let scene: Scene
before(async () => {
  scene = await openScene(fakeKeys(1))
})
after(() => scene.close())
beforeEach(() => scene.google.reset())

/** Asks by OpenAI's SDK, which puts streams together itself. */
async function ask(form: (typeof FORMS)[number], params: Partial<Params> & object): Promise<Message> {
  const { completions } = openAiAt(scene).chat
  const body = { model: MODEL, messages: [{ role: 'user', content: 'Say hello' }], ...params } as Params
  if (form === 'whole') return (await completions.create(body)).choices[0]!.message
  const annotations: unknown[] = []
  const sound: Buffer[] = []
  const stream = completions.stream({ ...body, stream: true })
  stream.on('chunk', ({ choices: [choice] }) => {
    const delta = (choice?.delta ?? {}) as { annotations?: unknown[]; audio?: { data?: string } }
    annotations.push(...(delta.annotations ?? []))
    if (delta.audio?.data) sound.push(Buffer.from(delta.audio.data, 'base64'))
  })
  const { message } = (await stream.finalChatCompletion()).choices[0]!
  const audio = sound.length > 0 && { audio: { data: Buffer.concat(sound).toString('base64') } }
  return { ...message, annotations, ...audio } as Message
}

const sent = () => JSON.parse(scene.google.calls.at(-1)?.body.toString() ?? '')

for (const form of FORMS) {
  describe(`a chat by OpenAI’s SDK, ${form}`, () => {
    test('searches the web, and names what it found', async () => {
      const groundingMetadata = {
        webSearchQueries: ['oslo'],
        groundingChunks: [{ web: { uri: 'https://a.example/', title: 'A' } }],
        groundingSupports: [{ segment: { endIndex: 6, text: 'Grüß' }, groundingChunkIndices: [0] }],
      }
      const content = { role: 'model', parts: [{ text: 'Grüß dich' }] }
      scene.google.script('*', {
        kind: 'chunks',
        chunks: [{ candidates: [{ content, finishReason: 'STOP', groundingMetadata }] }],
      })
      const { content: said, annotations } = await ask(form, { web_search_options: {} })
      assert.equal(said, 'Grüß dich')
      assert.deepEqual(annotations, [
        {
          type: 'url_citation',
          url_citation: { start_index: 0, end_index: 4, title: 'A', url: 'https://a.example/' },
        },
      ])
      assert.deepEqual(sent().tools, [{ googleSearch: {} }])
    })

    test('speaks', async () => {
      const samples = Buffer.from([1, 0, 2, 0])
      const inlineData = { mimeType: 'audio/L16;codec=pcm;rate=24000', data: samples.toString('base64') }
      const content = { role: 'model', parts: [{ inlineData }] }
      scene.google.script('*', {
        kind: 'chunks',
        chunks: [{ candidates: [{ content, finishReason: 'STOP' }] }],
      })
      const { audio } = await ask(form, {
        modalities: ['text', 'audio'],
        audio: { voice: 'alloy', format: 'pcm16' },
      })
      assert.deepEqual(Buffer.from(audio?.data ?? '', 'base64'), samples)
      const { responseModalities, speechConfig } = sent().generationConfig
      assert.deepEqual(responseModalities, ['AUDIO'])
      assert.equal(speechConfig.voiceConfig.prebuiltVoiceConfig.voiceName, 'Kore')
    })

    test('brings Gemini’s own fields', async () => {
      const google = {
        safety_settings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'OFF' }],
        thinking_config: { thinking_level: 'low', include_thoughts: true },
      }
      await ask(form, { extra_body: { google } } as Partial<Params>)
      assert.deepEqual(sent().safetySettings, google.safety_settings)
      assert.deepEqual(sent().generationConfig, {
        thinkingConfig: { thinkingLevel: 'low', includeThoughts: true },
      })
    })
  })
}

test('however much of a chat has to be weakened, its notes fit into a header', async () => {
  const tool = (index: number) => ({
    type: 'function' as const,
    function: {
      name: `find_${index}`,
      parameters: { type: 'object', properties: { ['p'.repeat(300)]: { type: 'string', pattern: 'x' } } },
    },
  })
  const { response } = await openAiAt(scene)
    .chat.completions.create({
      model: MODEL,
      messages: [{ role: 'user', content: 'Hi' }],
      tools: Array.from({ length: 50 }, (_, index) => tool(index)),
    })
    .withResponse()
  const notes = response.headers.get('x-geminate-notes') ?? ''
  assert.ok(notes.length > 1_000 && notes.length < 2_100, `${notes.length}`)
  assert.ok(notes.endsWith('...'))
})
