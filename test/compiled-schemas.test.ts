import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compiledSchema } from '../core/fitting/compiled-schemas.ts'

const compile = (schema: unknown) => compiledSchema(schema, { dialect: 'json', role: 'parameters' })

/** Of about 50 KB, and another for each number. */
function wide(number: number) {
  const names = Array.from({ length: 1_000 }, (_, index) => `a_property_of_${number}_${index}`)
  return { type: 'object', properties: Object.fromEntries(names.map((name) => [name, { type: 'string' }])) }
}

test('Compiled schemas are remembered, but no more of them than there is room for', () => {
  const small = { type: 'object', properties: { a: { type: 'string' } } }
  const first = compile(small)
  assert.equal(compile(small), first)
  for (let number = 0; number < 150; number++) compile(wide(number))
  assert.notEqual(compile(small), first)
  assert.deepEqual(compile(small).schema, first.schema)
})
