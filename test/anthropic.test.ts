import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { type GatewayError, isGatewayError } from '../core/errors.ts'
import { IGNORED } from '../plugins/anthropic/parameters.ts'
import { codec, decoded, REQUEST } from './anthropic-codec.ts'
import { type CodecCase, codecContract } from './contract/codec.ts'
import { fixture, recordingsIn } from './fixture.ts'

const URL_OF_MESSAGES = '/v1/messages?beta=true'

interface RequestCase extends Omit<CodecCase, 'url'> {
  readonly notes?: readonly string[]
}

interface Refusal {
  readonly title: string
  readonly param: string
  readonly code: string
  readonly wire: unknown
}

const requests = fixture('anthropic/requests.json') as readonly RequestCase[]
const refusals = fixture('anthropic/refusals.json') as readonly Refusal[]

codecContract('anthropic', codec, {
  cases: requests.map((each) => ({ ...each, url: URL_OF_MESSAGES })),
  recordings: recordingsIn('gemini'),
  urls: { whole: URL_OF_MESSAGES, streams: [URL_OF_MESSAGES] },
  junk: [null, 1, 'x', [], true, {}, { model: 'm' }, { model: 'm', max_tokens: 1 }, { messages: [] }],
  read(_url, text) {
    const events = [...text.matchAll(/^data: (.*)$/gm)].map(([, data = '']) => JSON.parse(data))
    return {
      chunks: events.filter(({ type }) => type !== 'ping' && type !== 'error'),
      error: events.find(({ type }) => type === 'error')?.error.message,
    }
  },
})

describe("what a request of an Anthropic client's loses", () => {
  for (const { title, wire, notes = [] } of requests) {
    test(`is noted, and nothing else: a request that ${title}`, () => {
      assert.deepEqual(codec.decode(wire, REQUEST).notes, notes)
    })
  }
})

test('a request’s user names its session', () => {
  assert.equal(decoded({ metadata: { user_id: 'u' } }).session, 'u')
  assert.equal(decoded({ metadata: { user_id: null } }).session, undefined)
})

describe('a tool whose schema Anthropic knows by its type', () => {
  const TOOLS: readonly (readonly [type: string, name: string, fields: readonly string[]])[] = [
    ['bash_20250124', 'bash', ['command', 'restart']],
    ['text_editor_20250124', 'str_replace_editor', ['command', 'path', 'old_str', 'view_range']],
    ['text_editor_20250728', 'str_replace_based_edit_tool', ['command', 'path', 'insert_line']],
    ['memory_20250818', 'memory', ['command', 'old_path', 'new_path']],
  ]
  for (const [type, name, fields] of TOOLS) {
    test(`is a function with a schema: ${type}`, () => {
      const { request } = decoded({ tools: [{ type, name }] })
      const [tool] = request.tools as { functionDeclarations: Declaration[] }[]
      const [declared] = tool?.functionDeclarations ?? []
      assert.equal(declared?.name, name)
      assert.ok(declared?.description)
      const known = Object.keys(declared?.parametersJsonSchema.properties ?? {})
      assert.deepEqual(
        fields.filter((field) => !known.includes(field)),
        [],
      )
    })
  }
})

interface Declaration {
  readonly name: string
  readonly description: string
  readonly parametersJsonSchema: { readonly properties: object }
}

describe("a request of an Anthropic client's that is not as documented", () => {
  for (const { title, param, code, wire } of refusals) {
    test(`is refused by the name of its field: ${title}`, () => {
      const error = thrownBy(() => codec.decode(wire, REQUEST))
      assert.deepEqual({ param: error.param, code: error.code }, { param, code })
      const { body } = codec.encodeError(error, REQUEST)
      const told = JSON.parse(body) as { type: string; error: { type: string; message: string } }
      assert.equal(told.type, 'error')
      assert.match(told.error.type, /^(invalid_request|not_found)_error$/)
      if (code.startsWith('invalid') || code.startsWith('missing'))
        assert.ok(told.error.message.includes(param))
    })
  }
})

test('docs/anthropic.md names every parameter that is ignored', () => {
  const docs = readFileSync(new URL('../docs/anthropic.md', import.meta.url), 'utf8')
  assert.deepEqual(
    IGNORED.filter((name) => !docs.includes(`\`${name}\``)),
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
