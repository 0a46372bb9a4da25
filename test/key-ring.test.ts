import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { configuredKeys } from '../core/keyring/configured-keys.ts'
import { createRedactor } from '../core/log/redactor.ts'
import { createKeyRing, keyIdOf, maskSecret } from '../core/pool/key-ring.ts'

const SECRET = 'AIzaSyA-example-0123456789-abcdefghijkl'
const KEY = { id: keyIdOf(SECRET), name: undefined, project: 'p', weight: 1, tags: [] }
const SOURCE = { origin: 'config', placeOf: (index: number) => `under keys[${index}]` } as const

describe('the key ring', () => {
  test('knows a key by an id that stays the same', () => {
    assert.equal(KEY.id, 'k_051bb79c0e65ef91')
  })

  test('puts the secret into the one header and shows it nowhere else', () => {
    const ring = createKeyRing(createRedactor())
    ring.add(KEY, SECRET)
    const headers: Record<string, string> = { accept: '*/*' }
    ring.authorize(headers, KEY)
    assert.deepEqual(headers, { accept: '*/*', 'x-goog-api-key': SECRET })
    assert.equal(ring.reveal(KEY.id), SECRET)
    assert.equal(JSON.stringify(ring).includes(SECRET), false)
  })

  test('puts it into Authorization alone where that is asked for', () => {
    const ring = createKeyRing(createRedactor())
    ring.add(KEY, SECRET)
    const headers: Record<string, string> = {}
    ring.authorize(headers, KEY, 'bearer')
    assert.deepEqual(headers, { authorization: `Bearer ${SECRET}` })
  })

  test('refuses a key that it never had', () => {
    const ring = createKeyRing(createRedactor())
    assert.throws(() => ring.authorize({}, KEY), /No secret is held for key k_/)
    assert.throws(() => ring.reveal('k_0'), /No secret is held for key k_0/)
  })

  test('masks all but six and four characters', () => {
    assert.equal(maskSecret(SECRET), 'AIzaSy…ijkl')
  })

  test('shows never more than a third of a secret', () => {
    for (let length = 1; length <= 60; length++) {
      const secret = 'abcdefghijklmnopqrstuvwxyz0123456789'.repeat(2).slice(0, length)
      const [head, tail] = maskSecret(secret).split('…') as [string, string]
      assert.ok((head.length + tail.length) * 3 <= length, `${length}: ${head}…${tail}`)
      assert.ok(secret.startsWith(head) && secret.endsWith(tail))
    }
  })

  test('makes its secrets known to the redactor', () => {
    const redactor = createRedactor()
    const ring = createKeyRing(redactor)
    ring.add(KEY, SECRET)
    ring.add({ id: 'k_2', name: 'mine' }, 'AQ.another-secret')
    assert.equal(redactor.text(`${SECRET} AQ.another-secret`), `[key ${KEY.id}] [key mine]`)
  })
})

test('a key that is named by its own secret is not shown by its name', () => {
  const redactor = createRedactor()
  createKeyRing(redactor).add({ id: KEY.id, name: `mine: ${SECRET}` }, SECRET)
  assert.equal(redactor.text(SECRET), `[key ${KEY.id}]`)
})

describe('the keys of the settings', () => {
  test('are what is stated, trimmed, each secret once, as first written', () => {
    const keys = configuredKeys(
      [{ key: SECRET, name: 'first', weight: 2, tags: ['paid'] }, ` ${SECRET}\n`, '  ', 'AQ.other'],
      SOURCE,
    )
    assert.deepEqual(
      keys.map(({ secret, name, weight, tags, writtenIn }) => [secret, name, weight, tags, writtenIn]),
      [
        [SECRET, 'first', 2, ['paid'], 'under keys[0]'],
        ['AQ.other', undefined, undefined, undefined, 'under keys[3]'],
      ],
    )
  })
})
