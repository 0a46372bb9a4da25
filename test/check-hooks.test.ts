import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { checkHooks } from '../core/plugins/check-hooks.ts'

const codec = { decode() {}, encode() {}, encodeStream() {}, encodeError() {} }

describe('what a set-up returns', () => {
  test('is hooks where each is what it must be, or is left open', () => {
    const hooks = {
      request() {},
      reply: undefined,
      suffixes: { '-fast': () => true },
      protocol: { name: 'mine', claims: () => false, codec },
    }
    assert.equal(checkHooks(hooks), hooks)
  })

  const odd: readonly (readonly [returned: unknown, reason: RegExp])[] = [
    [null, /returned no hooks/],
    [[], /returned no hooks/],
    [{ requset() {} }, /no hook "requset"; did you mean "request"/],
    [{ request: 'now' }, /"request" must be a function/],
    [{ routes: {} }, /"routes" must be a function/],
    [{ speaks: true }, /"speaks" must be the name of a protocol/],
    [{ suffixes: null }, /"suffixes" must be an object of functions/],
    [{ suffixes: { '-fast': true } }, /"suffixes" must be an object of functions/],
    [{ suffixes: { fast: () => true } }, /suffix "fast" must begin with a hyphen/],
    [{ strategies: { mine: 'random' } }, /"strategies" must be an object of functions/],
    [{ imageBeds: { mine: { put() {} } } }, /"imageBeds" must be an object of functions/],
    [{ sockets: { '/talk': { message() {} } } }, /"sockets" must be an object of paths/],
    [{ sockets: { talk() {} } }, /"sockets" must be an object of paths, as "\/talk", and functions/],
    [{ protocol: { name: 'mine', claims: () => true } }, /"protocol" must be a protocol/],
    [{ protocol: { name: 'mine', claims: () => true, codec: { ...codec, encode: 5 } } }, /four functions/],
  ]
  for (const [returned, reason] of odd)
    test(`is refused where ${reason.source} holds of ${JSON.stringify(returned)}`, () => {
      assert.throws(() => checkHooks(returned), { name: 'TypeError', message: reason })
    })
})
