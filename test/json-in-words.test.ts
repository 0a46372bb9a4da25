import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { GenerateContentRequest } from '../core/canonical.ts'
import { createFitting } from '../core/fitting/fitting.ts'
import { frozen } from './frozen.ts'

const PORT = { type: 'object', properties: { port: { const: 80 } }, required: ['port'] }

function fit(request: GenerateContentRequest, model = 'gemini-3.8-flash') {
  return createFitting(() => 0).fit({ model, request: frozen(request) }, undefined)
}

describe('An answer in JSON beside functions', () => {
  const mixed: GenerateContentRequest = {
    contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
    tools: [{ functionDeclarations: [{ name: 'find', parametersJsonSchema: PORT }] }],
    systemInstruction: { parts: [{ text: 'Be kind' }] },
    generationConfig: { responseMimeType: 'application/json', responseJsonSchema: PORT },
  }

  test('is asked for in words where the model is not held to it, and as it is by others', () => {
    const { request, notes } = fit(mixed, 'gemini-2.5-flash')
    assert.deepEqual(request.systemInstruction, {
      parts: [
        { text: 'Be kind' },
        {
          text: `Where you call no function, answer with nothing but JSON that fits this schema: ${JSON.stringify(PORT)}`,
        },
      ],
    })
    assert.equal(request.generationConfig, undefined)
    assert.match(notes[0] ?? '', /^responseMimeType: told in words/)
    assert.equal(fit(mixed).request.generationConfig?.responseMimeType, 'application/json')
    const alone = { ...mixed, tools: undefined }
    assert.ok(fit(alone, 'gemini-2.5-flash').request.generationConfig?.responseJsonSchema)
  })

  test('is asked for so after a refusal that says so', () => {
    const refusal = "Function calling with a response mime type: 'application/json' is unsupported"
    const repaired = fit({ ...mixed, generationConfig: { responseMimeType: 'application/json' } }).repair(
      refusal,
    )
    assert.match(JSON.stringify(repaired?.request.systemInstruction), /nothing but one JSON value/)
    assert.equal(repaired?.request.generationConfig, undefined)
  })
})
