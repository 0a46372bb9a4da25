import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createArrayFrames, elementText } from '../core/call/array-frames.ts'
import { below, seededRandom } from './seeded-random.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

function cutAt(text: string, nextSize: () => number) {
  const bytes = encoder.encode(text)
  const cutter = createArrayFrames()
  const frames: Uint8Array[] = []
  for (let start = 0; start < bytes.length; ) {
    const end = start + nextSize()
    frames.push(...cutter.push(bytes.slice(start, end)))
    start = end
  }
  return {
    frames: frames.map((frame) => decoder.decode(frame)),
    elements: frames.map(elementText),
    rest: decoder.decode(cutter.rest().bytes),
    closed: cutter.rest().closed,
  }
}

const whole = (text: string) => cutAt(text, () => Number.POSITIVE_INFINITY)

describe('array frames', () => {
  for (const size of [1, 7, 64, 4096]) {
    test(`are the elements of Google's form in pieces of ${size} bytes`, () => {
      const first = '{"text":"a ] } \\" \\\\", "é":[{}]}'
      const text = `[${first}\n,\r\n{"b":2}\n]\n`
      assert.deepEqual(
        cutAt(text, () => size),
        {
          frames: [`[${first}`, '\n,\r\n{"b":2}'],
          elements: [first, '{"b":2}'],
          rest: '\n]\n',
          closed: true,
        },
      )
    })
  }

  test('are given when the element is complete, before any comma', () => {
    const cutter = createArrayFrames()
    assert.equal(cutter.push(encoder.encode(' [ {"a":1}')).length, 1)
    assert.deepEqual(cutter.rest(), { bytes: new Uint8Array(), closed: false })
  })

  test('leave a part that was cut off to the rest', () => {
    const { frames, rest, closed } = whole('[{"a":1},{"b":"]')
    assert.deepEqual({ frames, rest, closed }, { frames: ['[{"a":1}'], rest: ',{"b":"]', closed: false })
  })

  test('are none for an empty array and for what is no array', () => {
    assert.deepEqual(whole('[ ]'), { frames: [], elements: [], rest: '[ ]', closed: true })
    for (const text of ['{"error":{"list":[{}]}}', '<html>[{}]', '']) {
      assert.deepEqual(whole(text), { frames: [], elements: [], rest: text, closed: false })
    }
  })

  test('end the array once only', () => {
    assert.deepEqual(whole('[{}][{}]').frames, ['[{}'])
    assert.equal(whole('[{}][{}]').rest, '][{}]')
  })

  test('survive brackets that do not belong', () => {
    const { frames, rest } = whole('[}},{"a":1}]')
    assert.equal(frames.join('') + rest, '[}},{"a":1}]')
    assert.equal(frames.at(-1), ',{"a":1}')
  })

  test('take a byte order mark before the array', () => {
    assert.deepEqual(whole('\ufeff[{"a":1}]').elements, ['{"a":1}'])
  })

  test('lose and change no byte, and hold the elements, wherever pieces are cut', () => {
    const random = seededRandom(5)
    for (let round = 0; round < 1500; round++) {
      const values = Array.from({ length: below(5, random) }, () => anyValue(random, 3))
      const text = `${space(random)}[${values.map((value) => space(random) + JSON.stringify(value) + space(random)).join(',')}]${space(random)}`
      const cut = cutAt(text, () => 1 + below(9, random))
      assert.equal(cut.frames.join('') + cut.rest, text)
      assert.deepEqual(
        cut.elements.map((element) => JSON.parse(element)),
        values,
        text,
      )
      assert.match(cut.rest, /^\s*\[?\s*\]\s*$/)
      assert.equal(cut.closed, true)
      assert.deepEqual(cut, whole(text))
    }
  })

  test('of twenty megabytes arrive whole from small pieces', () => {
    const element = `{"data":"${'z\\"]'.repeat(5_000_000)}"}`
    const { elements, rest } = cutAt(`[${element}]`, () => 16_384)
    assert.equal(elements.length, 1)
    assert.equal(elements[0] === element, true)
    assert.equal(rest, ']')
  })
})

function anyValue(random: () => number, depth: number): unknown {
  const strings = ['', 'plain', '"', '\\', '\\"', '[{', '}]', ',\n', 'é漢😀']
  switch (below(depth > 0 ? 6 : 4, random)) {
    case 0:
      return strings[below(strings.length, random)]
    case 1:
      return below(1000, random) / 10 - 50
    case 2:
      return true
    case 3:
      return null
    case 4:
      return Array.from({ length: below(3, random) }, () => anyValue(random, depth - 1))
    default:
      return {
        [strings[below(strings.length, random)]!]: anyValue(random, depth - 1),
        b: anyValue(random, depth - 1),
      }
  }
}

function space(random: () => number): string {
  return ['', '', ' ', '\n', '\r\n\t'][below(5, random)]!
}
