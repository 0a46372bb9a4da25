import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { type GatewayError, isGatewayError } from '../core/errors.ts'
import type { ProtocolRequest } from '../core/plugin.ts'
import { codec } from '../plugins/openai-compat/codec.ts'
import { IGNORED, REFUSED, WITHOUT_COUNTERPART } from '../plugins/openai-compat/responses/parameters.ts'
import { type CodecCase, codecContract, eventsOf } from './contract/codec.ts'
import { fixture, recordingsIn } from './fixture.ts'
import { timedCodec } from './openai-codec.ts'

const PATH = '/v1/responses'

interface RequestCase extends Omit<CodecCase, 'url'> {
  readonly notes?: readonly string[]
}

interface Refusal {
  readonly title: string
  readonly param: string
  readonly code: string
  readonly wire: unknown
}

const requests = fixture('openai-compat/response-requests.json') as readonly RequestCase[]
const refusals = fixture('openai-compat/response-refusals.json') as readonly Refusal[]

codecContract('Responses', timedCodec, {
  cases: requests.map((each) => ({ ...each, url: PATH })),
  recordings: recordingsIn('gemini'),
  urls: { whole: PATH, streams: [PATH, '/hf/v1/responses', '/responses'] },
  junk: [null, 1, 'x', [], true, {}, { model: 'm' }, { input: 'Hi' }],
  read(_url, text) {
    const events = eventsOf(text.replaceAll(/^event: .+\n/gm, '')) as { type: string; message?: string }[]
    const error = events.find(({ type }) => type === 'error')
    return { chunks: events.filter(({ type }) => type !== 'error'), error: error?.message }
  },
})

const REQUEST: ProtocolRequest = {
  id: 'req_1',
  method: 'POST',
  url: new URL(PATH, 'http://localhost'),
  headers: new Headers(),
}

describe('what a request for a response loses', () => {
  for (const { title, wire, notes = [] } of requests) {
    test(`is noted, and nothing else: a request that ${title}`, () => {
      assert.deepEqual(codec.decode(wire, REQUEST).notes, notes)
    })
  }
})

describe('a request for a response that is not as documented', () => {
  for (const { title, param, code, wire } of refusals) {
    test(`is refused by the name of its parameter: ${title}`, () => {
      const error = thrownBy(() => codec.decode(wire, REQUEST))
      assert.deepEqual(
        { kind: error.kind, param: error.param, code: error.code },
        { kind: 'invalid_request', param, code },
      )
    })
  }
})

test('a cache key or a user names the session of a response', () => {
  const session = (more: object) => codec.decode({ model: 'm', input: 'Hi', ...more }, REQUEST).session
  assert.equal(session({ prompt_cache_key: 'k', user: 'u' }), 'k')
  assert.equal(session({ user: 'u' }), 'u')
  assert.equal(session({}), undefined)
})

describe('a Responses-shaped body at the chat completions', () => {
  const CHAT = { ...REQUEST, url: new URL('http://localhost/v1/chat/completions') }

  test('becomes the same canonical request', () => {
    for (const { wire, canonical, title } of requests) {
      const body = wire as Record<string, unknown>
      const isPlain =
        body.input !== undefined && body.input !== null && !body.reasoning && !title.startsWith('waits')
      if (isPlain) assert.deepEqual(codec.decode(wire, CHAT).request, canonical, title)
    }
  })

  test('shows the thoughts that an effort asks for, as every chat', () => {
    const { request } = codec.decode(
      { model: 'gemini-3.8-flash', input: 'Hi', reasoning: { effort: 'low' } },
      CHAT,
    )
    assert.deepEqual(request.generationConfig, {
      thinkingConfig: { thinkingLevel: 'LOW', includeThoughts: true },
    })
  })

  test('cannot go on from what is kept', () => {
    for (const more of [
      { previous_response_id: 'resp_1' },
      { input: [{ type: 'item_reference', id: 'x' }] },
    ]) {
      const error = thrownBy(() => codec.decode({ model: 'm', input: 'Hi', ...more }, CHAT))
      assert.equal(error.code, 'unsupported_parameter')
    }
  })
})

test('docs/openai.md names every parameter of responses that is ignored or refused', () => {
  const docs = readFileSync(new URL('../docs/openai.md', import.meta.url), 'utf8')
  const part = docs.slice(docs.indexOf('## Responses'))
  const names = [...Object.keys({ ...IGNORED, ...WITHOUT_COUNTERPART, ...REFUSED }), 'background']
  assert.deepEqual(
    names.filter((name) => !part.includes(`\`${name}\``)),
    [],
  )
})

function thrownBy(run: () => unknown): GatewayError {
  try {
    run()
  } catch (thrown) {
    assert.ok(isGatewayError(thrown), String(thrown))
    return thrown
  }
  return assert.fail('it was not refused')
}
