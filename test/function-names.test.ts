import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toFunctionNames } from '../core/schema-compiler/function-names.ts'
import { below, seededRandom } from './seeded-random.ts'

const LEGAL = /^[A-Za-z_][\w.:-]{0,127}$/

test('a legal name of a function stays as it is', () => {
  const names = ['read_file', 'mcp__github__list-issues', 'a.b:c', '_x', 'A'.repeat(128)]
  const { toGemini, toClient } = toFunctionNames(names)
  assert.deepEqual(names.map(toGemini), names)
  assert.deepEqual(names.map(toClient), names)
})

test('an illegal name becomes a readable legal one, and comes back', () => {
  const { toGemini, toClient } = toFunctionNames(['my tool', '3d/view', 'größe', '获取天气', '', '-x'])
  assert.equal(toGemini('my tool'), 'my_tool')
  assert.equal(toGemini('3d/view'), '_3d_view')
  assert.equal(toGemini('größe'), 'gr__e')
  assert.match(toGemini('获取天气'), /^function_[0-9a-f]{8}$/)
  assert.match(toGemini(''), /^function_[0-9a-f]{8}$/)
  for (const name of ['my tool', '3d/view', 'größe', '获取天气', '', '-x'])
    assert.equal(toClient(toGemini(name)), name)
})

test('names that would become the same are told apart', () => {
  const names = ['my tool', 'my_tool', 'my/tool', 'my\ntool']
  const { toGemini } = toFunctionNames(names)
  assert.equal(toGemini('my_tool'), 'my_tool')
  assert.equal(new Set(names.map(toGemini)).size, names.length)
})

test('a name does not depend on the order of the functions', () => {
  const names = ['a b', 'a/b', 'a_b', 'x y', 'x/y', 'long'.repeat(50), 'ü', 'ö']
  const forward = toFunctionNames(names)
  const backward = toFunctionNames(names.toReversed())
  assert.deepEqual(names.map(forward.toGemini), names.map(backward.toGemini))
})

test('a name longer than the limit is cut, and stays unique', () => {
  const names = [`${'n'.repeat(200)}1`, `${'n'.repeat(200)}2`]
  const { toGemini, toClient } = toFunctionNames(names, 64)
  assert.deepEqual(
    names.map((name) => toGemini(name).length),
    [64, 64],
  )
  assert.deepEqual(names.map(toGemini).map(toClient), names)
})

test('a name of an earlier turn that is no function any more is still legal', () => {
  const { toGemini, toClient } = toFunctionNames([])
  assert.equal(toGemini('old_tool'), 'old_tool')
  assert.match(toGemini('old tool!'), LEGAL)
  assert.equal(toClient('unknown'), 'unknown')
})

test('names of the prototype are names like others', () => {
  const { toGemini, toClient } = toFunctionNames(['constructor', '__proto__'])
  assert.deepEqual(['constructor', '__proto__', 'toString'].map(toGemini), [
    'constructor',
    '__proto__',
    'toString',
  ])
  assert.equal(toClient('toString'), 'toString')
})

test('any names become as many legal ones, and come back', () => {
  const random = seededRandom(7)
  const letters = [...'aB3_-.:/ üé中\u0000😀']
  for (let run = 0; run < 300; run++) {
    const name = () =>
      Array.from({ length: below(9, random) }, () => letters[below(letters.length, random)]).join('')
    const names = [...new Set(Array.from({ length: 30 }, name))]
    const { toGemini, toClient } = toFunctionNames(names)
    const given = names.map(toGemini)
    assert.equal(new Set(given).size, names.length)
    for (const one of given) assert.match(one, LEGAL)
    assert.deepEqual(given.map(toClient), names)
  }
})
