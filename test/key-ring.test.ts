import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createRedactor } from '../core/log/redactor.ts'
import { createKeyRing } from '../core/pool/key-ring.ts'

const SECRET = 'AIzaSyA-example-0123456789-abcdefghijkl'

describe('the key ring', () => {
  test('makes a key of a bare secret, a project of its own', () => {
    const { keys } = createKeyRing([SECRET], createRedactor())
    assert.deepEqual(keys, [
      {
        id: 'k_051bb79c0e65ef91',
        name: undefined,
        project: 'k_051bb79c0e65ef91',
        weight: 1,
        tags: [],
        maxConcurrent: undefined,
      },
    ])
  })

  test('takes what the settings state', () => {
    const { keys } = createKeyRing(
      [{ key: SECRET, name: 'paid-1', project: 'p1', weight: 2, tags: ['paid'], maxConcurrent: 3 }],
      createRedactor(),
    )
    assert.deepEqual(
      { ...keys[0], id: '' },
      { id: '', name: 'paid-1', project: 'p1', weight: 2, tags: ['paid'], maxConcurrent: 3 },
    )
  })

  test('gives keys that state no limit of calls at once the common one; 0 is no limit', () => {
    const settings = ['AQ.one', { key: 'AQ.two', maxConcurrent: 5 }, { key: 'AQ.three', maxConcurrent: 0 }]
    const limits = (common?: number) =>
      createKeyRing(settings, createRedactor(), common).keys.map(({ maxConcurrent }) => maxConcurrent)
    assert.deepEqual(limits(2), [2, 5, undefined])
    assert.deepEqual(limits(), [undefined, 5, undefined])
  })

  test('puts the secret into the one header and shows it nowhere else', () => {
    const ring = createKeyRing([SECRET, 'AQ.another-secret'], createRedactor())
    const headers: Record<string, string> = { accept: '*/*' }
    ring.authorize(headers, ring.keys[1]!)
    assert.deepEqual(headers, { accept: '*/*', 'x-goog-api-key': 'AQ.another-secret' })
    assert.equal(JSON.stringify(ring).includes(SECRET), false)
  })

  test('refuses a key of another ring without naming its secret', () => {
    const ring = createKeyRing([SECRET], createRedactor())
    const other = createKeyRing(['AQ.another-secret'], createRedactor()).keys[0]!
    assert.throws(() => ring.authorize({}, other), /No secret is held for key k_/)
  })

  test('holds the same secret once, as first stated', () => {
    const { keys } = createKeyRing([{ key: SECRET, name: 'first' }, ` ${SECRET}\n`, '  '], createRedactor())
    assert.deepEqual(
      keys.map(({ name }) => name),
      ['first'],
    )
  })

  test('masks all but six and four characters', () => {
    const ring = createKeyRing([SECRET], createRedactor())
    assert.equal(ring.masked(ring.keys[0]!), 'AIzaSy…ijkl')
  })

  test('shows never more than a third of a secret', () => {
    for (let length = 1; length <= 60; length++) {
      const secret = 'abcdefghijklmnopqrstuvwxyz0123456789'.repeat(2).slice(0, length)
      const ring = createKeyRing([secret], createRedactor())
      const [head, tail] = ring.masked(ring.keys[0]!).split('…') as [string, string]
      assert.ok((head.length + tail.length) * 3 <= length, `${length}: ${head}…${tail}`)
      assert.ok(secret.startsWith(head) && secret.endsWith(tail))
    }
  })

  test('makes its secrets known to the redactor', () => {
    const redactor = createRedactor()
    const { keys } = createKeyRing([SECRET, { key: 'AQ.another-secret', name: 'mine' }], redactor)
    assert.equal(redactor.text(`${SECRET} AQ.another-secret`), `[key ${keys[0]!.id}] [key mine]`)
  })
})
