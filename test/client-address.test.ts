import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createAddressList, problemOfNetwork } from '../core/http/address-list.ts'
import { clientAddress } from '../core/http/client-address.ts'

const isTrusted = createAddressList(['10.0.0.0/8', '127.0.0.1', 'fd00::/8'])
const from = (peer: string, headers: Record<string, string> = {}) =>
  clientAddress(peer, new Headers(headers), isTrusted)

const CASES: readonly (readonly [string, string, Record<string, string>, string])[] = [
  [
    'a peer that nobody trusts is the client, whatever it says',
    '192.0.2.1',
    { 'x-forwarded-for': '1.1.1.1' },
    '192.0.2.1',
  ],
  ['a trusted peer that says nothing is the client', '10.1.1.1', {}, '10.1.1.1'],
  ['a trusted peer is taken at its word', '10.1.1.1', { 'x-forwarded-for': '192.0.2.9' }, '192.0.2.9'],
  [
    'what the client wrote itself is passed by',
    '10.1.1.1',
    { 'x-forwarded-for': '6.6.6.6, 192.0.2.9' },
    '192.0.2.9',
  ],
  [
    'trusted hops are passed by',
    '127.0.0.1',
    { 'x-forwarded-for': '6.6.6.6, 192.0.2.9, 10.2.2.2, fd00::1' },
    '192.0.2.9',
  ],
  [
    'where all hops are trusted the first is the client',
    '127.0.0.1',
    { 'x-forwarded-for': '10.3.3.3, 10.2.2.2' },
    '10.3.3.3',
  ],
  ['ports are no part of an address', '127.0.0.1', { 'x-forwarded-for': '192.0.2.9:4711' }, '192.0.2.9'],
  [
    'IPv6 stands in brackets where it has a port',
    '127.0.0.1',
    { 'x-forwarded-for': '[2001:db8::1]:80' },
    '2001:db8::1',
  ],
  [
    'what is no address ends the search',
    '127.0.0.1',
    { 'x-forwarded-for': '6.6.6.6, unknown, 10.2.2.2' },
    '10.2.2.2',
  ],
  ['an IPv4 peer in IPv6 clothes is shown without them', '::ffff:192.0.2.1', {}, '192.0.2.1'],
  [
    'an IPv4 peer in IPv6 clothes is itself',
    '::ffff:10.1.1.1',
    { 'x-forwarded-for': '192.0.2.9' },
    '192.0.2.9',
  ],
  ['Forwarded counts', '127.0.0.1', { forwarded: 'for=192.0.2.9;proto=https;by=10.0.0.1' }, '192.0.2.9'],
  [
    'Forwarded may be quoted',
    '127.0.0.1',
    { forwarded: 'proto=http; For="[2001:db8::1]:4711"' },
    '2001:db8::1',
  ],
  [
    'Forwarded has several hops',
    '127.0.0.1',
    { forwarded: 'for=6.6.6.6, for=192.0.2.9, for=10.0.0.9' },
    '192.0.2.9',
  ],
  ['Forwarded may hide', '127.0.0.1', { forwarded: 'for=_hidden, for=10.0.0.9' }, '10.0.0.9'],
  [
    'a Forwarded beside X-Forwarded-For may be the client’s own and does not count',
    '127.0.0.1',
    { forwarded: 'for=6.6.6.6', 'x-forwarded-for': '192.0.2.9' },
    '192.0.2.9',
  ],
]

for (const [title, peer, headers, expected] of CASES) {
  test(`client address: ${title}`, () => assert.equal(from(peer, headers), expected))
}

test('an empty list trusts nobody', () => {
  assert.equal(createAddressList([])('127.0.0.1'), false)
  assert.equal(createAddressList(['10.0.0.0/8'])('not an address'), false)
})

test('what is no network is named', () => {
  for (const good of ['10.0.0.1', '10.0.0.0/8', '::1', 'fd00::/8'])
    assert.equal(problemOfNetwork(good), undefined)
  for (const bad of ['10.0.0.0/99', 'localhost', '10.1', '']) {
    assert.match(problemOfNetwork(bad) ?? '', /must be an address or a network/)
  }
})
