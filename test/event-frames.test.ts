import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  createEventFrames,
  cutEvents,
  eventData,
  eventsData,
  lastEventEnd,
} from '../core/call/event-frames.ts'
import { below, seededRandom } from './seeded-random.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

function cutAt(text: string, nextSize: () => number): { frames: string[]; rest: string } {
  const bytes = encoder.encode(text)
  const cutter = createEventFrames()
  const frames: Uint8Array[] = []
  for (let start = 0; start < bytes.length; ) {
    const end = start + nextSize()
    frames.push(...cutter.push(bytes.slice(start, end)))
    start = end
  }
  return { frames: frames.map((frame) => decoder.decode(frame)), rest: decoder.decode(cutter.rest()) }
}

const whole = (text: string) => cutAt(text, () => Number.POSITIVE_INFINITY)

/** The same in runs, and how many runs there were. */
function runsAt(text: string, nextSize: () => number) {
  const bytes = encoder.encode(text)
  const cutter = createEventFrames()
  const runs: Uint8Array[] = []
  for (let start = 0; start < bytes.length; ) {
    const end = start + nextSize()
    runs.push(...cutter.pushRun(bytes.slice(start, end)))
    start = end
  }
  const frames = runs.flatMap((run) => [...cutEvents(run)]).map((frame) => decoder.decode(frame))
  return { frames, rest: decoder.decode(cutter.rest()), runs: runs.length }
}

describe('runs of events', () => {
  for (const end of ['\n', '\r\n', '\r']) {
    for (const size of [1, 7, 64, 4096]) {
      test(`hold the same events, with ${JSON.stringify(end)} in pieces of ${size} bytes`, () => {
        const events = ['data: {"a":1}', `event: x${end}data: é漢`, ': comment', `data: ${'y'.repeat(200)}`]
        const text = `${events.map((event) => event + end + end).join('')}data: un${end}`
        const { frames, rest } = runsAt(text, () => size)
        assert.deepEqual(
          { frames, rest },
          cutAt(text, () => size),
        )
      })
    }
  }

  test('hold the same bytes whatever the line ends, and no event is cut', () => {
    const random = seededRandom(7)
    for (let round = 0; round < 500; round++) {
      const text = Array.from({ length: 40 }, () => ['a', '\n', '\r', '\r\n'][below(4, random)]).join('')
      const fine = cutAt(text, () => 1)
      const { frames, rest } = runsAt(text, () => 1 + below(9, random))
      assert.equal(frames.join('') + rest, text)
      assert.equal(rest, fine.rest)
      const ends = new Set(fine.frames.map((_, index) => fine.frames.slice(0, index + 1).join('').length))
      let length = 0
      for (const frame of frames) {
        length += frame.length
        assert.ok(ends.has(length), JSON.stringify({ text, frames }))
      }
    }
  })

  test('are one frame where many events come together', () => {
    const text = 'data: 1\r\n\r\n'.repeat(64)
    assert.equal(runsAt(`${text}data: 2`, () => 10_000).runs, 1)
    assert.equal(runsAt(`${text}data: 2`, () => 10_000).rest, 'data: 2')
  })

  test('are searched backwards for where an event begins', () => {
    const bytes = encoder.encode('data: 1\n\ndata: 2\r\n\r\ndata: 3\n\n')
    assert.deepEqual(
      [8, 9, 15, 20, 27, bytes.length].map((before) => lastEventEnd(bytes, before)),
      [0, 9, 9, 20, 20, 29],
    )
  })
})

describe('event frames', () => {
  for (const [name, end] of [
    ['LF', '\n'],
    ['CRLF', '\r\n'],
    ['CR', '\r'],
  ] as const) {
    for (const size of [1, 7, 64, 4096]) {
      test(`are whole events with ${name} line ends in pieces of ${size} bytes`, () => {
        const events = ['data: {"a":1}', `event: x${end}data: é漢`, ': comment', `data: ${'y'.repeat(200)}`]
        const frames = events.map((event) => event + end + end)
        assert.deepEqual(
          cutAt(`${frames.join('')}data: un${end}`, () => size),
          { frames, rest: `data: un${end}` },
        )
      })
    }
  }

  test('are given as soon as the blank line is there', () => {
    for (const end of ['\n', '\r\n', '\r'])
      assert.equal(whole(`data: 1${end}${end}`).rest, '', JSON.stringify(end))
  })

  test('wait for the LF of a CRLF blank line', () => {
    const cutter = createEventFrames()
    assert.deepEqual(cutter.push(encoder.encode('data: 1\r\n\r')), [])
    assert.equal(decoder.decode(cutter.rest()), 'data: 1\r\n\r')
    assert.deepEqual(
      cutter.push(encoder.encode('\ndata')).map((frame) => decoder.decode(frame)),
      ['data: 1\r\n\r\n'],
    )
    assert.equal(decoder.decode(cutter.rest()), 'data')
  })

  test('end before what follows a CR blank line after an LF', () => {
    assert.deepEqual(whole('data: 1\n\rdata: 2\n\n').frames, ['data: 1\n\r', 'data: 2\n\n'])
  })

  test('give blank lines between events by themselves', () => {
    assert.deepEqual(whole('\n\r\ndata: 1\n\n\n').frames, ['\n', '\r\n', 'data: 1\n\n', '\n'])
    assert.deepEqual(whole('data: 1\r\r\n'), { frames: ['data: 1\r\r', '\n'], rest: '' })
  })

  test('of a piece that holds only whole events share its memory', () => {
    const bytes = encoder.encode('data: 1\n\ndata: 2\r\n\r\n')
    for (const frame of createEventFrames().push(bytes)) assert.equal(frame.buffer, bytes.buffer)
  })

  test('lose and change no byte, and do not depend on where pieces are cut', () => {
    const random = seededRandom(11)
    const alphabet = ['\n', '\r', '\r\n', '\r\n\r\n', '\n\n', 'data: x', 'é', ':']
    for (let round = 0; round < 2000; round++) {
      const text = Array.from(
        { length: below(30, random) },
        () => alphabet[below(alphabet.length, random)],
      ).join('')
      const cut = cutAt(text, () => 1 + below(9, random))
      assert.equal(cut.frames.join('') + cut.rest, text)
      assert.deepEqual(cut, whole(text), JSON.stringify(text))
      assert.deepEqual(
        [...cut.frames, cut.rest].flatMap(linesWithData),
        linesWithData(text),
        JSON.stringify(text),
      )
      for (const frame of cut.frames) assert.match(frame, /^(?:[^\r\n]+(?:\r\n|\n|\r))*(?:\r\n|\n|\r)$/)
    }
  })

  test('of twenty megabytes arrive whole from small pieces', () => {
    const event = `data: ${'z'.repeat(20_000_000)}\r\n\r\n`
    const { frames, rest } = cutAt(event, () => 16_384)
    assert.equal(frames.length, 1)
    assert.equal(frames[0] === event, true)
    assert.equal(rest, '')
  })
})

/** Lines that are not blank, with everything an event reader would see of them. */
function linesWithData(text: string): string[] {
  return text.split(/\r\n|\n|\r/).filter((line) => line !== '')
}

describe("an event's data", () => {
  const cases: [frame: string, data: string | undefined][] = [
    ['data: {"a":1}\n\n', '{"a":1}'],
    ['data:{"a":1}\r\n\r\n', '{"a":1}'],
    ['data:  two spaces \r\r', ' two spaces '],
    ['data: a\ndata: b\n\n', 'a\nb'],
    ['data: a\r\ndata\r\ndata: b\r\n\r\n', 'a\n\nb'],
    ['event: x\nid: 1\ndata: a\nretry: 5\n\n', 'a'],
    [': comment\n\n', undefined],
    ['\n', undefined],
    ['event: x\n\n', undefined],
    ['data\n\n', ''],
    ['data:\n\n', ''],
    ['database: x\n\n', undefined],
    ['\ufeffdata: a\n\n', 'a'],
    ['data: \ufeffa\n\n', '\ufeffa'],
    ['\ndata: a\n\n', 'a'],
    ['data: unfinished', 'unfinished'],
    ['data: a\n: b', 'a'],
    ['data: a\nid', 'a'],
  ]
  for (const [frame, data] of cases) {
    test(`of ${JSON.stringify(frame)} is ${JSON.stringify(data)}`, () => {
      assert.equal(eventData(encoder.encode(frame)), data)
    })
  }

  test('of a run is that of its events, however their lines end', () => {
    const frames = [
      ...cases.map(([frame]) => frame).filter((frame) => /\n\n$|\r\n\r\n$|\r\r$/.test(frame)),
      ...[
        'data: a\r\n\r\n',
        'data: a\n\r\n',
        'data: a\r\n\n',
        'data: a\r\r',
        'data: a\rdata: b\n\n',
        'data\n\n',
      ],
    ]
    for (const one of frames) {
      for (const other of frames) {
        for (const end of ['', 'data: unfinished', ': a comment', '\n']) {
          const run = encoder.encode(`data: {"ä": 1}\r\n\r\n${one}${other}${end}`)
          const each = [...cutEvents(run)].map(eventData).filter((data) => data !== undefined)
          assert.deepEqual(eventsData(run), each, JSON.stringify(`${one}${other}${end}`))
        }
      }
    }
  })
})
