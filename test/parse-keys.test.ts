import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { compilePattern } from '../core/keyring/import/key-pattern.ts'
import { type ParseOptions, parseKeys } from '../core/keyring/import/parse-keys.ts'

const OLD = 'AIzaSyD-0123456789_abcdefghijklmnopqrst'
const NEW = 'AQ.Ab8RN6Ixy_0123456789-abcdefghij.klmnop'
const OTHER = 'AQ.Zz9RN6Ixy_0123456789-abcdefghij'
const ODD = 'my-own-key-of-no-known-form-0001'

async function secretsIn(text: string, options?: ParseOptions) {
  const { keys } = await parseKeys(text, options)
  return keys.map(({ secret }) => secret)
}

const TEXTS: Readonly<Record<string, string>> = {
  'one a line': `${OLD}\n${NEW}\r\n\r\n${OTHER}\n`,
  'commas and spaces': `${OLD}, ${NEW} ,${OTHER}`,
  'semicolons and tabs': `${OLD};${NEW}\t${OTHER};`,
  quotes: `"${OLD}", '${NEW}', \`${OTHER}\``,
  'free text': `First: ${OLD}. Then (${NEW}), and at last <${OTHER}>.`,
  'environment lines': `KEY_1=${OLD}\nexport KEY_2="${NEW}"\nKEYS=${OTHER}`,
  'a byte order mark': `\uFEFF${OLD} ${NEW} ${OTHER}`,
  'a JSON list of texts': JSON.stringify([OLD, NEW, OTHER]),
  'a JSON list of objects': JSON.stringify([{ key: OLD }, { key: NEW, name: 'n' }, { key: OTHER }]),
  'a config': JSON.stringify({ keys: [OLD, { key: NEW }, OTHER] }),
  'a YAML list': `keys:\n  - ${OLD}\n  - { key: '${NEW}', name: x }\n  - ${OTHER}`,
  'a CSV with a header': `name,API Key\nfirst,${OLD}\n"second, of two",${NEW}\nthird,"${OTHER}"`,
  'a CSV without a header': `first,${OLD}\nsecond,${NEW}\nthird,${OTHER}`,
  'a column': `key\n${OLD}\n${NEW}\n${OTHER}`,
}

describe('pasted keys', () => {
  for (const [title, text] of Object.entries(TEXTS)) {
    test(`are read from ${title}`, async () => {
      assert.deepEqual(await secretsIn(text), [OLD, NEW, OTHER])
    })
  }

  test('bring along what JSON says of them', async () => {
    const said = {
      name: 'mine',
      project: 'p',
      weight: 2,
      tags: ['a', 'b'],
      note: 'hi',
      proxy: 'http://p:1',
      disabled: true,
      upstream: 'vertex',
    }
    const { keys } = await parseKeys(JSON.stringify([{ key: OLD, ...said }]))
    assert.deepEqual(keys, [{ secret: OLD, ...said }])
  })

  test('bring along what a CSV says of them', async () => {
    const { keys } = await parseKeys(
      `Key;Name;Tags;Weight;Disabled;Proxy;Upstream;Note\n${OLD};"a ""b""";x y;2;yes;socks5h://me:x@p;Vertex;"one\ntwo"`,
    )
    assert.deepEqual(keys, [
      {
        secret: OLD,
        name: 'a "b"',
        project: undefined,
        weight: 2,
        tags: ['x', 'y'],
        note: 'one\ntwo',
        proxy: 'socks5h://me:x@p',
        disabled: true,
        upstream: 'vertex',
      },
    ])
  })

  test('with a weight that is none are offered back in a CSV as in JSON', async () => {
    const { keys, unmatched } = await parseKeys(`key,weight\n${OLD},heavy\n${NEW},0\n${OTHER},\n`)
    assert.deepEqual(
      keys.map(({ secret, weight }) => [secret, weight]),
      [[OTHER, undefined]],
    )
    const why = 'Its weight is no number above 0'
    assert.deepEqual(unmatched, [
      { place: 'line 2', text: OLD, why },
      { place: 'line 3', text: NEW, why },
    ])
  })

  test('count once, however often they come', async () => {
    const { keys, duplicates } = await parseKeys(`${OLD} ${NEW}\n${OLD}\n${OLD}`)
    assert.deepEqual([keys.length, duplicates], [2, 2])
  })

  test('of no known form are offered back, not dropped', async () => {
    const { keys, unmatched } = await parseKeys(`# mine\n${OLD}, ${ODD}\n${ODD}`)
    assert.equal(keys.length, 1)
    assert.deepEqual(
      unmatched.map(({ place, text }) => [place, text]),
      [
        ['line 1', '# mine'],
        ['line 2', ODD],
        ['line 3', ODD],
      ],
    )
  })

  test('of no known form are taken where any shape is wanted', async () => {
    assert.deepEqual(await secretsIn(`${OLD}, ${ODD}\n"second-key"`, { anyShape: true }), [
      OLD,
      ODD,
      'second-key',
    ])
  })

  test('of any shape are no words', async () => {
    const { keys, unmatched } = await parseKeys('my key is first-key-0001', { anyShape: true })
    assert.deepEqual(
      [keys.map(({ secret }) => secret), unmatched.map(({ text }) => text)],
      [['first-key-0001'], ['my', 'key', 'is']],
    )
  })

  test('of JSON may have any shape, but must fit into a header', async () => {
    const { keys, unmatched } = await parseKeys(
      JSON.stringify([ODD, 'two words', 'schlüssel', 7, { name: 'x' }]),
    )
    assert.deepEqual(
      keys.map(({ secret }) => secret),
      [ODD],
    )
    assert.deepEqual(
      unmatched.map(({ place }) => place),
      ['[1]', '[2]', '[3]', '[4]'],
    )
  })

  test('with a proxy that is none are left, for they would go out another way than meant', async () => {
    for (const text of [JSON.stringify([{ key: OLD, proxy: 'ftp://p' }]), `key,proxy\n${OLD},ftp://p`]) {
      const { keys, unmatched } = await parseKeys(text)
      assert.deepEqual([keys.length, unmatched.length], [0, 1])
      assert.match(unmatched[0]!.why, /^Its proxy must begin with http/)
    }
  })

  test('of a longer run of letters are not cut out of it', async () => {
    const { keys, unmatched } = await parseKeys(`${OLD}x`)
    assert.deepEqual([keys.length, unmatched[0]?.text], [0, `${OLD}x`])
  })

  test('are picked by a pattern of somebody’s own', async () => {
    const pattern = compilePattern('own-[a-z]{4}')
    assert.deepEqual(await secretsIn(`x own-abcd, own-efgh\n${OLD}`, { pattern }), ['own-abcd', 'own-efgh'])
    assert.deepEqual(await secretsIn(JSON.stringify(['own-abcd', OLD]), { pattern }), ['own-abcd'])
  })

  test('of one line of any length are all found', async () => {
    const all = Array.from({ length: 20_000 }, (_, index) => `AQ.${String(index).padStart(30, '0')}`)
    assert.deepEqual(await secretsIn(all.join(',')), all)
    const pattern = compilePattern('AQ\\.\\d+')
    assert.deepEqual(await secretsIn(all.slice(0, 2000).join(','), { pattern }), all.slice(0, 2000))
  })

  test('let everything else run while they are read', async () => {
    let turns = 0
    const timer = setInterval(() => turns++, 1)
    await parseKeys(`${'no key at all, '.repeat(60_000)}\n`.repeat(3), { anyShape: true })
    clearInterval(timer)
    assert.ok(turns > 0)
  })
})

describe('a pattern', () => {
  test('that would take another engine for ever is nothing special', () => {
    const pattern = compilePattern('(a+)+$')
    assert.deepEqual(pattern.in(`${'a'.repeat(5000)}b`), [])
    assert.deepEqual(compilePattern('(x+x+)+y').in('x'.repeat(5000)), [])
  })

  test('that is none says so', () => {
    for (const wrong of ['(', '[z-a]', '(?<=a)b', '(a)\\1', 'x'.repeat(1001)]) {
      assert.throws(() => compilePattern(wrong), SyntaxError, wrong)
    }
  })
})
