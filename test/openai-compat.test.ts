import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { type GatewayError, isGatewayError } from '../core/errors.ts'
import type { ProtocolRequest } from '../core/plugin.ts'
import { codec } from '../plugins/openai-compat/codec.ts'
import { IGNORED, WITHOUT_COUNTERPART } from '../plugins/openai-compat/parameters.ts'
import { type CodecCase, codecContract, eventsOf } from './contract/codec.ts'
import { fixture, recordingsIn } from './fixture.ts'

const WHOLE = '/v1/chat/completions'

interface RequestCase extends Omit<CodecCase, 'url'> {
  readonly notes?: readonly string[]
}

interface Refusal {
  readonly title: string
  readonly param: string
  readonly code: string
  readonly wire: unknown
}

const requests = fixture('openai-compat/requests.json') as readonly RequestCase[]
const refusals = fixture('openai-compat/refusals.json') as readonly Refusal[]

codecContract('openai-compat', codec, {
  cases: requests.map((each) => ({ ...each, url: WHOLE })),
  recordings: recordingsIn('gemini'),
  urls: { whole: WHOLE, streams: [WHOLE] },
  junk: [null, 1, 'x', [], true, {}, { model: 'm' }, { messages: [] }],
  read(_url, text) {
    const values = eventsOf(text).filter((value) => value !== undefined) as { error?: { message: string } }[]
    return {
      chunks: values.filter((value) => !value.error),
      error: values.find((value) => value.error)?.error?.message,
    }
  },
})

const REQUEST: ProtocolRequest = {
  id: 'req_1',
  method: 'POST',
  url: new URL(WHOLE, 'http://localhost'),
  headers: new Headers(),
}

describe('what a request loses', () => {
  for (const { title, wire, notes = [] } of requests) {
    test(`is noted, and nothing else: a request that ${title}`, () => {
      assert.deepEqual(codec.decode(wire, REQUEST).notes, notes)
    })
  }

  test('is noted in few words, however much it is', () => {
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`x${index}`.repeat(50), 1]))
    const { notes = [] } = codec.decode(
      { model: 'm', messages: [{ role: 'user', content: 'Hi' }], ...many },
      REQUEST,
    )
    assert.ok(notes.join().length < 600)
    assert.match(notes.join(), /4990 more$/)
  })
})

describe('a request that is not as documented', () => {
  for (const { title, param, code, wire } of refusals) {
    test(`is refused by the name of its parameter: ${title}`, () => {
      const error = thrownBy(() => codec.decode(wire, REQUEST))
      assert.deepEqual({ param: error.param, code: error.code }, { param, code })
      const { body } = codec.encodeError(error, REQUEST)
      const { message, ...rest } = (JSON.parse(body) as { error: Record<string, string> }).error
      assert.ok(message)
      assert.deepEqual(rest, { type: 'invalid_request_error', param, code })
    })
  }
})

test('a chat names few of many fields that nobody knows', () => {
  const many = Object.fromEntries(
    Array.from({ length: 500 }, (_, index) => [`${'x'.repeat(200)}${index}`, 1]),
  )
  for (const more of [many, { extra_body: many }, { google: many }, { chat_template_kwargs: many }]) {
    const { notes = [] } = codec.decode(
      { model: 'm', messages: [{ role: 'user', content: 'Hi' }], ...more },
      REQUEST,
    )
    assert.match(notes.join('; '), /^ignored: .* 490 more$/)
    assert.ok(notes.join('; ').length < 1_000)
  }
})

test('docs/openai.md names every parameter that is ignored or refused', () => {
  const docs = readFileSync(new URL('../docs/openai.md', import.meta.url), 'utf8')
  const names = Object.keys({ ...IGNORED, ...WITHOUT_COUNTERPART })
  assert.deepEqual(
    names.filter((name) => !docs.includes(`\`${name}\``)),
    [],
  )
})

function thrownBy(run: () => unknown): GatewayError {
  try {
    run()
  } catch (thrown) {
    if (isGatewayError(thrown)) return thrown
    throw thrown
  }
  return assert.fail('it was not refused')
}
