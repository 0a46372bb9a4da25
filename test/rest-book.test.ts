import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRestBook } from '../core/pool/rest-book.ts'
import { createRoster } from '../core/pool/roster.ts'
import { emptyQuotas, fault, key, START } from './virtual-pool.ts'

const HOUR = 3_600_000

function setUpBook() {
  const book = createRestBook(createRoster([key('a'), key('b')], START), 60_000, emptyQuotas().clock)
  const held = (models: readonly string[]) => models.filter((model) => book.find(model) !== undefined)
  return { book, held }
}

const names = (count: number) => Array.from({ length: count }, (_, index) => `model-${index}`)

test('a rest book holds a thousand models, and forgets the one that failed longest ago with its records', () => {
  const { book, held } = setUpBook()
  const models = names(1_002)
  const [first = '', second = ''] = models
  for (const model of models.slice(0, 1_000)) book.rest('a', model, fault('quota_day'), START, START)
  book.rest('b', first, fault('quota_day'), START, START)
  const changes = models
    .slice(1_000)
    .flatMap((model) => book.rest('a', model, fault('quota_day'), START, START))
  assert.equal(held(models).length, 1_000)
  assert.deepEqual(held([first, second]), [first])
  assert.deepEqual(
    changes.filter(({ until }) => until === 0).map(({ project, model }) => [project, model]),
    [
      ['a', 'model-1'],
      ['a', 'model-2'],
    ],
  )
})

test('a full rest book gives up what is over before what is not', () => {
  const { book, held } = setUpBook()
  const [lasting = '', ...models] = names(1_000)
  book.rest('a', lasting, fault('quota_day', { retryAfterMilliseconds: 9 * HOUR }), START, START)
  for (const model of models) book.rest('a', model, fault('quota_minute'), START, START)
  const changes = book.rest('a', 'new', fault('quota_minute'), START + 61_000, START + 61_000)
  assert.deepEqual(held([lasting, ...models, 'new']), [lasting, 'new'])
  assert.equal(changes.filter(({ until }) => until === 0).length, 999)
})

test('a rest book forgets now and then, however little it holds', () => {
  const { book, held } = setUpBook()
  book.rest('a', 'odd', fault('quota_unknown'), START, START)
  book.rest('a', 'usual', fault('quota_minute'), START + HOUR, START + HOUR)
  assert.deepEqual(held(['odd', 'usual']), ['odd', 'usual'], 'a back-off still counts')
  book.rest('a', 'usual', fault('quota_minute'), START + 3 * HOUR, START + 3 * HOUR)
  assert.deepEqual(held(['odd', 'usual']), ['usual'])
})

test('a rest book that is told of more models than it holds keeps a thousand', () => {
  const { book, held } = setUpBook()
  const models = names(1_500)
  const rest = { project: 'a', until: START + HOUR, state: 'resting', reason: 'quota', since: START } as const
  const gone = models.flatMap((model) => book.restore({ ...rest, model }))
  assert.equal(held(models).length, 1_000)
  assert.equal(gone.length, 500)
})
