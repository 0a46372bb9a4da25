import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseRecord } from '../core/codec/tool-response.ts'
import { jsonFault } from '../core/http/json-fault.ts'
import { parseJson } from '../core/http/parse-json.ts'
import { below, seededRandom } from './seeded-random.ts'

const bytesOf = (text: string) => new TextEncoder().encode(text)

describe('parsing a request body', () => {
  test('gives the value of JSON', () => {
    assert.deepEqual(parseJson(bytesOf(' {"a":[1,"é😀",null]}\n')), { a: [1, 'é😀', null] })
  })

  test('tells an empty body from a wrong one', () => {
    for (const text of ['', ' \n']) {
      assert.throws(() => parseJson(bytesOf(text)), {
        kind: 'invalid_request',
        message: /is empty; JSON is expected/,
      })
    }
  })

  test('says where the fault is and shows nothing of the body', () => {
    const cases: [text: string, said: RegExp][] = [
      ['{"a":1,\n "b" sesame}', /fault at line 2, column 6$/],
      ['sesame', /fault at line 1, column 1$/],
      ['{"a":"sesame', /ends too early$/],
      ['[1,2', /ends too early$/],
      ['{"sesame":1}}', /fault at line 1, column 13$/],
      ["{'sesame':1}", /fault at line 1, column 2$/],
      ['["sesame\n"]', /fault at line 1, column 9$/],
    ]
    for (const [text, said] of cases) {
      assert.throws(
        () => parseJson(bytesOf(text)),
        (error: Error) =>
          said.test(error.message) && !error.message.includes('sesame') && error.cause === undefined,
        text,
      )
    }
  })

  test('refuses what is not UTF-8', () => {
    const latin1 = new Uint8Array([0x22, 0xe9, 0x22])
    assert.throws(() => parseJson(latin1), { kind: 'invalid_request', message: /not valid UTF-8/ })
  })

  test('lives through nesting without end', () => {
    const brackets = '['.repeat(200_000)
    assert.throws(() => parseJson(bytesOf(brackets)), {
      kind: 'invalid_request',
      message: /nested too deeply/,
    })
  })

  test('refuses JSON so deep that writing it again would stand still or fail', () => {
    for (const levels of [10_001, 200_000]) {
      const texts = [
        '['.repeat(levels) + ']'.repeat(levels),
        `{"other":[1],"a":${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}}`,
      ]
      for (const text of texts) {
        assert.throws(() => parseJson(bytesOf(text)), {
          kind: 'invalid_request',
          message: /nested too deeply/,
        })
        assert.equal(parseRecord(text), undefined)
      }
    }
  })

  test('takes JSON that is long and wide, and as deep as is allowed', () => {
    const wide = Array.from({ length: 20_000 }, (_, index) => ({ index, list: [[], {}, null] }))
    assert.deepEqual(parseJson(bytesOf(JSON.stringify(wide))), wide)
    const deep = '['.repeat(10_000) + ']'.repeat(10_000)
    assert.equal(JSON.stringify(parseJson(bytesOf(deep))), deep)
  })
})

describe('the fault of a JSON text', () => {
  const cases: [text: string, fault: number | undefined][] = [
    ['{}', undefined],
    [' [1, -2.5e+3, "\\u00e9\\n", {"a": {}}, true] ', undefined],
    ['[1,]', 3],
    ['{"a":1,}', 7],
    ['{"a"}', 4],
    ['{a:1}', 1],
    ['[01]', 2],
    ['[1}', 2],
    ['"\\x"', 1],
    ['"a\tb"', 2],
    ['1 2', 2],
    ['nul', 0],
    ['[1', 2],
    ['"abc', 4],
    ['{"a":', 5],
    ['{1:2}', 1],
    ['[:1]', 1],
  ]
  for (const [text, fault] of cases) {
    test(`${text} is ${fault === undefined ? 'none' : `at ${fault}`}`, () =>
      assert.equal(jsonFault(text), fault))
  }

  test('is found exactly where the parser throws, in texts damaged at random', () => {
    const random = seededRandom(3)
    const good = '{"a":[1,-2.5e3,"x\\n\\u00e9",{"b":null,"c":[true,false]}],"d":{}} '
    const pieces = [...'{}[],:"\\0-.e tn\n', 'null', '']
    for (let round = 0; round < 5000; round++) {
      const at = below(good.length, random)
      const damaged =
        good.slice(0, at) + pieces[below(pieces.length, random)] + good.slice(at + below(3, random))
      assert.equal(jsonFault(damaged) !== undefined, isRefused(damaged), damaged)
    }
  })
})

function isRefused(text: string): boolean {
  try {
    JSON.parse(text)
    return false
  } catch {
    return true
  }
}
