import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type SimulatedGoogle, startSimulatedGoogle } from '../adapters/simulated-google/index.ts'
import { createAsker, FLASH, HELLO, json } from './ask-google.ts'

const dataFolder = process.env.GEMINATE_GOOGLE_DATA

describe("Google's own data", { skip: dataFolder ? false : 'GEMINATE_GOOGLE_DATA names no folder' }, () => {
  let strict: SimulatedGoogle
  const { post } = createAsker(() => strict)
  before(async () => {
    strict = await startSimulatedGoogle({ dataFolder, anyKey: true })
  })
  after(() => strict.stop())
  const ask = (body: unknown, query = '') => post(`${FLASH}:generateContent${query}`, body)

  test('an unknown field is refused with its place, in every corner', async () => {
    const refusals: [unknown, string][] = [
      [{ ...HELLO, bla: 1 }, 'Invalid JSON payload received. Unknown name "bla": Cannot find field.'],
      [
        { ...HELLO, generationConfig: { thinking_config: { bla: 2 } } },
        `Invalid JSON payload received. Unknown name "bla" at 'generation_config.thinking_config': Cannot find field.`,
      ],
      [
        {
          ...HELLO,
          tools: [{ functionDeclarations: [{ name: 'a', parameters: { properties: { x: { const: 1 } } } }] }],
        },
        `Invalid JSON payload received. Unknown name "const" at 'tools[0].function_declarations[0].parameters.properties[0].value': Cannot find field.`,
      ],
      [
        {
          ...HELLO,
          tools: [{ functionDeclarations: [{ name: 'a', parameters: { type: ['string', 'null'] } }] }],
        },
        `Invalid JSON payload received. Unknown name "type" at 'tools[0].function_declarations[0].parameters': Proto field is not repeating, cannot start list.`,
      ],
      [
        { ...HELLO, generationConfig: { topK: 'many' } },
        `Invalid value at 'generation_config.top_k' (TYPE_INT32), "many"`,
      ],
      [
        { contents: [{ parts: [{ inlineData: { mimeType: 'image/png', data: '*' } }] }] },
        `Invalid value at 'contents[0].parts[0].inline_data.data' (TYPE_BYTES), Base64 decoding failed for "*"`,
      ],
    ]
    for (const [body, message] of refusals) {
      const { error } = await json(ask(body))
      assert.equal(error.message, message)
      assert.equal(error.details[0].fieldViolations[0].description, message)
    }
  })

  test('both spellings and every newer field are taken', async () => {
    const body = {
      contents: [
        {
          role: 'user',
          parts: [
            {
              inline_data: { mime_type: 'image/png', data: 'AAAA', display_name: 'x' },
              mediaResolution: { level: 'X' },
            },
            { text: 'hi', thought_signature: 'AAAA', speechMetadata: { speaker: 'a' } },
            {
              functionResponse: {
                name: 'f',
                response: { any: ['thing'] },
                parts: [{ inlineData: { data: 'AAAA' } }],
              },
            },
          ],
        },
      ],
      system_instruction: { parts: { text: 'be kind' } },
      generation_config: {
        response_modalities: ['VIDEO'],
        responseFormat: { audio: { mimeType: 'AUDIO_WAV' } },
        responseJsonSchema: { type: ['string', 'null'], const: 1 },
        thinkingConfig: { thinkingLevel: 'high', includeThoughts: false },
        imageConfig: { imageSize: '1K' },
        maxOutputTokens: '5',
        temperature: null,
      },
      tools: [
        { googleSearch: { searchTypes: { webSearch: {} } } },
        { functionDeclarations: [{ name: 'f', parametersJsonSchema: { $ref: '#' } }] },
      ],
      toolConfig: { includeServerSideToolInvocations: true, functionCallingConfig: { mode: 'VALIDATED' } },
      safetySettings: [{ category: 'HARM_CATEGORY_JAILBREAK', threshold: 'OFF' }],
      serviceTier: 'flex',
      store: false,
      labels: { team: 'a' },
      continuationToken: 'AAAA',
    }
    const answer = await ask(body)
    assert.equal(answer.status, 200, await answer.text())
  })

  test('an unknown query parameter is refused, the general ones are not', async () => {
    const { error } = await json(ask(HELLO, '?bla=1'))
    assert.match(error.message, /Unknown name "bla": Cannot bind query parameter\./)
    assert.equal((await ask(HELLO, '?prettyPrint=true&alt=json')).status, 200)
  })

  test('every recording is replayed as it is, streams complete', async () => {
    assert.ok(strict.recordings().length > 30)
    for (const recording of strict.recordings()) {
      strict.script('*', { kind: 'recorded', name: recording.name })
      const method = recording.kind === 'stream' ? 'streamGenerateContent?alt=sse' : 'generateContent'
      const answer = await post(`${FLASH}:${method}`)
      assert.equal(answer.status, recording.status, recording.name)
      assert.ok(recording.body.equals(Buffer.from(await answer.arrayBuffer())), recording.name)
      if (recording.kind === 'stream') assert.match(recording.body.toString(), /\n\r?\n$/)
    }
    const failures = strict.recordings().filter((recording) => recording.status !== 200)
    assert.deepEqual([...new Set(failures.map(({ status }) => status))].sort(), [400, 403, 404, 429])
  })

  test('a recording fits itself to the framing asked for', async () => {
    const name = 'google-reasoning-gemini3.chunks.txt'
    strict.script('*', [
      { kind: 'recorded', name, times: 2 },
      { kind: 'recorded', name: 'google-429-retry-info.json' },
    ])
    const whole = await json(post(`${FLASH}:generateContent`))
    assert.match(whole.candidates[0].content.parts[0].text, /strawberry/)
    assert.ok(Array.isArray(await json(post(`${FLASH}:streamGenerateContent`))))
    assert.equal((await post(`${FLASH}:streamGenerateContent`)).status, 429)
    assert.throws(() => strict.script('*', { kind: 'recorded', name: 'nix' }), /no such recording/)
  })
})
