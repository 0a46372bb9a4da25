import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPacificDays } from '../core/quota/pacific-day.ts'
import { createQuotaBook } from '../core/quota/quota-book.ts'
import type { QuotaLimits } from '../core/quota/quota-window.ts'
import { createStatedLimits } from '../core/quota/stated-limits.ts'
import { FOREVER, type MeterRecord } from '../core/store.ts'
import { emptyQuotas, spenderOf } from './virtual-pool.ts'

const NOON = Date.parse('2026-06-15T19:00:00Z')
const MIDNIGHT = Date.parse('2026-06-16T07:00:00Z')
const MINUTE = 60_000

function bookOf(stated: QuotaLimits = {}, saved: readonly MeterRecord[] = []) {
  return createQuotaBook({
    clock: { days: createPacificDays(), lateness: 0 },
    minuteMilliseconds: MINUTE,
    saved,
    stated: () => stated,
  })
}

test('a quota book knows no limit before one is stated or learned', () => {
  const book = emptyQuotas()
  for (let call = 0; call < 1_000; call++) book.spend(spenderOf('p'), 'm', 10_000, NOON + call)
  assert.equal(book.fullWindow(spenderOf('p'), 'm', 1_000_000, NOON + 1_000), undefined)
  assert.equal(book.slack(spenderOf('unused'), 'm', 1, NOON), 1)
  assert.ok(book.slack(spenderOf('p'), 'm', 1, NOON + 1_000) < 0.1, 'what was used more stands behind')
})

test('a quota book says which window is full, and until when', () => {
  const book = bookOf({ 'requests/minute': 2, 'requests/day': 3 })
  book.spend(spenderOf('p'), 'm', 0, NOON)
  assert.equal(book.fullWindow(spenderOf('p'), 'm', 0, NOON), undefined)
  book.spend(spenderOf('p'), 'm', 0, NOON + 5_000)
  const minute = book.fullWindow(spenderOf('p'), 'm', 0, NOON + 5_000)
  assert.equal(minute?.window, 'requests/minute')
  assert.ok(minute.at > NOON + MINUTE && minute.at < NOON + MINUTE + 1_000)
  assert.equal(book.fullWindow(spenderOf('p'), 'm', 0, minute.at), undefined)
  book.spend(spenderOf('p'), 'm', 0, minute.at)
  const day = book.fullWindow(spenderOf('p'), 'm', 0, minute.at)
  assert.deepEqual([day?.window, day?.at], ['requests/day', MIDNIGHT])
  assert.equal(book.fullWindow(spenderOf('p'), 'm', 0, MIDNIGHT), undefined)
  assert.equal(book.fullWindow(spenderOf('other'), 'm', 0, NOON), undefined)
  assert.equal(book.fullWindow(spenderOf('p'), 'other', 0, NOON), undefined)
})

test('a quota book counts a call of any size where nothing else is counted, since it may be smaller than it looks', () => {
  const book = bookOf({ 'tokens/minute': 1_000 })
  assert.equal(book.fullWindow(spenderOf('p'), 'm', 5_000, NOON), undefined)
  book.spend(spenderOf('p'), 'm', 500, NOON)
  assert.equal(book.fullWindow(spenderOf('p'), 'm', 500, NOON), undefined)
  const full = book.fullWindow(spenderOf('p'), 'm', 501, NOON)
  assert.equal(full?.window, 'tokens/minute')
  assert.ok(full.at > NOON + MINUTE)
})

test('a limit of nothing has never room', () => {
  const book = bookOf({ 'requests/day': 0 })
  book.spend(spenderOf('p'), 'm', 1, NOON)
  assert.equal(book.fullWindow(spenderOf('p'), 'm', 1, NOON)?.at, FOREVER)
  assert.ok(book.slack(spenderOf('p'), 'm', 1, NOON) < 0)
})

test('a quota book goes by the tighter of what is stated and what was learned, which it believes for a day', () => {
  const book = bookOf({ 'requests/minute': 5 })
  for (let call = 0; call < 3; call++) book.spend(spenderOf('p'), 'm', 0, NOON)
  assert.equal(book.fullWindow(spenderOf('p'), 'm', 0, NOON), undefined)
  book.learn('p', 'm', [{ window: 'requests/minute', limit: 3 }], NOON)
  assert.equal(book.fullWindow(spenderOf('p'), 'm', 0, NOON)?.limit, 3)
  const later = NOON + 25 * 3_600_000
  for (let call = 0; call < 3; call++) book.spend(spenderOf('p'), 'm', 0, later)
  assert.equal(book.fullWindow(spenderOf('p'), 'm', 0, later), undefined)
  book.forget('p', 'm')
  for (let call = 0; call < 2; call++) book.spend(spenderOf('p'), 'm', 0, later)
  assert.equal(book.fullWindow(spenderOf('p'), 'm', 0, later)?.limit, 5)
})

test('a quota book takes Google’s count for its own, and does not count what Google refused', () => {
  const book = bookOf({ 'tokens/minute': 1_000, 'requests/day': 2 })
  const refused = book.spend(spenderOf('p'), 'm', 900, NOON)!
  assert.ok(book.slack(spenderOf('p'), 'm', 200, NOON) < 0)
  book.refused(refused)
  assert.equal(book.slack(spenderOf('p'), 'm', 0, NOON), 0.5)
  const spent = book.spend(spenderOf('p'), 'm', 900, NOON)!
  book.measured(spent, { tokens: 100, cachedTokens: 60, images: 0 }, NOON)
  assert.equal(book.fullWindow(spenderOf('p'), 'm', 900, NOON), undefined)
  assert.equal(book.fullWindow(spenderOf('p'), 'm', 901, NOON)?.window, 'tokens/minute')
  const [meter] = [...book.meters()]
  assert.deepEqual([meter?.dayTokens, meter?.dayCachedTokens], [100, 60])
})

test('a quota book counts for a new day nothing of a call that began on the one before', () => {
  const book = bookOf({})
  const midnight = Date.parse('2026-06-16T07:00:00Z') // in Los Angeles
  const spent = book.spend(spenderOf('p'), 'm', 5, midnight - 1_000)!
  book.spend(spenderOf('p'), 'm', 1, midnight + 1_000)
  book.measured(spent, { tokens: 900, cachedTokens: 800, images: 0 }, midnight + 2_000)
  const [meter] = [...book.meters()]
  assert.deepEqual([meter?.dayTokens, meter?.dayCachedTokens], [1, 0])
})

test('a quota book counts the images that Google made, and is full where their limit is known', () => {
  const book = bookOf({})
  const made = (images: number, now: number) =>
    book.measured(book.spend(spenderOf('p'), 'm', 0, now)!, { tokens: 1, cachedTokens: 0, images }, now)
  book.learn('p', 'm', [{ window: 'images/minute', limit: 3 }], NOON)
  made(0, NOON)
  made(2, NOON + 1_000)
  assert.equal(book.fullWindow(spenderOf('p'), 'm', 0, NOON + 1_000), undefined)
  assert.equal(book.slack(spenderOf('p'), 'm', 0, NOON + 1_000), 0)
  made(1, NOON + 30_000)
  const full = book.fullWindow(spenderOf('p'), 'm', 0, NOON + 30_000)
  assert.deepEqual([full?.window, full?.limit], ['images/minute', 3])
  assert.ok(full!.at > NOON + 61_000 && full!.at < NOON + 62_000)
  book.spend(spenderOf('q'), 'm', 0, NOON + 30_000)
  book.move('p', 'q')
  assert.equal(book.fullWindow(spenderOf('q'), 'm', 0, NOON + 30_000)?.at, full!.at)
  assert.equal(book.fullWindow(spenderOf('q'), 'm', 0, full!.at), undefined)
})

test('a quota book keeps what was corrected after the call was kept', () => {
  const book = bookOf({})
  const [measured, refused] = ['a', 'b'].map((model) => book.spend(spenderOf('p'), model, 900, NOON)!)
  book.takeChanges(NOON)
  book.measured(measured!, { tokens: 100, cachedTokens: 60, images: 0 }, NOON)
  book.refused(refused!)
  const kept = book.takeChanges(NOON + 1_000).map(({ state }) => state?.day?.slice(1))
  assert.deepEqual(kept, [
    [1, 100, 60],
    [0, 0, 0],
  ])
})

test('a quota book that was kept counts on where it was', () => {
  const book = bookOf({})
  book.learn('p', 'm', [{ window: 'requests/minute', limit: 3 }], NOON)
  for (let call = 0; call < 3; call++) book.spend(spenderOf('p'), 'm', 7, NOON + call * 1_000)
  const saved = book.takeChanges(NOON + 2_000)
  assert.deepEqual(book.takeChanges(NOON + 2_000), [])
  const other = bookOf({}, JSON.parse(JSON.stringify(saved)))
  const full = other.fullWindow(spenderOf('p'), 'm', 0, NOON + 2_000)
  assert.deepEqual([full?.window, full?.limit], ['requests/minute', 3])
  assert.equal(full?.at, book.fullWindow(spenderOf('p'), 'm', 0, NOON + 2_000)?.at)
})

test('a quota book hands what one project spent to another, and keeps no trace of it', () => {
  const book = bookOf({ 'requests/day': 3 })
  book.spend(spenderOf('key'), 'm', 1, NOON)
  book.spend(spenderOf('projects/1'), 'm', 1, NOON)
  book.move('key', 'projects/1')
  assert.equal(book.slack(spenderOf('projects/1'), 'm', 0, NOON), 0)
  assert.equal(book.slack(spenderOf('key'), 'm', 0, NOON), 1)
  const removed = book.takeChanges(NOON).filter(({ state }) => state === undefined)
  assert.deepEqual(removed, [{ project: 'key', model: 'm', state: undefined }])
})

test('a quota book corrects calls where they count after their projects turned out to be one', () => {
  const book = bookOf({})
  const calls = ['projects/1', 'key', 'key'].map((project, index) =>
    book.spend(spenderOf(project), 'm', 100, NOON + index * 1_000),
  )
  book.move('key', 'projects/1')
  for (const call of calls.slice(0, 2)) book.refused(call!)
  const [meter, ...others] = [...book.meters()]
  assert.deepEqual(others, [])
  const { dayRequests, dayTokens } = meter!
  assert.deepEqual([dayRequests, dayTokens, meter!.requests(NOON), meter!.tokens(NOON)], [1, 100, 1, 100])
  assert.deepEqual([meter!.requests(NOON + 2 * MINUTE), meter!.tokens(NOON + 2 * MINUTE)], [0, 0])
})

test('a quota book takes no project for one that had its number before', () => {
  const book = bookOf({ 'requests/day': 4 })
  const [gone, new_] = ['gone', 'new'].map((name) => ({ project: { name }, projectNumber: 7 }))
  for (let call = 0; call < 3; call++) book.spend(gone!, 'm', 1, NOON)
  assert.equal(book.slack(new_!, 'm', 0, NOON), 1)
  book.spend(new_!, 'm', 1, NOON)
  assert.equal(book.slack(new_!, 'm', 0, NOON), 0.5)
  assert.equal(book.slack(gone!, 'm', 0, NOON), 0, 'a call of it may still be under way')
})

test('a quota book finds what another key of the project spent, and nothing once it was handed on', () => {
  const book = bookOf({ 'requests/day': 4 })
  const spender = { project: { name: 'p' }, projectNumber: 3 }
  book.spend(spender, 'm', 1, NOON)
  assert.equal(book.slack({ project: { name: 'p' }, projectNumber: 900 }, 'm', 0, NOON), 0.5)
  assert.equal(book.slack(spender, 'm', 0, NOON), 0.5)
  book.move('p', 'q')
  assert.equal(book.slack(spender, 'm', 0, NOON), 1)
})

test('a quota book keeps nothing of a call whose meter is forgotten', () => {
  const book = bookOf({})
  const call = book.spend(spenderOf('p'), 'm', 100, NOON)!
  book.takeChanges(NOON)
  book.takeChanges(NOON + 48 * 3_600_000)
  book.measured(call, { tokens: 50, cachedTokens: 0, images: 0 }, NOON)
  assert.deepEqual(book.takeChanges(NOON + 48 * 3_600_000), [])
})

test('a quota book holds a thousand models, whatever clients call', () => {
  const book = emptyQuotas()
  book.learn('p', 'known', [{ window: 'requests/day', limit: 1 }], NOON)
  for (let model = 0; model < 1_500; model++) book.spend(spenderOf('p'), `model-${model}`, 1, NOON)
  assert.equal(book.models().length, 1_000)
  assert.ok(book.models().includes('known'), 'what was learned is forgotten last')
})

test('a quota book forgets what says nothing any more', () => {
  const book = emptyQuotas()
  book.spend(spenderOf('p'), 'm', 1, NOON)
  book.learn('q', 'm', [{ window: 'requests/minute', limit: 3 }], NOON)
  book.takeChanges(NOON)
  book.takeChanges(NOON + 23 * 3_600_000)
  assert.deepEqual(
    [...book.meters()].map(({ project }) => project),
    ['q'],
  )
  book.takeChanges(NOON + 48 * 3_600_000)
  assert.equal([...book.meters()].length, 0)
})

test('a quota book forgets what it learned of a project without a walk over the others', () => {
  const book = emptyQuotas()
  const projects = Array.from({ length: 20_000 }, (_, index) => `p${index}`)
  for (const project of projects) book.learn(project, 'm', [{ window: 'requests/day', limit: 1 }], NOON)
  const begun = performance.now()
  for (const project of projects) book.forget(project, undefined)
  assert.ok(performance.now() - begun < 1_000)
  assert.ok([...book.meters()].every(({ learned }) => Object.keys(learned).length === 0))
})

test('stated limits go by project and by patterns of models, the later entry first', () => {
  const stated = createStatedLimits([
    { requestsPerMinute: 10, requestsPerDay: 100 },
    { model: 'gemini-*-pro*', requestsPerMinute: 5 },
    { project: 'paid', model: 'gemini-3.1-pro-preview', requestsPerMinute: 50, tokensPerMinute: 1_000 },
  ])
  assert.deepEqual(stated('free', 'gemini-3.8-flash'), { 'requests/minute': 10, 'requests/day': 100 })
  assert.deepEqual(stated('free', 'gemini-3.1-pro-preview'), { 'requests/minute': 5, 'requests/day': 100 })
  assert.deepEqual(stated('paid', 'gemini-3.1-pro-preview'), {
    'requests/minute': 50,
    'tokens/minute': 1_000,
    'requests/day': 100,
  })
})
