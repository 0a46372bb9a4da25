import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createRedactor } from '../core/log/redactor.ts'
import { below, seededRandom } from './seeded-random.ts'

describe('the redactor', () => {
  test('gives the very same text back when it holds no secret', () => {
    const redactor = createRedactor()
    redactor.add('AIzaSyExample-0001', 'key one')
    const text = 'AIzaSyExample-0002 and AIza and nothing else'
    assert.equal(redactor.text(text), text)
    assert.equal(redactor.text(''), '')
  })

  test('puts the label where the secret was, wherever that is', () => {
    const redactor = createRedactor()
    redactor.add('secret-1', 'one')
    redactor.add('other-22', 'two')
    assert.equal(redactor.text('secret-1'), '[one]')
    assert.equal(redactor.text('a secret-1other-22secret-1 z'), 'a [one][two][one] z')
  })

  test('ignores secrets shorter than four characters', () => {
    const redactor = createRedactor()
    redactor.add('abc', 'short')
    redactor.add('', 'none')
    redactor.add('abcd', 'enough')
    assert.equal(redactor.text('abc abcd'), 'abc [enough]')
  })

  test('takes the longest of secrets that begin alike', () => {
    const redactor = createRedactor()
    for (const secret of ['sk-1234', 'sk-1234-5678', 'sk-1234-56']) redactor.add(secret, secret.slice(3))
    assert.equal(redactor.text('sk-1234-5678 sk-1234-567 sk-1234-5'), '[1234-5678] [1234-56]7 [1234]-5')
  })

  test('leaves no tail of a secret that overlaps another', () => {
    const redactor = createRedactor()
    redactor.add('abcdef', 'one')
    redactor.add('defghi', 'two')
    redactor.add('bcde', 'inside')
    redactor.add('efghij', 'next')
    assert.equal(redactor.text('xabcdefghiy'), 'x[one][two]y')
    assert.equal(redactor.text('xabcdefghijy'), 'x[one][two][next]y')
  })

  test('knows the percent-encoded and the JSON-escaped form', () => {
    const redactor = createRedactor()
    const secret = 'pa/ss"wörd\n+1'
    redactor.add(secret, 'x')
    const encoded = encodeURIComponent(secret)
    assert.equal(redactor.text(`?key=${encoded}&a=1`), '?key=[x]&a=1')
    assert.equal(redactor.text(encoded.replace(/%../g, (code) => code.toLowerCase())), '[x]')
    assert.equal(redactor.text(JSON.stringify({ secret })), '{"secret":"[x]"}')
  })

  test('keeps a label from breaking a line of JSON', () => {
    const redactor = createRedactor()
    redactor.add('secret-1', 'key "a"\n\\')
    assert.deepEqual(JSON.parse(redactor.text('{"a":"secret-1"}')), { a: '[key _a___]' })
  })

  test('takes a lone surrogate in a secret', () => {
    const redactor = createRedactor()
    redactor.add('ab\ud800cd', 'x')
    assert.equal(redactor.text('-ab\ud800cd-'), '-[x]-')
  })

  test('lets the label given last count', () => {
    const redactor = createRedactor()
    redactor.add('secret-1', 'old')
    redactor.add('secret-1', 'new')
    assert.equal(redactor.text('secret-1'), '[new]')
  })

  test('does what trying every secret at every place does', () => {
    const random = seededRandom(7)
    const alphabet = ['a', 'b', 'c', 'é', '漢', 'š']
    const textOf = (length: number) =>
      Array.from({ length }, () => alphabet[below(alphabet.length, random)]).join('')
    for (let round = 0; round < 400; round++) {
      const secrets = Array.from({ length: below(12, random) }, () => textOf(2 + below(6, random)))
      const redactor = createRedactor()
      for (const secret of secrets) redactor.add(secret, String(secrets.indexOf(secret)))
      const text = textOf(below(120, random))
      assert.equal(redactor.text(text), naive(text, secrets), JSON.stringify({ text, secrets }))
    }
  })

  test('finds each of a hundred thousand secrets that begin alike', () => {
    const redactor = createRedactor()
    const secretOf = (index: number) => `AIzaSy${String(index).padStart(33, 'x')}`
    for (let index = 0; index < 100_000; index++) redactor.add(secretOf(index), `k${index}`)
    for (const index of [0, 4711, 99_999]) {
      assert.equal(redactor.text(`key=${secretOf(index)};`), `key=[k${index}];`)
    }
    assert.equal(redactor.text(secretOf(100_000)), secretOf(100_000))
  })
})

/** Tries every written form at every place. */
function naive(text: string, secrets: readonly string[]): string {
  const forms = secrets.filter((secret) => secret.length >= 4).sort((a, b) => b.length - a.length)
  let clean = ''
  let covered = 0
  for (let start = 0; start < text.length; start++) {
    const found = forms.find((form) => text.startsWith(form, start))
    if (found !== undefined && start + found.length > covered) {
      clean += `[${secrets.indexOf(found)}]`
      covered = start + found.length
    } else if (start >= covered) {
      clean += text[start]
    }
  }
  return clean
}
