import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { problemOfProxy, secretsOfProxy, toProxyAddress } from '../core/ways/proxy-address.ts'
import type { Way } from '../core/ways/way.ts'
import type { Ways } from '../core/ways/ways.ts'
import { waysOf } from './ways-of-test.ts'

const proxies = (count: number) => Array.from({ length: count }, (_, index) => `http://p${index}.example:80`)
const key = (id: string, tags: readonly string[] = []) => ({ id, tags })
const keys = Array.from({ length: 2000 }, (_, index) => key(`k_${index}`))
const any = () => true
const nameOf = (ways: Ways, id: string, tags: readonly string[] = []) => ways.choose(key(id, tags), any)?.name

describe('which way a key goes', () => {
  test('without any proxy there is one way, the direct one', () => {
    const ways = waysOf()
    assert.equal(ways.only?.name, 'direct')
    assert.equal(nameOf(ways, 'k'), 'direct')
  })

  test('it is the same after a restart, and whatever the order of the proxies', () => {
    const [first, again, turned] = [
      waysOf({ urls: proxies(10) }),
      waysOf({ urls: proxies(10) }),
      waysOf({ urls: proxies(10).reverse() }),
    ]
    for (const { id } of keys) {
      assert.equal(nameOf(again, id), nameOf(first, id))
      assert.equal(nameOf(turned, id), nameOf(first, id))
    }
  })

  test('keys spread evenly over the proxies', () => {
    const ways = waysOf({ urls: proxies(10) })
    const counts = Map.groupBy(keys, ({ id }) => nameOf(ways, id))
    assert.equal(counts.size, 10)
    for (const [name, own] of counts) {
      assert.ok(own.length > 140 && own.length < 260, `${own.length} of 2000 keys go by ${name}`)
    }
  })

  test('taking one proxy of ten out moves its own keys and no other', () => {
    const [ten, nine] = [waysOf({ urls: proxies(10) }), waysOf({ urls: proxies(10).slice(1) })]
    const moved = keys.filter(({ id }) => nameOf(ten, id) !== nameOf(nine, id))
    assert.ok(moved.every(({ id }) => nameOf(ten, id) === 'http://p0.example:80'))
    assert.ok(moved.length > 140 && moved.length < 260, `${moved.length} of 2000 keys moved`)
  })

  test('a way that is not good is passed over for the next, as if it were not there', () => {
    const [ten, nine] = [waysOf({ urls: proxies(10) }), waysOf({ urls: proxies(10).slice(1) })]
    const isGood = (way: Way) => way.name !== 'http://p0.example:80'
    for (const each of keys) assert.equal(ten.choose(each, isGood)?.name, nameOf(nine, each.id))
    assert.equal(
      ten.choose(key('k'), () => false),
      undefined,
    )
  })

  test('at random it is any, as chance has it', () => {
    const values = [0.1, 0.9, 0.5, 0.9, 0.1, 0.5]
    const ways = waysOf({ urls: proxies(3), assignment: 'random' }, {}, () => values.shift() ?? 0)
    assert.equal(nameOf(ways, 'k'), 'http://p1.example:80')
    assert.equal(nameOf(ways, 'k'), 'http://p0.example:80')
  })

  test('its own proxy comes before those of its tags, these before the global ones', () => {
    const ways = waysOf(
      { urls: ['http://all:1'], byTag: { paid: ['http://paid:1'], eu: ['http://eu:1'] } },
      { mine: 'socks5://own:1' },
    )
    assert.equal(nameOf(ways, 'mine', ['paid']), 'socks5h://own:1')
    assert.equal(nameOf(ways, 'k', ['paid']), 'http://paid:1')
    assert.equal(nameOf(ways, 'k', ['other']), 'http://all:1')
    const both = new Set(keys.map(({ id }) => nameOf(ways, id, ['eu', 'paid'])))
    assert.deepEqual(both, new Set(['http://eu:1', 'http://paid:1']))
    const isGood = ({ name }: Way) => name === 'http://all:1'
    assert.equal(ways.choose(key('k', ['paid']), isGood), undefined)
    assert.equal(ways.choose(key('mine'), isGood), undefined)
  })

  test('direct comes last where it is allowed, and never for a key with its own proxy', () => {
    const ways = waysOf({ urls: ['http://all:1'], direct: true }, { mine: 'http://own:1' })
    const isDirect = ({ name }: Way) => name === 'direct'
    assert.equal(nameOf(ways, 'k'), 'http://all:1')
    assert.equal(ways.choose(key('k'), isDirect)?.name, 'direct')
    assert.equal(ways.choose(key('mine'), isDirect), undefined)
  })

  test('a key for which there is none goes nowhere, not out directly', async () => {
    const ways = waysOf({ byTag: { paid: ['http://paid:1'] } })
    const way = ways.choose(key('k'), any)
    assert.equal(ways.only, undefined)
    const request = { method: 'GET', headers: {}, signal: new AbortController().signal }
    await assert.rejects(way!.transport.fetch('http://localhost', request), /No proxy is set for this key/)
  })

  test('one proxy for all is the only way, until a key gets one of its own', () => {
    const ways = waysOf({ urls: ['http://all:1', 'HTTP://all:1/'] })
    assert.equal(ways.only?.name, 'http://all:1')
    ways.assign('mine', 'http://own:1')
    assert.equal(ways.only, undefined)
    assert.equal(nameOf(ways, 'mine'), 'http://own:1')
    assert.deepEqual(
      ways.all.map(({ name }) => name),
      ['http://all:1', 'http://own:1'],
    )
  })

  test('proxies that differ in user alone are several, by name too', () => {
    const ways = waysOf({ urls: ['http://a:b@gate:1', 'http://c:d@gate:1', 'http://gate:1'] })
    const shown = ways.all.map(({ name, masked }) => [name, masked])
    assert.deepEqual(shown, [
      ['http://gate:1', 'http://***@gate:1'],
      ['http://gate:1 #2', 'http://***@gate:1 #2'],
      ['http://gate:1 #3', 'http://gate:1 #3'],
    ])
  })
})

test('an address of a proxy is good, or one clause says why not, without a word of it', () => {
  for (const url of [
    'http://host:8080',
    'https://host',
    'socks5://[::1]:1080',
    'socks5h://user:p%40ss@host:1080/',
    'HTTP://u@host:1',
  ]) {
    assert.equal(problemOfProxy(url), undefined, url)
  }
  for (const [url, problem] of [
    ['secret-host:8080', /^must begin with http:\/\//],
    ['socks4://secret-host:1', /^must begin with/],
    ['http://', /^is no address/],
    ['http://secret host:1', /^is no address/],
    ['http://secret-user:p/word@host:1', /^is no address|^must end after host and port/],
    ['http://secret-user:50%@host:1', /bare %/],
    ['http://host:1/secret-path', /^must end after/],
    ['http://host:1?secret=1', /^must end after/],
    ['http://host:99999', /^is no address/],
  ] as const) {
    const said = problemOfProxy(url)
    assert.match(said ?? '', problem, url)
    assert.doesNotMatch(said ?? '', /secret/)
  }
})

test('socks5 is socks5h, ports are stated, and secrets are known in every form', () => {
  const { url, name, masked } = toProxyAddress('socks5://us%C3%A9r-long:p%40ss@host')
  assert.deepEqual(
    [url, name, masked],
    ['socks5h://us%C3%A9r-long:p%40ss@host:1080', 'socks5h://host:1080', 'socks5h://***@host:1080'],
  )
  const secrets = secretsOfProxy('http://worker-1:p%40ss@host')
  assert.deepEqual(secrets, ['worker-1:p@ss', btoa('worker-1:p@ss'), 'p@ss', 'worker-1'])
})
