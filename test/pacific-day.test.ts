import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPacificDays } from '../core/quota/pacific-day.ts'

const HOUR = 3_600_000
const at = (iso: string) => Date.parse(iso)

const CASES: readonly [title: string, time: string, start: string, end: string][] = [
  ['a winter day', '2026-01-15T20:00:00Z', '2026-01-15T08:00:00Z', '2026-01-16T08:00:00Z'],
  ['a summer day', '2026-07-15T20:00:00Z', '2026-07-15T07:00:00Z', '2026-07-16T07:00:00Z'],
  ['the first moment of a day', '2026-07-15T07:00:00Z', '2026-07-15T07:00:00Z', '2026-07-16T07:00:00Z'],
  ['the last moment of a day', '2026-07-15T06:59:59.999Z', '2026-07-14T07:00:00Z', '2026-07-15T07:00:00Z'],
  [
    'the short day, before the change',
    '2026-03-08T09:00:00Z',
    '2026-03-08T08:00:00Z',
    '2026-03-09T07:00:00Z',
  ],
  ['the short day, after the change', '2026-03-08T20:00:00Z', '2026-03-08T08:00:00Z', '2026-03-09T07:00:00Z'],
  ['the long day, before the change', '2026-11-01T08:30:00Z', '2026-11-01T07:00:00Z', '2026-11-02T08:00:00Z'],
  [
    'the long day, its hour that comes twice',
    '2026-11-01T09:30:00Z',
    '2026-11-01T07:00:00Z',
    '2026-11-02T08:00:00Z',
  ],
  ['the long day, its last hour', '2026-11-02T07:30:00Z', '2026-11-01T07:00:00Z', '2026-11-02T08:00:00Z'],
]

for (const [title, time, start, end] of CASES) {
  test(`Pacific days know ${title}`, () => {
    const days = createPacificDays()
    assert.equal(new Date(days.start(at(time))).toISOString(), new Date(start).toISOString())
    assert.equal(new Date(days.end(at(time))).toISOString(), new Date(end).toISOString())
  })
}

test('Pacific days follow each other without a gap through a whole year', () => {
  const days = createPacificDays()
  let time = at('2026-01-01T12:00:00Z')
  const lengths = new Map<number, number>()
  for (let day = 0; day < 365; day++) {
    const end = days.end(time)
    const length = (end - days.start(time)) / HOUR
    lengths.set(length, (lengths.get(length) ?? 0) + 1)
    assert.equal(days.start(end), end)
    time = end + 5 * HOUR
  }
  assert.deepEqual(Object.fromEntries(lengths), { 24: 363, 23: 1, 25: 1 })
})
