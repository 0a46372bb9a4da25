import assert from 'node:assert/strict'
import { test } from 'node:test'
import { underTest } from '../gateway-command.ts'
import { findPython } from './python-program.ts'
import { fakeKeys, MODEL, openScene } from './scene.ts'

const python =
  underTest === 'bun' ? findPython() : 'Python’s clients are run against the gateway on Bun alone'

if (typeof python === 'string' && underTest === 'bun' && process.env.CI) throw new Error(python)

const CALL = { kind: 'functionCall', calls: [{ name: 'weather', args: { city: 'Oslo' } }] } as const
const OK = { kind: 'ok' } as const

test('The Python clients of Google, OpenAI and Anthropic make round trips with tools', {
  skip: typeof python === 'string' ? python : false,
  timeout: 60_000,
}, async () => {
  const scene = await openScene(fakeKeys(3))
  try {
    const google = [CALL, OK, CALL, OK, OK]
    const openai = [CALL, OK, OK]
    const anthropic = [CALL, OK]
    scene.google.script('*', [...google, ...openai, ...anthropic])
    const { url, clientToken } = scene.gateway
    const { run } = python as Exclude<typeof python, string>
    const said = await run('test/e2e/python-clients.py', [url, clientToken, MODEL])
    const weather = 'Hello! You said: weather {"result":"fine in Oslo"}'
    assert.deepEqual(said, {
      google: {
        whole: weather,
        streamed: weather,
        about: 'Hello! You said: What is it?',
        listed: true,
        models: true,
        embedded: 2,
      },
      openai: {
        streamed: weather,
        response: 'Hello! You said: Say hello',
        models: true,
        embedded: 2,
      },
      anthropic: { streamed: weather, models: true, counted: true },
    })
  } finally {
    await scene.close()
  }
})
