import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { describe, test } from 'node:test'
import { affinityKey } from '../core/call/affinity-key.ts'
import { beginningOfBytes, beginningOfRequest } from '../core/call/conversation-beginning.ts'
import type { Content, GenerateContentRequest } from '../core/canonical.ts'
import { cacheMinimum } from '../core/models.ts'

const LEAST = 4_096
const turn = (role: string, text: string): Content => ({ role, parts: [{ text }] })
const TOOLS = [
  { functionDeclarations: [{ name: 'write', parameters: { properties: { contents: { type: 'STRING' } } } }] },
]
const LONG = 'You are "helpful" \\ and { never [ tired. '.repeat(200)
const SHORT = 'Be brief.'

/** A conversation as it grows by turns of some length. */
function turns(count: number, first = 'Hello', length = 300): Content[] {
  return Array.from({ length: count }, (_, index) =>
    turn(index % 2 === 0 ? 'user' : 'model', index === 0 ? first : `${index} "said" \\"`.repeat(length / 10)),
  )
}

/** The layouts that clients send, by what stands where. */
const LAYOUTS: Record<string, (system: string, contents: Content[]) => object> = {
  'contents first': (system, contents) => ({
    contents,
    systemInstruction: turn('user', system),
    tools: TOOLS,
    generationConfig: {},
  }),
  'system first': (system, contents) => ({
    systemInstruction: turn('user', system),
    tools: TOOLS,
    contents,
    generationConfig: {},
  }),
  'Google’s own examples': (system, contents) => ({ system_instruction: turn('user', system), contents }),
  'tools first': (system, contents) => ({ tools: TOOLS, contents, systemInstruction: turn('user', system) }),
}

const nameOf = (body: object, least = LEAST) => beginningOfBytes(Buffer.from(JSON.stringify(body)), least)

for (const [layout, make] of Object.entries(LAYOUTS)) {
  describe(`The beginning of a native request, ${layout},`, () => {
    test('stays the same as turns are appended, from the first one on where the instruction is long', () => {
      const names = [1, 3, 5, 41, 401].map((count) => nameOf(make(LONG, turns(count))))
      assert.ok(names[0])
      assert.equal(new Set(names).size, 1)
    })

    test('stays the same once the turns are long enough by themselves, and is none before', () => {
      const names = Array.from({ length: 80 }, (_, index) => nameOf(make(SHORT, turns(2 * index + 1))))
      const from = names.findIndex((name) => name !== undefined)
      assert.ok(from > 3, `named from turn ${from} on`)
      assert.equal(new Set(names.slice(from)).size, 1)
    })

    test('stays the same where the first message is very long', () => {
      const names = [1, 3, 41].map((count) => nameOf(make(SHORT, turns(count, LONG))))
      assert.ok(names[0])
      assert.equal(new Set(names).size, 1)
    })

    test('differs by instruction, by first message and by what is said early', () => {
      const names = [
        nameOf(make(LONG, turns(41))),
        nameOf(make(`x${LONG}`, turns(41))),
        nameOf(make(LONG, turns(41, 'Good evening'))),
        nameOf(make(SHORT, turns(41))),
        nameOf(make(SHORT, turns(41, 'Hello', 400))),
      ]
      assert.equal(new Set(names).size, names.length)
      assert.ok(!names.includes(undefined))
    })

    test('is the same however the JSON is spaced', () => {
      const spaced = (count: number) =>
        beginningOfBytes(Buffer.from(JSON.stringify(make(LONG, turns(count)), null, 2)), LEAST)
      assert.ok(spaced(1))
      assert.equal(spaced(1), spaced(7))
    })
  })
}

describe('The beginning of bytes', () => {
  test('is none of a body that is too short, or no generation, or no JSON at all', () => {
    const noise = Buffer.alloc(100_000, 0x22)
    assert.equal(beginningOfBytes(noise, LEAST), undefined)
    assert.equal(beginningOfBytes(noise.fill(0x5b), LEAST), undefined)
    assert.equal(nameOf({ content: turn('user', LONG) }), undefined)
    assert.equal(nameOf({ contents: turns(3) }), undefined)
    assert.equal(nameOf({ contents: [], generationConfig: { stopSequences: [LONG] } }), undefined)
  })

  test('does not take what follows the turns for turns', () => {
    const generationConfig = { responseSchema: { description: LONG } }
    assert.equal(
      nameOf({ systemInstruction: turn('user', SHORT), contents: turns(3), generationConfig }),
      undefined,
    )
  })

  test('reads no more of a picture than it must', () => {
    const picture = {
      role: 'user',
      parts: [{ inlineData: { mimeType: 'image/png', data: 'A'.repeat(5_000_000) } }],
    }
    const first = nameOf({ contents: [picture], systemInstruction: turn('user', SHORT) })
    assert.ok(first)
    assert.equal(
      nameOf({ contents: [picture, turn('model', 'A cat')], systemInstruction: turn('user', SHORT) }),
      first,
    )
  })
})

describe('The beginning of a canonical request', () => {
  const name = (system: string, contents: Content[]) =>
    beginningOfRequest({ systemInstruction: turn('user', system), contents }, LEAST)

  test('stays the same as turns are appended, and is none while they are short', () => {
    assert.equal(name(LONG, turns(1)), name(LONG, turns(51)))
    assert.equal(name(SHORT, turns(41)), name(SHORT, turns(201)))
    assert.ok(name(LONG, turns(1)))
    assert.ok(name(SHORT, turns(41)))
    assert.equal(name(SHORT, turns(3)), undefined)
    assert.equal(beginningOfRequest({}, LEAST), undefined)
  })

  test('differs by instruction and first message', () => {
    assert.equal(
      new Set([name(LONG, turns(3)), name(`x${LONG}`, turns(3)), name(LONG, turns(3, 'Hi'))]).size,
      3,
    )
  })

  test('leaves the request as it was', () => {
    const request: GenerateContentRequest = { contents: turns(41) }
    const before = structuredClone(request)
    beginningOfRequest(request, LEAST)
    assert.deepEqual(request, before)
  })
})

describe('The affinity of a call', () => {
  const head = (headers: Record<string, string> = {}, more = {}) => ({
    id: '1',
    protocol: 'gemini',
    operation: 'generateContent',
    model: 'gemini-3.8-flash',
    stream: false,
    client: 'me',
    headers: new Headers(headers),
    ...more,
  })
  const none = () => undefined

  test('is that of the session that a header names, whichever header it is', () => {
    for (const name of [
      'x-claude-code-session-id',
      'session-id',
      'session_id',
      'x-session-id',
      'X-Session-Affinity',
    ]) {
      assert.equal(affinityKey(head({ [name]: 's1' }), none), affinityKey(head({ 'session-id': 's1' }), none))
      assert.notEqual(
        affinityKey(head({ [name]: 's2' }), none),
        affinityKey(head({ 'session-id': 's1' }), none),
      )
    }
  })

  test('is that of the session that the call names, where no header does', () => {
    const named = affinityKey(head({}, { session: 's1' }), none)
    assert.ok(named)
    assert.equal(
      affinityKey(head({ 'x-session-id': 's2' }, { session: 's1' }), none),
      affinityKey(head({ 'x-session-id': 's2' }), none),
    )
    assert.notEqual(named, affinityKey(head({ 'x-session-id': 's2' }), none))
  })

  test('is that of its beginning otherwise, of as many bytes as the model caches', () => {
    const asked: number[] = []
    const beginning = (least: number) => {
      asked.push(least)
      return 'b'
    }
    assert.ok(affinityKey(head(), beginning))
    affinityKey(head({}, { model: 'gemini-2.5-flash' }), beginning)
    assert.deepEqual(asked, [16_384, 8_192])
    assert.equal(affinityKey(head({}, { model: 'gemma-4-31b-it' }), beginning), undefined)
    assert.equal(affinityKey(head(), none), undefined)
  })

  test('is never shared by two clients, nor by a session and a beginning of the same name', () => {
    const texts = [
      affinityKey(head({ 'x-session-id': 's' }), none),
      affinityKey(head({ 'x-session-id': 's' }, { client: 'you' }), none),
      affinityKey(head(), () => 's'),
      affinityKey(head({}, { client: 'you' }), () => 's'),
    ]
    assert.equal(new Set(texts).size, 4)
  })

  test('tells nothing of the session', () => {
    assert.match(affinityKey(head({ 'x-session-id': 'secret-session' }), none)!, /^[\w-]{43}$/)
  })
})

test('models that are not known are taken for the newest kind; old ones cache nothing', () => {
  assert.equal(cacheMinimum('gemini-4-argon'), 4_096)
  assert.equal(cacheMinimum('gemini-flash-latest'), 4_096)
  assert.equal(cacheMinimum('gemini-2.5-pro'), 2_048)
  assert.equal(cacheMinimum('gemini-2.0-flash'), undefined)
  assert.equal(cacheMinimum('gemini-1.5-pro'), undefined)
})
